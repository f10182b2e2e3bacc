"""The one place that looks at the clock; everything else is handed the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")
"""Denpasar's zone: UTC+8, no daylight saving."""


def now_utc() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The calendar day in Denpasar at a moment."""
    return moment.astimezone(WITA).date()
