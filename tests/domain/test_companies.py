"""How what is typed about companies is read, and which names are one."""

from datetime import date

import pytest

from fieldapp.domain.companies import (
    CompanyEntryError,
    CompanyFault,
    alike,
    fold_company,
    parse_month,
    parse_past_day,
    read_company,
)
from fieldapp.domain.vocabulary import Scale

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("field", "typed", "read"),
    [
        ("name", "  PT  Bali   Jaya ", "PT Bali Jaya"),
        ("nib", "9120 1064 8123 4", "9120106481234"),
        ("npwp", "01.234.567.8-901.000", "012345678901000"),
        ("npwp", "0012345678901000", "0012345678901000"),
        ("npp", "ab-123456", "AB123456"),
        ("division", "1", "001"),
        ("scale", "Kecil", Scale.SMALL),
        ("scale", "large", Scale.LARGE),
        ("area_code", "Kota Denpasar", "51.71"),
        ("area_code", "Kab. Badung", "51.03"),
        ("workers_declared", "1.250", 1250),
        ("workers_declared", "0", 0),
        ("contact_phone", "0361 222 333", "+62361222333"),
        ("contact_email", "admin@contoh.co.id", "admin@contoh.co.id"),
    ],
)
def test_formats_are_forgiven(field, typed, read):
    entries = read_company({field: typed})

    assert entries.values[field] == read
    assert not entries.unread


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("nib", "912010648123", CompanyFault.NIB),
        ("nib", "9,12011E+12", CompanyFault.SPREADSHEET),
        ("nib", "9.12E+12", CompanyFault.SPREADSHEET),
        ("npwp", "1234", CompanyFault.NPWP),
        ("npwp", "1.23457E+14", CompanyFault.SPREADSHEET),
        ("npp", "AB12", CompanyFault.NPP),
        ("division", "A1", CompanyFault.DIVISION),
        ("scale", "raksasa", CompanyFault.CHOICE),
        ("area_code", "Gianyar", CompanyFault.CHOICE),
        ("workers_declared", "-1", CompanyFault.COUNT),
        ("workers_declared", "sepuluh", CompanyFault.COUNT),
        ("workers_declared", "9" * 30, CompanyFault.COUNT),
        ("name", "12345", CompanyFault.NAME),
        ("contact_email", "admin@", CompanyFault.EMAIL),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_was_typed(field, typed, fault):
    entries = read_company({field: typed})

    assert entries.unread == {field: typed}
    assert entries.errors[field].fault is fault


def test_an_empty_field_is_no_error():
    entries = read_company({"nib": "  ", "workers_declared": "", "division": ""})

    assert entries.values == {"nib": None, "workers_declared": None, "division": "000"}
    assert not entries.unread


@pytest.mark.parametrize(
    "name",
    ["PT. Bali Jaya, Tbk", "bali jaya", "P.T. BALI JAYA", "CV Bali Jaya", "Bali Jaya (Persero)"],
)
def test_the_legal_form_does_not_count(name):
    assert fold_company(name) == "bali jaya"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("PT Sanur Bahari Mandiri", "CV. Sanur Bahari Mandri", True),
        ("UD Sari Dewata", "Sari Dewatha", True),
        ("Koperasi Serba Usaha Kerta Yasa", "KSU Kerthayasa", False),
        ("PT Bali Jaya", "PT Bali Sejahtera", False),
        ("PT Tirta", "PT Agung", False),
    ],
)
def test_names_that_are_spelt_alike_are_put_before_a_person(a, b, same):
    assert alike(fold_company(a), fold_company(b)) is same


def test_a_name_of_nothing_but_forms_still_has_a_key():
    assert fold_company("PT Koperasi Usaha") == "pt koperasi usaha"


@pytest.mark.parametrize("typed", ["10-2026", "102026", "Oktober 2026", "2026-10", "10/2026"])
def test_a_month_is_read_however_it_is_written(typed):
    assert parse_month(typed, today=TODAY) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("13-2026", CompanyFault.MONTH),
        ("bulan lalu", CompanyFault.MONTH),
        ("12-2027", CompanyFault.FUTURE),
    ],
)
def test_what_is_no_month_is_refused(typed, fault):
    with pytest.raises(CompanyEntryError) as refusal:
        parse_month(typed, today=TODAY)

    assert refusal.value.fault is fault


def test_a_paper_is_not_from_the_future():
    assert parse_past_day("22-11-2026", today=TODAY) == TODAY
    with pytest.raises(CompanyEntryError):
        parse_past_day("23-11-2026", today=TODAY)
