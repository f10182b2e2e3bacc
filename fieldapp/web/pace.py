"""How fast long work goes, and how long it will take, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from fieldapp.models.jobs import Job, JobState

SOON = 60
TOO_EARLY = 1.0
"""Seconds of work before a speed is more than a guess."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Words for the progress line; speed and left are empty while they would be guesses."""

    line: str
    speed: str = ""
    left: str = ""


def pace(job: Job, *, now: datetime) -> Pace:
    """What to say of a job that waits, runs or has ended."""
    if job.state is JobState.WAITING:
        return Pace(_("Waiting for its turn"))
    line = _("%(done)s of %(total)s workers", done=number(job.done), total=number(job.total))
    seconds = (now - job.started_at).total_seconds() if job.started_at else 0.0
    if job.state is not JobState.RUNNING or seconds < TOO_EARLY:
        return Pace(line)
    speed = (job.done - job.done_before) / seconds
    if not speed:
        return Pace(line)
    left = (job.total - job.done) / speed
    return Pace(line, _speed(job, speed), _left(left))


def _speed(job: Job, rows: float) -> str:
    """Pages a second, as the printer will count them; rows where pages are not known."""
    if job.pages and job.total:
        pages = rows * job.pages / job.total
        return str(_("%(speed)s pages a second", speed=number(round(pages, 1))))
    return str(_("%(speed)s a second", speed=number(round(rows, 1))))


def number(value: float) -> str:
    """A number in the reader's language."""
    return str(format_decimal(value))


def _left(seconds: float) -> str:
    if seconds < SOON:
        seconds = round(seconds) or 1
        left = ngettext("about %(num)s second left", "about %(num)s seconds left", seconds)
    else:
        minutes = round(seconds / SOON)
        left = ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes)
    return str(left)
