"""Where the lines of a chart lie: positions in percent of its width and height, from below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from fieldapp.domain.coverage import Forecast, Period, Point

HEADROOM: Final = Fraction(104, 100)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the chart: x from the left, y from the top, both in percent."""

    x: float
    y: float
    value: int
    day: date


@dataclass(frozen=True, slots=True)
class PathChart:
    """Progress against the linear path. The bottom is nought, the left edge the period's start.

    line: what was realised, from nought on. goal: the height of the target. path: where the
    linear path is on the day of the last spot. end, low, high: the forecast at the right edge.
    """

    line: tuple[Spot, ...]
    goal: float
    path: Spot
    end: Spot | None
    low: float | None
    high: float | None
    months: tuple[tuple[float, date], ...]

    @property
    def last(self) -> Spot:
        return self.line[-1]

    @property
    def behind(self) -> bool:
        """Whether the last spot lies below the path: its label then stands under the line."""
        return self.last.y >= self.path.y


def path_chart(
    period: Period, points: Sequence[Point], *, target: int, forecast: Forecast | None
) -> PathChart:
    """Lay out the progress of a flow. points: cumulative, by day, at least one."""
    top = max(target, *(p.value for p in points), forecast.high if forecast else 0) * HEADROOM

    def height(value: int | Fraction) -> float:
        return round(float(100 - Fraction(value) * 100 / top), 2)

    def spot(value: int, day: date) -> Spot:
        return Spot(round(float(period.elapsed(day) * 100), 2), height(value), value, day)

    last = points[-1]
    on_path = int(target * period.elapsed(last.day))
    months: list[tuple[float, date]] = []
    year, month = period.first.year, period.first.month
    while (first := date(year, month, 1)) <= period.last:
        gone = period.elapsed(first - timedelta(days=1))
        months.append((round(float(gone * 100), 2), first))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return PathChart(
        line=(Spot(0, 100, 0, period.first), *(spot(p.value, p.day) for p in points)),
        goal=height(target),
        path=spot(on_path, last.day),
        end=spot(forecast.middle, period.last) if forecast else None,
        low=height(forecast.low) if forecast else None,
        high=height(forecast.high) if forecast else None,
        months=tuple(months),
    )
