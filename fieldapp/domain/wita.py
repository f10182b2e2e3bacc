"""Denpasar's time: WITA, UTC+8, no daylight saving."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

WITA: Final = ZoneInfo("Asia/Makassar")


def day_of(moment: datetime) -> date:
    """The calendar day in Denpasar at a moment."""
    return moment.astimezone(WITA).date()
