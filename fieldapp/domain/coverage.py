"""Coverage: what was realised of a target, and whether it will be reached (product: Coverage).

Realised is the last official figure plus what this system enrolled since its date, always shown
as two parts. A stock (how many there are on a day) is never added to a flow (how many came in a
period), and figures of different areas are never divided by each other: the 475,000 of the city's
labour force say nothing about the 231,301 participants of a branch of five areas.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final, Self

from fieldapp.domain.errors import FieldError
from fieldapp.domain.working_days import WorkCalendar


class MixedKindsError(FieldError):
    """A stock and a flow, or two indicators, were added or compared. Facts: `one`, `other`."""

    code = "mixed_kinds"


class AreaMismatchError(FieldError):
    """Figures of different areas were added or compared. Facts: `one`, `other`."""

    code = "area_mismatch"


class AreaUnknownError(FieldError):
    """No branch, regency or district has this code. Facts: `area`."""

    code = "area_unknown"


class Indicator(StrEnum):
    """What the branch itself steers by."""

    ACTIVE_PARTICIPANTS = "active_participants"
    NEW_WORKERS = "new_workers"
    NEW_COMPANIES = "new_companies"
    GROUPS = "groups"
    LABOUR_FORCE = "labour_force"


class Kind(StrEnum):
    """How many there are on a day, or how many came in a period."""

    STOCK = "stock"
    FLOW = "flow"


KINDS: Final[Mapping[Indicator, Kind]] = {
    Indicator.ACTIVE_PARTICIPANTS: Kind.STOCK,
    Indicator.NEW_WORKERS: Kind.FLOW,
    Indicator.NEW_COMPANIES: Kind.FLOW,
    Indicator.GROUPS: Kind.STOCK,
    Indicator.LABOUR_FORCE: Kind.STOCK,
}

COUNTED: Final = frozenset(
    {Indicator.ACTIVE_PARTICIPANTS, Indicator.NEW_WORKERS, Indicator.NEW_COMPANIES}
)
"""What this system counts itself; of the others it knows official figures only."""


class Status(StrEnum):
    """How a target stands."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BEHIND = "behind"


class Side(StrEnum):
    """On which side of the linear path."""

    AHEAD = "ahead"
    BEHIND = "behind"


BRANCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "Denpasar": ("51.01", "51.02", "51.03", "51.08", "51.71"),
}
"""The regencies of a branch, by Kemendagri code (Jembrana, Tabanan, Badung, Buleleng, Denpasar)."""

_BRANCH: Final = "branch:"


@dataclass(frozen=True, slots=True)
class Area:
    """A branch ("branch:Denpasar"), a regency ("51.71") or a district ("51.71.01")."""

    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code. Raises AreaUnknownError for what has not the form of one."""
        code = text.strip()
        branch = code.removeprefix(_BRANCH)
        known = branch in BRANCHES if code.startswith(_BRANCH) else _is_region(code)
        if not known:
            raise AreaUnknownError(area=code)
        return cls(code)

    @property
    def is_branch(self) -> bool:
        return self.code.startswith(_BRANCH)

    @property
    def branch(self) -> str:
        """The name of the branch; empty for a region."""
        return self.code.removeprefix(_BRANCH) if self.is_branch else ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The regions that make up the area."""
        return BRANCHES[self.branch] if self.is_branch else (self.code,)


def _is_region(code: str) -> bool:
    parts = code.split(".")
    return len(parts) in (2, 3) and all(p.isascii() and p.isdigit() and len(p) == 2 for p in parts)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many of one indicator in one area; a sum or a share is only made of like and like."""

    indicator: Indicator
    area: Area
    value: int

    @property
    def kind(self) -> Kind:
        return KINDS[self.indicator]

    def __add__(self, other: Amount) -> Amount:
        """Raises MixedKindsError, AreaMismatchError."""
        if other.kind is not self.kind or other.indicator is not self.indicator:
            raise MixedKindsError(one=self.indicator, other=other.indicator)
        self._same_area(other)
        return Amount(self.indicator, self.area, self.value + other.value)

    def share_of(self, whole: Amount) -> Decimal | None:
        """Percent of a whole of the same kind and area; None of nothing.

        Raises MixedKindsError, AreaMismatchError.
        """
        if self.kind is not whole.kind:
            raise MixedKindsError(one=self.indicator, other=whole.indicator)
        self._same_area(whole)
        return percent(self.value, whole.value)

    def _same_area(self, other: Amount) -> None:
        if other.area != self.area:
            raise AreaMismatchError(one=self.area.code, other=other.area.code)


def percent(part: int | Fraction, whole: int) -> Decimal | None:
    """Percent with two places, halves rounded up: 81.27. None of nothing."""
    return None if whole <= 0 else rounded(Fraction(part) * 100 / whole)


def rounded(value: Fraction, places: str = "0.01") -> Decimal:
    """To so many places, halves away from zero."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> Self:
        return cls(date(year, 1, 1), date(year, 12, 31))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def elapsed(self, as_of: date) -> Fraction:
        """The part gone by at the end of a day, each month counting the same: 30 June is 1/2.

        The branch reports by months; by days, 30 June would be 49.59 %.
        """
        if as_of < self.first:
            return Fraction(0)
        if as_of >= self.last:
            return Fraction(1)
        start = _months(self.first) - Fraction(1, _days_of_month(self.first))
        return (_months(as_of) - start) / (_months(self.last) - start)


