"""The permit check as a table: each row one company, and what the counter is told."""

from dataclasses import replace
from datetime import date

import pytest

from fieldapp.domain.permits import (
    RULE_BOOKS,
    Demands,
    NoRulesError,
    Outcome,
    Paper,
    PermitFacts,
    Reason,
    Shortfall,
    judge,
    required_month,
)
from fieldapp.domain.vocabulary import Programme, Scale

TODAY = date(2026, 11, 22)
ALL = frozenset(Programme)
BASIC = frozenset({Programme.JKK, Programme.JKM})
SOUND = PermitFacts(
    today=TODAY,
    scale=Scale.SMALL,
    certificate=Paper.VERIFIED,
    certificate_number="1600000012345",
    programmes=BASIC | {Programme.JHT},
    receipt=Paper.VERIFIED,
    paid_until=date(2026, 10, 1),
    workers_declared=12,
    workers_enrolled=12,
)


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"certificate": Paper.MISSING, "programmes": None}, [Reason.CERTIFICATE_MISSING]),
        ({"certificate": Paper.WAITING, "programmes": None}, [Reason.CERTIFICATE_UNVERIFIED]),
        ({"receipt": Paper.MISSING, "paid_until": None}, [Reason.RECEIPT_MISSING]),
        ({"receipt": Paper.WAITING, "paid_until": None}, [Reason.RECEIPT_UNVERIFIED]),
        ({"paid_until": None}, [Reason.RECEIPT_UNVERIFIED]),
        ({"paid_until": date(2026, 9, 1)}, []),
        ({"paid_until": date(2026, 8, 1)}, [Reason.UNPAID]),
        ({"paid_until": date(2027, 6, 1)}, []),
        ({"scale": None}, [Reason.SCALE_UNKNOWN]),
        ({"programmes": None}, [Reason.PROGRAMMES_UNKNOWN]),
        ({"programmes": frozenset()}, [Reason.PROGRAMMES_UNKNOWN]),
        ({"programmes": BASIC}, [Reason.PROGRAMMES_MISSING]),
        ({"programmes": BASIC, "scale": Scale.MICRO}, []),
        ({"scale": Scale.MEDIUM}, [Reason.PROGRAMMES_MISSING]),
        ({"scale": Scale.LARGE, "programmes": ALL}, []),
        ({"workers_declared": None}, [Reason.WORKERS_UNKNOWN]),
        ({"workers_enrolled": None}, [Reason.WORKERS_UNKNOWN]),
        ({"workers_declared": 13}, [Reason.WORKERS_LEFT_OUT]),
        ({"workers_enrolled": 40}, []),
        ({"workers_declared": 0, "workers_enrolled": 0}, []),
    ],
)
def test_the_counter_is_told_what_is_lacking(changed, reasons):
    judgement = judge(replace(SOUND, **changed), Demands())

    assert [short.reason for short in judgement.shortfalls] == reasons
    assert judgement.outcome is (Outcome.NOT_FIT if reasons else Outcome.FIT)


def test_of_a_company_that_nothing_is_known_of_everything_is_asked():
    judgement = judge(PermitFacts(today=TODAY), Demands())

    assert [short.reason for short in judgement.shortfalls] == [
        Reason.CERTIFICATE_MISSING,
        Reason.RECEIPT_MISSING,
        Reason.SCALE_UNKNOWN,
        Reason.WORKERS_UNKNOWN,
    ]


@pytest.mark.parametrize(
    ("demands", "facts", "outcome"),
    [
        (Demands(paid_within=1), {"paid_until": date(2026, 9, 1)}, Outcome.NOT_FIT),
        (Demands(paid_within=6), {"paid_until": date(2026, 5, 1)}, Outcome.FIT),
        (Demands(workers_over=2), {"workers_declared": 14}, Outcome.FIT),
        (Demands(workers_over=2), {"workers_declared": 15}, Outcome.NOT_FIT),
    ],
)
def test_the_city_sets_how_much_is_asked(demands, facts, outcome):
    assert judge(replace(SOUND, **facts), demands).outcome is outcome


def test_the_month_asked_for_goes_back_over_new_year():
    assert required_month(date(2027, 1, 3), Demands(paid_within=2)) == date(2026, 11, 1)


def test_a_check_names_the_rules_of_its_day():
    assert judge(SOUND, Demands()).version == "2026-01"

    of_2018 = judge(PermitFacts(today=date(2018, 7, 11), certificate=Paper.VERIFIED), Demands())
    assert of_2018.version == "2018-07"
    assert of_2018.outcome is Outcome.FIT

    with pytest.raises(NoRulesError):
        judge(PermitFacts(today=date(2018, 7, 10)), Demands())


def test_the_books_of_rules_follow_each_other_in_time():
    days = [book.since for book in RULE_BOOKS]

    assert days == sorted(set(days))
    assert len({book.version for book in RULE_BOOKS}) == len(RULE_BOOKS)


def test_a_reason_comes_back_from_its_row_as_it_was():
    judgement = judge(replace(SOUND, scale=Scale.LARGE, workers_declared=99), Demands())

    for short in judgement.shortfalls:
        assert Shortfall.from_row(short.as_row()) == short
