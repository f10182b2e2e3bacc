from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.adapters.tables import brackets
from fieldapp.domain.contributions import (
    PERIODS,
    PP_50_2025,
    REQUIRED_OF_PU,
    Contribution,
    PeriodError,
    RateUnknownError,
    bpu_contribution,
    bracket_for,
    month_after,
    pu_contribution,
)
from fieldapp.domain.vocabulary import Payer, Programme, RiskClass, Scale, Sector
from tests.domain.shared_cases import cases, each_case


def bpu(income=1_000_000, month="2026-03", sector="other", payer="own", jht=False, months=1):
    return bpu_contribution(
        income=income,
        month=date.fromisoformat(f"{month}-01"),
        sector=Sector(sector),
        payer=Payer(payer),
        jht=jht,
        months=months,
        brackets=brackets(),
    )


def pu(wage, month, risk_class, months, programmes):
    return pu_contribution(
        wage=wage,
        month=date.fromisoformat(f"{month}-01"),
        risk_class=RiskClass(risk_class),
        months=months,
        programmes=[Programme(each) for each in programmes],
    )


def told(contribution: Contribution, names):
    """Those of its facts that a case names."""
    facts = {
        name: getattr(contribution, name)
        for name in ("basis", "monthly", "total", "even", "jkk", "jkm", "jht", "jp", "discount")
    }
    facts |= {"rule": contribution.first.rule, "worker_share": contribution.first.worker_share}
    return {name: facts[name] for name in names}


def outcome(reckon, case):
    try:
        return told(reckon(**case["given"]), case["expect"])
    except PeriodError as refusal:
        return {"fault": refusal.code, "months": refusal.facts["months"]}
    except RateUnknownError as refusal:
        return {"fault": refusal.code, "programme": refusal.facts["programme"]}


@each_case("contributions", "bpu")
def test_what_a_bpu_worker_pays(case):
    assert outcome(bpu, case) == case["expect"]


@each_case("contributions", "pu")
def test_what_is_paid_for_a_pu_worker(case):
    assert outcome(pu, case) == case["expect"]


@pytest.mark.parametrize(
    "row", cases("brackets", "published"), ids=lambda row: f"bracket {row['bracket']}"
)
def test_the_published_table_of_33_brackets(row):
    for income in (row["from"], (row["from"] + row["to"]) // 2, row["to"]):
        plain, with_jht = bpu(income), bpu(income, jht=True)
        discounted = bpu(income, month="2026-04")

        assert bracket_for(income, brackets()).number == row["bracket"]
        assert plain.basis == row["basis"]
        assert (plain.jkk, plain.jkm, plain.jht) == (row["jkk"], row["jkm"], 0)
        assert plain.monthly == row["jkk_jkm"]
        assert with_jht.jht == row["jht"]
        assert with_jht.monthly == row["with_jht"]
        assert discounted.monthly == row["discounted"]


def test_the_brackets_ascend_and_the_last_three_say_that_they_were_restored():
    table = brackets()

    assert len(table) == 33
    assert list(table) == sorted(table, key=lambda bracket: bracket.income_from)
    assert [bracket.number for bracket in table if bracket.derived] == [31, 32, 33]
    assert max(bracket.jkk for bracket in table) == 207_000


@given(
    income=st.integers(0, 999_000_000),
    month=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    sector=st.sampled_from(Sector),
    payer=st.sampled_from(Payer),
    months=st.sampled_from(PERIODS),
)
def test_a_period_is_the_sum_of_its_months_each_reckoned_alone(
    income, month, sector, payer, months
):
    first = month.replace(day=1)
    given_facts = {
        "income": income,
        "sector": sector,
        "payer": payer,
        "jht": True,
        "brackets": brackets(),
    }

    whole = bpu_contribution(month=first, months=months, **given_facts)
    singly = [
        bpu_contribution(month=month_after(first, step), months=1, **given_facts)
        for step in range(months)
    ]

    assert [line for each in singly for line in each.lines] == list(whole.lines)
    assert whole.total == sum(each.total for each in singly)
    assert whole.even == (len({each.total for each in singly}) == 1)


@given(income=st.integers(0, 998_000_000))
def test_who_earns_more_never_pays_less(income):
    assert bpu(income).monthly <= bpu(income + 100_000).monthly


def test_the_discount_never_reaches_old_age_or_a_state_budget():
    for payer in Payer:
        line = bpu(jht=True, month="2026-06", payer=payer).first

        assert line.discount == (0 if payer in (Payer.APBN, Payer.APBD) else 8_400)
        assert line.total >= line.jht


def test_each_programme_is_rounded_down_by_itself():
    both = pu(3_499_878, "2026-05", "very_low", 1, ["jkk", "jkm"])

    assert both.monthly == 8_399 + 10_499  # 0.54 % at once would be 18,899


def test_what_an_employer_must_insure_grows_with_its_size():
    sizes = [REQUIRED_OF_PU[scale] for scale in Scale]

    assert [len(programmes) for programmes in sizes] == [2, 3, 4, 4]
    assert all(smaller <= larger for smaller, larger in pairwise(sizes))


def test_months_follow_over_the_end_of_a_year():
    assert month_after(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert month_after(date(2026, 11, 1), 14) == date(2028, 1, 1)


def test_a_discount_is_dated_by_whole_months():
    assert all(each.first.day == each.last.day == 1 for each in PP_50_2025)
