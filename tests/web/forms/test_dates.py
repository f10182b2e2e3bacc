"""Birth dates as people type them, three numbers or one line."""

from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import InputRequired, Optional

from fieldapp.web.forms.dates import DatePartsField

JULY = date(1976, 7, 11)


class Birth(Form):
    born = DatePartsField("Lahir", [InputRequired("Isi tanggal lahir.")])


class Maybe(Form):
    born = DatePartsField("Lahir", [Optional()])


@pytest.fixture(autouse=True)
def words():
    app = Flask("dates")
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


def typed(*values: str, form: type[Form] = Birth) -> Form:
    return form(MultiDict([("born", value) for value in values]))


@pytest.mark.parametrize(
    "values",
    [
        ("11", "7", "1976"),
        (" 11 ", "07", "1976 "),
        ("11", "Juli", "1976"),
        ("11-07-1976",),
        ("11/7/1976",),
        ("11 Juli 1976",),
        ("1976-07-11",),
    ],
)
def test_a_date_is_read_however_it_is_written(values):
    form = typed(*values)

    assert form.validate()
    assert form.born.data == JULY


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("11", "", "1976"), "Fill in the day, the month and the year."),
        (("11", "7", "76"), "Write the year with four digits, for example 1976."),
        (("31", "2", "1976"), "This date does not exist. Check the day and the month."),
        (("29", "2", "1900"), "This date does not exist. Check the day and the month."),
        (("11", "Juno", "1976"), "This date does not exist. Check the day and the month."),
        (("11", "7", "0000"), "This date does not exist. Check the day and the month."),
        (("²", "7", "1976"), "This date does not exist. Check the day and the month."),
        (("besok",), "Fill in the day, the month and the year."),
    ],
)
def test_what_cannot_be_read_says_what_to_do_and_is_kept_as_typed(values, words):
    form = typed(*values)

    assert not form.validate()
    assert form.born.errors == [words]
    assert form.born.parts[0] == values[0]
    assert form.born.data is None


def test_three_empty_inputs_are_no_date():
    required = typed("", " ", "")
    optional = typed("", "", "", form=Maybe)

    assert not required.validate()
    assert required.born.errors == ["Isi tanggal lahir."]
    assert optional.validate()
    assert optional.born.data is None


def test_a_kept_date_stands_in_its_three_inputs():
    form = Birth(data={"born": JULY})

    assert form.born.parts == ("11", "7", "1976")
