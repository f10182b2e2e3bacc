"""Dates as people write them here: day first, with dashes, slashes, dots, spaces or a name.

"7-2-1985", "07/02/1985", "7.2.1985", "7 Februari 1985", "07021985" and the browser's
"1985-02-07" are one day.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.unreadable import UnreadableError

EARLIEST: Final = date(1900, 1, 1)

_MONTHS: Final[Mapping[str, int]] = {
    name: month
    for month, names in enumerate(
        (
            "jan januari january",
            "feb februari february pebruari",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu agt ags agustus aug august",
            "sep sept september",
            "okt oktober oct october",
            "nov november nopember",
            "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/. ]+([0-9]{1,2}|[a-z]+)[-/. ]+([0-9]{4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_RUN: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")


class DateFault(StrEnum):
    """In which way typed text is no date."""

    FORM = "date_form"
    IMPOSSIBLE = "date_impossible"
    TOO_EARLY = "date_too_early"


class DateError(UnreadableError):
    """No date. Facts by fault: `day`, `month`, `year`."""

    code: ClassVar[str] = "date"


def parse_date(text: str) -> date:
    """The day that was meant. Raises DateError."""
    typed = text.strip().lower()
    if match := _YEAR_FIRST.fullmatch(typed):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(typed) or _RUN.fullmatch(typed):
        day, month, year = match.groups()
    else:
        raise DateError(DateFault.FORM)
    number = int(month) if month.isdigit() else _MONTHS.get(month, 0)
    try:
        found = date(int(year), number, int(day))
    except ValueError:
        raise DateError(DateFault.IMPOSSIBLE, day=int(day), month=number, year=int(year)) from None
    if found < EARLIEST:
        raise DateError(DateFault.TOO_EARLY, day=found.day, month=number, year=found.year)
    return found
