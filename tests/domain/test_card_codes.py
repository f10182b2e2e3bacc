"""The 80 bytes of a card's QR: what goes in comes out, and what is not ours is told from it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.card_codes import (
    BODY_BYTES,
    CODE_LETTERS,
    FIRST_DAY,
    ISSUE,
    SIGNATURE_BYTES,
    CardCodeError,
    CardCodeFault,
    Claims,
    address,
    dotted,
    initials_of,
    read_code,
    read_serial,
    serial_text,
    spell,
)

SUDARMA = Claims(
    key_id=1,
    year=2026,
    number=123,
    copy=1,
    agency=7,
    issued_on=date(2026, 11, 22),
    valid_until=date(2027, 11, 22),
    initials="S",
)
SIGNATURE = bytes(range(SIGNATURE_BYTES))

days = st.integers(0, 65_535).map(lambda number: FIRST_DAY + timedelta(number))
claims = st.builds(
    Claims,
    key_id=st.integers(1, 255),
    year=st.integers(2020, 2275),
    number=st.integers(1, 2**24 - 1),
    copy=st.integers(1, 255),
    agency=st.integers(1, 65_535),
    issued_on=days,
    valid_until=days,
    initials=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=4),
)


@given(claims)
def test_what_a_code_says_is_what_it_was_given(said):
    assert Claims.of(said.body()) == said


@given(st.binary(min_size=BODY_BYTES, max_size=BODY_BYTES))
def test_a_body_is_refused_or_has_one_spelling_only(body):
    try:
        said = Claims.of(body)
    except CardCodeError:
        return
    assert said.body() == body


@given(claims, st.binary(min_size=SIGNATURE_BYTES, max_size=SIGNATURE_BYTES))
def test_a_code_is_read_from_its_address_in_any_case(said, signature):
    code = said.body() + signature
    shown = address("https://kartu.denpasarkota.go.id", code)

    assert shown == shown.upper()
    assert read_code(shown) == read_code(shown.lower()) == read_code(spell(code)) == code


@given(st.text())
def test_no_text_does_more_than_be_refused(text):
    with pytest.raises(CardCodeError):
        read_code(text)


def test_the_code_and_its_address_are_small_enough_for_version_7():
    code = SUDARMA.body() + SIGNATURE

    assert len(spell(code)) == CODE_LETTERS == 128
    alphanumeric_of_version_7_at_m = 178
    longest_host = "x" * 39
    assert len(address(f"https://{longest_host}", code)) <= alphanumeric_of_version_7_at_m


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", CardCodeFault.NOT_OURS),
        ("https://contoh.id/halaman?x=1", CardCodeFault.NOT_OURS),
        ("5171011708850012", CardCodeFault.NOT_OURS),
        (spell(SUDARMA.body()).rstrip("="), CardCodeFault.DAMAGED),
        (spell(SUDARMA.body() + SIGNATURE)[:-1], CardCodeFault.DAMAGED),
        (spell(SUDARMA.body() + SIGNATURE) + "A", CardCodeFault.DAMAGED),
        (spell(b"\x02" + SUDARMA.body()[1:] + SIGNATURE), CardCodeFault.UNKNOWN_VERSION),
        (spell(SUDARMA.body()[:-1] + b"\x01" + SIGNATURE), CardCodeFault.DAMAGED),
        (spell(b"\x01" + bytes(15) + SIGNATURE), CardCodeFault.DAMAGED),
    ],
)
def test_what_is_no_code_is_told_by_its_fault(text, fault):
    with pytest.raises(CardCodeError) as caught:
        read_code(text)

    assert caught.value.fault is fault
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Sudarma", "S"),
        ("I Wayan Sudarma", "IWS"),
        ("I Gusti Ngurah Agung Putra Wijaya", "IGNA"),
        ("Élan d'Ávila", "ED"),
        ("  ni   luh 'sari' ", "NLS"),
        ("孙", ""),
    ],
)
def test_only_the_first_letters_of_a_name_are_told(name, initials):
    assert initials_of(name) == initials


def test_initials_are_shown_with_dots():
    assert dotted("IWS") == "I. W. S."
    assert dotted("") == ""


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2**24},
        {"copy": 256},
        {"year": 2019},
        {"valid_until": date(2200, 1, 1)},
        {"initials": "IWSAB"},
        {"initials": "é"},
    ],
)
def test_what_does_not_fit_is_an_error_and_never_another_card(change):
    with pytest.raises(ValueError):
        replace(SUDARMA, **change).body()


def test_a_serial_is_read_as_it_is_printed():
    assert read_serial(" 2026-000123 ") == (2026, 123, 1)
    assert read_serial("2026-000123/2") == (2026, 123, 2)
    assert serial_text(2026, 123, 2) == "2026-000123/2"
    assert SUDARMA.serial == "2026-000123"
    with pytest.raises(CardCodeError):
        read_serial("123")


def test_the_issue_in_the_body_is_year_number_and_copy():
    assert SUDARMA.body()[ISSUE] == bytes([6, 0, 0, 123, 1])
