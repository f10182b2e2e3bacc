"""Which days are working days, and the local days off that people enter."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldapp.adapters.public_holidays import public_holidays
from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.holidays import LocalHoliday
from fieldapp.queries.holidays import local_holidays
from fieldapp.services import audit


def work_calendar(session: Session, first: date, last: date) -> WorkCalendar:
    """The working days of all years from one day to another: public and local days off are out."""
    public = {day for year in range(first.year, last.year + 1) for day in public_holidays(year)}
    return WorkCalendar(frozenset(public | {each.day for each in local_holidays(session)}))


def add_local_holiday(
    session: Session, *, actor: Actor, day: date, name: str, now: datetime
) -> None:
    """Enter a day off; the same day again takes the new name. Raises ForbiddenError."""
    actor.must(Permission.TARGET_MANAGE)
    known = session.get(LocalHoliday, day)
    if known is None:
        session.add(LocalHoliday(day=day, name=name[:80], entered_by=actor.id, entered_at=now))
    else:
        known.name, known.entered_by, known.entered_at = name[:80], actor.id, now
    _note(session, actor, "holiday.enter", day, now)


def remove_local_holiday(session: Session, *, actor: Actor, day: date, now: datetime) -> None:
    """Take a day off away again; one that is not there stays away. Raises ForbiddenError."""
    actor.must(Permission.TARGET_MANAGE)
    known = session.get(LocalHoliday, day)
    if known is not None:
        session.delete(known)
        _note(session, actor, "holiday.remove", day, now)


def _note(session: Session, actor: Actor, action: str, day: date, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="local_holiday",
        subject_id=day.isoformat(),
        now=now,
    )
