"""The one place that looks at the clock; everything below is handed the time."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
