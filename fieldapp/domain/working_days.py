"""Working days: Monday to Friday, without public and local holidays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

WEEKEND: Final = (5, 6)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days offices work. holidays: public and local days off, of every year asked about."""

    holidays: frozenset[date] = field(default_factory=frozenset)

    def works_on(self, day: date) -> bool:
        """Whether offices are open."""
        return day.weekday() not in WEEKEND and day not in self.holidays

    def count(self, first: date, last: date) -> int:
        """Working days from the first to the last, both included; 0 when they are out of order."""
        if last < first:
            return 0
        weeks, rest = divmod((last - first).days + 1, 7)
        weekdays = 5 * weeks + sum((first.weekday() + n) % 7 not in WEEKEND for n in range(rest))
        return weekdays - sum(
            first <= day <= last and day.weekday() not in WEEKEND for day in self.holidays
        )

    def after(self, day: date, working_days: int) -> date:
        """The last of so many working days that begin the day after."""
        while working_days > 0:
            day += _DAY
            working_days -= self.works_on(day)
        return day
