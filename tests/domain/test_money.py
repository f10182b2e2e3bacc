from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.money import LARGEST, SMALLEST, MoneyError, MoneyFault, parse_rupiah
from tests.domain.shared_cases import cases, each_case


def outcome(text):
    try:
        return {"amount": parse_rupiah(text)}
    except MoneyError as refusal:
        return refusal.facts


@each_case("money", "cases")
def test_an_income_is_read_or_refused_as_people_would_expect(case):
    assert outcome(case["text"]) == case["expect"]


def test_the_table_of_cases_holds_every_fault():
    faults = {case["expect"].get("fault") for case in cases("money", "cases")}

    assert faults - {None} == set(MoneyFault)


@given(st.integers(SMALLEST, LARGEST))
def test_every_way_of_writing_an_amount_is_read_back(amount):
    dots = f"{amount:,}".replace(",", ".")

    for text in (str(amount), dots, f"Rp{dots}", f"Rp {dots},00", f"{dots},-", f"{amount:,}.00"):
        assert parse_rupiah(text) == amount


@given(st.text(alphabet="0123456789.,-() RpjutabkrI", max_size=20))
def test_nothing_typed_breaks_the_reading(text):
    with suppress(MoneyError):
        amount = parse_rupiah(text)
        assert amount == 0 or SMALLEST <= amount <= LARGEST


def test_what_is_asked_back_is_an_amount_that_would_be_accepted():
    with pytest.raises(MoneyError) as refusal:
        parse_rupiah("1.500")

    assert parse_rupiah(str(refusal.value.facts["guess"])) == 1_500_000
