"""A clerk hands in a sheet, sees what it would do, enters it, and gets the bad rows back."""

from __future__ import annotations

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from fieldapp.database import db
from fieldapp.models.companies import Company
from tests.sheets import HEAD, SANUR, TIRTA, a_bomb, a_sheet
from tests.web.browser import Browser

FORMULA = '=HYPERLINK("https://contoh.example","PT Klik")'
BRANCH = "BPJS Ketenagakerjaan Kantor Cabang Denpasar"


@pytest.fixture
def putu(app):
    """The clerk, who reads English."""
    return signed_in(app, "putu")


def signed_in(app, username):
    browser = Browser(app)
    browser.sign_in(username)
    browser.submit("/language", button=("language", "en"))
    return browser


def hand_in(browser, content):
    page = browser.get("/companies/import")
    agency = page.form("import").options("agency_id")[BRANCH]
    return browser.submit("import", agency_id=agency, file=(io.BytesIO(content), "mitra.xlsx"))


def names(app):
    with app.app_context():
        return sorted(db.session.scalars(db.select(Company.name)))


def test_a_sheet_is_looked_at_then_entered_then_there_is_nothing_left(app, putu):
    page = hand_in(putu, a_sheet([SANUR, TIRTA]))
    assert "Nothing is entered yet" in page.banners
    assert names(app) == []

    page = putu.submit("enter", button="Enter 2 companies")

    assert "Entered: 2 new, 0 changed." in page.messages
    assert names(app) == [SANUR[0], TIRTA[0]]
    again = hand_in(putu, a_sheet([SANUR, TIRTA]))
    assert "Nothing is left to enter." in again.banners
    assert "enter" not in [form.id for form in again.forms]


def test_bad_rows_come_back_as_they_were_with_the_reasons_behind_them(app, putu):
    page = hand_in(putu, a_sheet([SANUR, ("PT Rusak", "9.12E+12"), (FORMULA, "912010648123")]))
    assert "A spreadsheet has shortened this number" in page.text
    page = putu.submit("enter", button="Enter 1 company")
    assert "Cannot be entered: 2" in page.text

    file = page.follow("Fetch the rows")

    with CalamineWorkbook.from_filelike(io.BytesIO(file.body)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == [*HEAD, "Reasons"]
    assert [row[:2] for row in rows[1:]] == [["PT Rusak", "9.12E+12"], [FORMULA, "912010648123"]]
    assert "13 digits" in rows[2][-1]
    with zipfile.ZipFile(io.BytesIO(file.body)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_a_formula_in_a_name_is_shown_as_the_text_that_it_is(app, putu):
    hand_in(putu, a_sheet([(FORMULA, SANUR[1])]))
    putu.submit("enter")

    assert names(app) == [FORMULA]
    assert FORMULA in putu.get("/companies/").text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Nama;NIB\nPT Satu;1\n", "This is not an Excel file"),
        (a_bomb(), "unpacks to far more"),
        (a_sheet([("PT Satu",)] * 6000), "A sheet may have 5000 rows."),
        (a_sheet([("x",)], ("Catatan",)), "There is no column “Nama perusahaan”"),
    ],
    ids=["csv", "bomb", "6,000 rows", "no names"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(app, putu, content, said):
    page = hand_in(putu, content)

    assert page.status == 422
    assert said in page.errors["file"]
    assert names(app) == []


def test_a_sheet_is_seen_and_entered_by_its_uploader_alone(app, putu):
    address = hand_in(putu, a_sheet([SANUR])).path
    luh = signed_in(app, "luh")
    token = luh.get("/companies/import").form("import").fields["csrf_token"]

    assert luh.get(address).status == 404
    assert luh.get(f"{address}/bad-rows.xlsx").status == 404
    assert luh.post(address, {"csrf_token": token}).status == 404
    assert names(app) == []


def test_names_that_look_alike_are_told_before_anything_is_entered(app, putu):
    hand_in(putu, a_sheet([SANUR]))
    putu.submit("enter")

    page = hand_in(putu, a_sheet([("CV Sanur Bahri Mandiri", "9120106489999")]))

    assert page.links[SANUR[0]].startswith("/companies/")
    assert any("Sanur Bahri" in row and SANUR[0] in row for row in page.rows)
