from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.likeness import (
    ALIKE,
    DatesAgree,
    Person,
    how_dates_agree,
    likeness,
    same_person,
)

BORN = date(1985, 3, 7)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I Wayan Sudarma", "Wy. Soedharma, S.H."),
        ("I Wayan Sudarma", "I Wayan Sudamra"),
        ("I Wayan Sudarma", "I Wayan Sudarna"),
        ("I Wayan Sudarma", "Sudarma I Wayan"),
        ("I Ketut Sudarma", "Sudarma"),
        ("A.A. Gde Ngr. Putra", "Anak Agung Gede Putra"),
        ("Ni Luh Putu Ayu Lestari", "Ni Luh Ayu Lestari"),
    ],
)
def test_names_that_a_supervisor_should_compare(one, other):
    assert likeness(one, other) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I Made Sudarma", "I Wayan Sudarma"),
        ("Sudarma", "Suparta"),
        ("I Wayan Sudarma", "I Wayan Arta"),
        ("Ni Luh Ayu", "I Gusti Ngurah Rai"),
        ("Sudarma", ""),
    ],
)
def test_names_that_are_two(one, other):
    assert likeness(one, other) < ALIKE


NAMES = st.text(alphabet="abdegiklmnprstuwy .", max_size=30)


@given(NAMES, NAMES)
def test_likeness_is_the_same_from_both_sides_and_between_0_and_1(one, other):
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1


@pytest.mark.parametrize(
    ("born", "other", "agree"),
    [
        (BORN, date(1985, 3, 7), DatesAgree.SAME),
        (BORN, date(1985, 7, 3), DatesAgree.SWAPPED),
        (BORN, date(1984, 3, 7), DatesAgree.YEAR_OFF),
        (BORN, date(1986, 3, 7), DatesAgree.YEAR_OFF),
        (BORN, date(1987, 3, 7), None),
        (BORN, date(1985, 3, 8), None),
        (BORN, date(1986, 7, 3), None),
        (date(1988, 2, 29), date(1988, 2, 28), None),
    ],
)
def test_two_birth_dates_may_be_one_written_twice(born, other, agree):
    assert how_dates_agree(born, other) is agree
    assert how_dates_agree(other, born) is agree


def test_one_person_needs_both_a_like_name_and_a_like_date():
    wayan = Person("I Wayan Sudarma", BORN)

    assert same_person(wayan, Person("Wy. Sudharma", date(1985, 7, 3)))
    assert not same_person(wayan, Person("Wy. Sudharma", date(1985, 7, 4)))
    assert not same_person(wayan, Person("I Made Arta", BORN))
