"""The rules of targets and what is realised, on the branch's own figures of June 2018."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.coverage import (
    Amount,
    Area,
    AreaMismatchError,
    AreaUnknownError,
    Forecast,
    Indicator,
    MixedKindsError,
    Official,
    Period,
    Point,
    Side,
    Status,
    Thresholds,
    forecast,
    percent,
    stand,
    status,
)
from fieldapp.domain.working_days import WorkCalendar

BRANCH, CITY = Area("branch:Denpasar"), Area("51.71")
JUNE_30 = date(2018, 6, 30)
YEAR = Period.year(2018)
NO_HOLIDAYS = WorkCalendar()


def june(indicator: Indicator, realised: int, target: int):
    return stand(
        Amount(indicator, BRANCH, realised),
        official=Official(realised, JUNE_30, "KORANJURI.COM 2018-07-11"),
        own=0,
        target=Amount(indicator, BRANCH, target),
        period=YEAR,
        as_of=JUNE_30,
        points=[Point(JUNE_30, realised)],
        work=NO_HOLIDAYS,
        thresholds=Thresholds(),
    )


@pytest.mark.parametrize(
    ("indicator", "realised", "target", "share", "gap", "stands"),
    [
        (Indicator.ACTIVE_PARTICIPANTS, 231_301, 284_621, "81.27", 53_320, Status.AT_RISK),
        (Indicator.NEW_WORKERS, 37_358, 92_644, "40.32", 55_286, Status.BEHIND),
        (Indicator.NEW_COMPANIES, 703, 1_754, "40.08", 1_051, Status.BEHIND),
    ],
)
def test_the_figures_of_june_2018_come_out(indicator, realised, target, share, gap, stands):
    found = june(indicator, realised, target)

    assert (found.percent, found.gap, found.status) == (Decimal(share), gap, stands)


def test_new_workers_are_behind_the_half_that_a_linear_path_asks_for_at_mid_year():
    found = june(Indicator.NEW_WORKERS, 37_358, 92_644)

    assert found.expected_percent == 50
    assert found.expected == 46_322
    assert found.side is Side.BEHIND


def test_a_stock_has_no_linear_path():
    found = june(Indicator.ACTIVE_PARTICIPANTS, 231_301, 284_621)

    assert (found.expected, found.side, found.forecast) == (None, None, None)


@pytest.mark.parametrize(
    ("achieved", "side", "stands"),
    [
        ("100.00", None, Status.ON_TRACK),
        ("99.99", None, Status.AT_RISK),
        ("80.00", None, Status.AT_RISK),
        ("79.99", None, Status.BEHIND),
        ("0.00", None, Status.BEHIND),
        ("40.32", Side.AHEAD, Status.ON_TRACK),
        ("40.32", Side.BEHIND, Status.BEHIND),
        ("85.00", Side.BEHIND, Status.AT_RISK),
        ("104.00", Side.BEHIND, Status.ON_TRACK),
    ],
)
def test_a_status_follows_from_the_path_and_the_percent(achieved, side, stands):
    assert status(Decimal(achieved), side, Thresholds()) is stands


def test_thresholds_are_settings():
    assert status(Decimal(75), None, Thresholds(on_track=90, at_risk=70)) is Status.AT_RISK


def test_a_stock_is_never_added_to_a_flow():
    stock = Amount(Indicator.ACTIVE_PARTICIPANTS, BRANCH, 231_301)
    flow = Amount(Indicator.NEW_WORKERS, BRANCH, 37_358)

    with pytest.raises(MixedKindsError):
        stock + flow
    with pytest.raises(MixedKindsError):
        flow.share_of(stock)


def test_workers_are_never_added_to_companies():
    workers = Amount(Indicator.NEW_WORKERS, BRANCH, 37_358)

    with pytest.raises(MixedKindsError):
        workers + Amount(Indicator.NEW_COMPANIES, BRANCH, 703)


def test_a_figure_of_the_city_never_divides_one_of_the_branch():
    active = Amount(Indicator.ACTIVE_PARTICIPANTS, BRANCH, 231_301)
    labour_force = Amount(Indicator.LABOUR_FORCE, CITY, 475_000)

    with pytest.raises(AreaMismatchError):
        active.share_of(labour_force)


def test_within_one_area_the_participants_are_a_share_of_the_labour_force():
    active = Amount(Indicator.ACTIVE_PARTICIPANTS, CITY, 190_000)

    assert active.share_of(Amount(Indicator.LABOUR_FORCE, CITY, 475_000)) == 40


@pytest.mark.parametrize("code", ["branch:Denpasar", "51.71", "51.71.01", " 51.03 "])
def test_areas_are_read(code):
    assert Area.parse(code).code == code.strip()


@pytest.mark.parametrize("code", ["", "branch:Gianyar", "51", "5171", "51.7", "51.71.01.1003", "x"])
def test_what_is_no_area_is_refused(code):
    with pytest.raises(AreaUnknownError):
        Area.parse(code)


@pytest.mark.parametrize(
    ("as_of", "gone"),
    [
        (date(2017, 12, 31), Fraction(0)),
        (date(2018, 1, 31), Fraction(1, 12)),
        (date(2018, 2, 14), Fraction(1, 8)),
        (date(2018, 6, 30), Fraction(1, 2)),
        (date(2018, 12, 31), Fraction(1)),
        (date(2019, 3, 1), Fraction(1)),
    ],
)
def test_each_month_is_the_same_part_of_the_path(as_of, gone):
    assert YEAR.elapsed(as_of) == gone


def test_what_is_needed_counts_working_days_only():
    found = june(Indicator.NEW_COMPANIES, 703, 1_754)

    assert found.working_days_left == 131  # 2 July to 31 December 2018, without holidays
    assert found.needed == Decimal("8.0")


def test_a_forecast_goes_on_at_the_pace_so_far_and_ranges_over_the_paces_known():
    points = [Point(date(2018, 3, 31), 10_000), Point(JUNE_30, 37_358)]

    found = forecast(points, YEAR, NO_HOLIDAYS)

    assert found == Forecast(
        low=37_358 * 2,
        middle=37_358 + round(37_358 * 131 / 130),
        high=37_358 + round(27_358 * 131 / 65),
    )


def test_nothing_is_foretold_of_a_period_without_a_figure():
    assert forecast([], YEAR, NO_HOLIDAYS) is None


def test_what_has_ended_is_foretold_as_it_is():
    assert forecast([Point(YEAR.last, 80)], YEAR, NO_HOLIDAYS) == Forecast(80, 80, 80)


def test_holidays_do_not_count_as_working_days_and_weekend_holidays_count_once():
    galungan, kuningan = date(2018, 5, 30), date(2018, 6, 9)  # a Wednesday, a Saturday
    work = WorkCalendar(frozenset({galungan, kuningan}))

    assert not work.works_on(galungan)
    assert work.count(date(2018, 5, 28), date(2018, 6, 10)) == 9
    assert work.after(date(2018, 5, 28), 3) == date(2018, 6, 1)


days = st.dates(date(2016, 1, 1), date(2030, 12, 31))


@given(days, st.integers(-3, 800), st.frozensets(days, max_size=20))
def test_working_days_are_counted_as_on_the_fingers(first, length, holidays):
    work = WorkCalendar(holidays)
    last = first + timedelta(days=length)

    by_hand = sum(work.works_on(first + timedelta(days=n)) for n in range(length + 1))

    assert work.count(first, last) == by_hand


@given(days, days)
def test_the_path_never_goes_back_and_stays_within_its_ends(one, other):
    early, late = sorted((one, other))
    period = Period(date(2017, 4, 1), date(2028, 3, 31))

    assert 0 <= period.elapsed(early) <= period.elapsed(late) <= 1


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_percent_is_never_off_by_more_than_half_of_its_last_place(part, whole):
    found = percent(part, whole)

    assert found is not None
    assert abs(Fraction(found) - Fraction(part * 100, whole)) <= Fraction(1, 200)


def test_nothing_is_a_percent_of_nothing():
    assert percent(5, 0) is None


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.dates(YEAR.first, YEAR.last))
def test_the_parts_of_a_standing_agree_with_each_other(value, goal, as_of):
    found = stand(
        Amount(Indicator.NEW_WORKERS, CITY, value),
        official=None,
        own=value,
        target=Amount(Indicator.NEW_WORKERS, CITY, goal),
        period=YEAR,
        as_of=as_of,
        points=[Point(as_of, value)],
        work=NO_HOLIDAYS,
        thresholds=Thresholds(),
    )

    assert found.realised + (found.gap or 0) == goal
    assert (found.needed is None) == (value >= goal or found.working_days_left == 0)
    if found.side is Side.AHEAD:
        assert found.status is Status.ON_TRACK
    if found.forecast:
        assert value <= found.forecast.low <= found.forecast.middle <= found.forecast.high