def _months(day: date) -> Fraction:
    """Months gone by at the end of a day, from a fixed beginning."""
    return day.year * 12 + day.month + Fraction(day.day, _days_of_month(day))


def _days_of_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which percent a target is on track, and at risk of being missed; settings."""

    on_track: int = 100
    at_risk: int = 80


def status(achieved: Decimal, side: Side | None, thresholds: Thresholds) -> Status:
    """How a target stands.

    | realised                                  | status   |
    |-------------------------------------------|----------|
    | on or ahead of the linear path, or ≥ 100 % | on track |
    | behind the path, ≥ 80 % of the target      | at risk  |
    | behind the path, less                      | behind   |

    A stock has no path: only its percent counts.
    """
    if side is Side.AHEAD or achieved >= thresholds.on_track:
        return Status.ON_TRACK
    return Status.AT_RISK if achieved >= thresholds.at_risk else Status.BEHIND


@dataclass(frozen=True, slots=True)
class Point:
    """What was realised by the end of a day."""

    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the period will end with: at the pace so far, and at the slowest and quickest known."""

    low: int
    middle: int
    high: int


def forecast(points: Sequence[Point], period: Period, work: WorkCalendar) -> Forecast | None:
    """What a flow comes to by the end of its period; None before its first working day.

    points: cumulative, by day, within the period. The middle goes on at the pace per working day
    since the beginning. The range is that of the paces known: since the beginning by working
    days and by calendar months, and between each two neighbouring points.
    """
    if not points:
        return None
    last = points[-1]
    days = work.count(period.first, last.day)
    left = work.count(last.day, period.last) - work.works_on(last.day)
    if last.day >= period.last:
        return Forecast(last.value, last.value, last.value)
    if not days:
        return None
    middle = last.value + Fraction(last.value * left, days)
    ends = [middle, last.value / period.elapsed(last.day)]
    for before, after in pairwise(points):
        if between := work.count(before.day, after.day) - work.works_on(before.day):
            ends.append(last.value + Fraction((after.value - before.value) * left, between))
    low, high = max(Fraction(last.value), min(ends)), max(ends)
    return Forecast(*(int(rounded(end, "1")) for end in (low, middle, high)))


@dataclass(frozen=True, slots=True)
class Official:
    """The last official figure of an indicator: its value, its day and where it is from."""

    value: int
    day: date
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator of one area against its target, at the end of a day.

    expected: what the linear path asks for by that day; None of a stock, which has no path.
    needed: per working day, to reach the target in time; None when there is nothing or no time
    left. `official` and `own` are the two parts of what was realised.
    """

    indicator: Indicator
    area: Area
    period: Period
    as_of: date
    official: Official | None
    own: int
    target: int | None
    percent: Decimal | None
    gap: int | None
    expected: int | None
    expected_percent: Decimal | None
    side: Side | None
    working_days_left: int
    needed: Decimal | None
    forecast: Forecast | None
    status: Status | None

    @property
    def kind(self) -> Kind:
        return KINDS[self.indicator]

    @property
    def realised(self) -> int:
        return (self.official.value if self.official else 0) + self.own


def stand(
    realised: Amount,
    *,
    official: Official | None,
    own: int,
    target: Amount | None,
    period: Period,
    as_of: date,
    points: Sequence[Point],
    work: WorkCalendar,
    thresholds: Thresholds,
) -> Standing:
    """Judge what was realised against its target.

    period: that of the target. Raises MixedKindsError and AreaMismatchError for a target that is
    not of the same kind, indicator and area.
    """
    if target and target.indicator is not realised.indicator:
        raise MixedKindsError(one=realised.indicator, other=target.indicator)
    achieved = realised.share_of(target) if target else None
    flows = target is not None and realised.kind is Kind.FLOW
    part = period.elapsed(as_of)
    goal = target.value if target else 0
    side = None
    if flows:
        side = Side.AHEAD if realised.value >= goal * part else Side.BEHIND
    left = work.count(as_of, period.last) - (work.works_on(as_of) if as_of <= period.last else 0)
    gap = goal - realised.value
    return Standing(
        indicator=realised.indicator,
        area=realised.area,
        period=period,
        as_of=as_of,
        official=official,
        own=own,
        target=target.value if target else None,
        percent=achieved,
        gap=gap if target else None,
        expected=int(rounded(goal * part, "1")) if flows else None,
        expected_percent=rounded(part * 100) if flows else None,
        side=side,
        working_days_left=left,
        needed=rounded(Fraction(gap, left), "0.1") if target and left and gap > 0 else None,
        forecast=forecast(points, period, work) if realised.kind is Kind.FLOW else None,
        status=None if achieved is None else status(achieved, side, thresholds),
    )
