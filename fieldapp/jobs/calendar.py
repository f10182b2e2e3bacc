"""What is due without anybody asking: last month's report, and totals that want summing up."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fieldapp.database import reading, transaction
from fieldapp.domain.wita import day_of
from fieldapp.jobs.coverage_report import STARTS_UNTIL, start_monthly
from fieldapp.services import coverage

MOST_UNFOLDED: Final = 2_000
"""So many changes may wait beside the totals before reading them takes noticeably longer."""


def keep_the_calendar(now: datetime) -> None:
    """Do what is due; called again and again, it does each thing once."""
    with reading() as session:
        crowded = coverage.unfolded(session) > MOST_UNFOLDED
    if crowded:
        with transaction() as session:
            coverage.fold(session)
    if day_of(now).day <= STARTS_UNTIL:
        with transaction() as session:
            start_monthly(session, now=now)
