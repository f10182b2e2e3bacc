from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.adapters.tables import regency_codes
from fieldapp.domain.nik import (
    KkError,
    KkFault,
    NikError,
    NikFault,
    grouped,
    masked,
    parse_kk,
    parse_nik,
)
from fieldapp.domain.vocabulary import Sex
from tests.domain.shared_cases import cases, each_case

TODAY = date(2026, 11, 22)
ONE_OF_EACH_PROVINCE = sorted({code[:2]: code for code in sorted(regency_codes())}.values())


def read(text, today=TODAY):
    return parse_nik(text, today=today, regencies=regency_codes())


def written(regency, born, sex, serial="0001"):
    """A NIK as the civil registry composes it."""
    day = born.day + 40 if sex is Sex.FEMALE else born.day
    return f"{regency.replace('.', '')}01{day:02d}{born:%m%y}{serial}"


@each_case("nik", "good")
def test_a_nik_is_read(case):
    nik = read(case["text"], date.fromisoformat(case["today"]))

    assert {
        "text": nik.text,
        "province": nik.province,
        "regency": nik.regency,
        "district": nik.district,
        "birth_date": nik.birth_date.isoformat(),
        "sex": nik.sex,
        "serial": nik.serial,
    } == case["expect"]


@each_case("nik", "refused")
def test_what_is_no_nik_is_refused_for_its_reason(case):
    with pytest.raises(NikError) as refusal:
        read(case["text"], date.fromisoformat(case["today"]))

    assert refusal.value.facts == case["expect"]


def outcome_of_kk(text, today):
    try:
        kk = parse_kk(text, today=today, regencies=regency_codes())
    except KkError as refusal:
        return refusal.facts
    return {
        "text": kk.text,
        "regency": kk.regency,
        "recorded_on": kk.recorded_on.isoformat(),
        "serial": kk.serial,
    }


@each_case("nik", "kk")
def test_a_family_card_number_is_read_or_refused(case):
    assert outcome_of_kk(case["text"], date.fromisoformat(case["today"])) == case["expect"]


def test_the_table_of_cases_holds_every_province_and_every_fault():
    good, refused, kk = (cases("nik", section) for section in ("good", "refused", "kk"))

    assert len({case["expect"]["province"] for case in good}) == 38
    assert {case["expect"]["fault"] for case in refused} == set(NikFault)
    assert {case["expect"]["fault"] for case in kk if "fault" in case["expect"]} == set(KkFault)


@given(
    born=st.dates(date(1926, 1, 1), date(2011, 12, 31)),
    sex=st.sampled_from(Sex),
    regency=st.sampled_from(ONE_OF_EACH_PROVINCE),
    serial=st.integers(1, 9999),
)
def test_whatever_the_registry_writes_is_read_back(born, sex, regency, serial):
    nik = read(written(regency, born, sex, f"{serial:04d}"))

    assert (nik.birth_date, nik.sex, nik.regency) == (born, sex, regency)
    assert nik.serial == f"{serial:04d}"


def test_every_day_of_1926_to_2011_is_read_back_for_both_sexes_and_every_province():
    days = [
        date.fromordinal(day)
        for day in range(date(1926, 1, 1).toordinal(), date(2012, 1, 1).toordinal())
    ]

    misread = [
        (born, sex)
        for at, born in enumerate(days)
        for sex in Sex
        for regency in (ONE_OF_EACH_PROVINCE[at % 38],)
        if (nik := read(written(regency, born, sex))).birth_date != born or nik.sex is not sex
    ]

    assert len(ONE_OF_EACH_PROVINCE) == 38
    assert len(days) == 31_411
    assert misread == []


@pytest.mark.parametrize("day", range(1, 32))
def test_a_womans_day_keeps_its_leading_zero(day):
    nik = read(written("51.71", date(1985, 1, day), Sex.FEMALE))

    assert nik.text[6:8] == str(day + 40)
    assert nik.birth_date.isoformat() == f"1985-01-{day:02d}"


@given(st.text(max_size=40))
def test_nothing_typed_breaks_the_reading(text):
    with suppress(NikError):
        assert len(read(text).text) == 16


def test_neither_a_refusal_nor_a_log_line_repeats_the_number():
    with pytest.raises(NikError) as refusal:
        read("5171013102850012")
    nik = read("5171011708850012")

    assert "5171013102850012" not in str(refusal.value)
    assert "5171011708850012" not in repr(nik)
    assert "0012" not in repr(nik)


def test_lists_show_the_last_four_digits_and_forms_show_groups():
    assert masked("5171011708850012") == "•••• •••• •••• 0012"
    assert grouped("5171011708850012") == "5171 0117 0885 0012"
