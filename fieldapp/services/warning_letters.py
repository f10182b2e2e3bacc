"""Deeds on written warnings: issued, delivered, answered, and told to the branch."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import CompanyDeed, CompanyMergedError
from fieldapp.domain.errors import OutOfReachError, ReasonMissingError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permits import Demands, judge
from fieldapp.domain.warning_letters import (
    LetterDateError,
    LetterStepError,
    NextStep,
    NothingToWarnError,
    next_step,
)
from fieldapp.domain.wita import day_of
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.companies import Company
from fieldapp.models.warning_letters import WarningLetter
from fieldapp.queries import permits
from fieldapp.queries import warning_letters as queries
from fieldapp.services import audit, numbers

_STEPS = {NextStep.FIRST_LETTER: 1, NextStep.SECOND_LETTER: 2}


def issue(
    session: Session,
    *,
    actor: Actor,
    company: Company,
    demands: Demands,
    calendar: WorkCalendar,
    now: datetime,
) -> WarningLetter:
    """Issue the letter that follows now, with the reasons of today.

    Raises ForbiddenError, OutOfReachError, CompanyMergedError, LetterStepError,
    NothingToWarnError.
    """
    actor.must(Permission.COMPANY_WARN)
    _check_reach(company, actor)
    if company.merged_into_id is not None:
        raise CompanyMergedError(company_id=company.merged_into_id)
    today = day_of(now)
    last = queries.last_letter(session, company.id)
    step = next_step(last.facts if last else None, today=today, calendar=calendar)
    if step not in _STEPS:
        raise LetterStepError(step=step)
    judgement = judge(permits.facts_of(session, company, today=today), demands)
    if not judgement.shortfalls:
        raise NothingToWarnError
    number = numbers.take(session, f"warning-{today.year}")
    row = WarningLetter(
        number=f"SP-{today.year}-{number:06d}",
        company_id=company.id,
        agency_id=company.agency_id,
        step=_STEPS[step],
        reasons=[short.as_row() for short in judgement.shortfalls],
        issued_on=today,
        issued_by=actor.id,
        issued_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, actor, "warning.issue", row, now, company=company.id, step=row.step)
    return row


def deliver(
    session: Session, *, actor: Actor, row: WarningLetter, on: date, to: str, now: datetime
) -> None:
    """Note that a letter was received, on which day and by whom: its ten working days begin.

    Raises ForbiddenError, OutOfReachError, LetterStepError, LetterDateError, ReasonMissingError.
    """
    actor.must(Permission.COMPANY_WARN)
    _check_reach(row.company, actor)
    if row.delivered_on is not None or not row.open:
        raise LetterStepError(step=NextStep.WAIT)
    if not row.issued_on <= on <= day_of(now):
        raise LetterDateError
    if not to.strip():
        raise ReasonMissingError(move=CompanyDeed.DELIVER)
    row.delivered_on, row.delivered_to = on, " ".join(to.split())[:120]
    session.flush()
    _note(session, actor, "warning.deliver", row, now)


def answer(
    session: Session, *, actor: Actor, row: WarningLetter, on: date, said: str, now: datetime
) -> None:
    """Note the answer of a company; it ends the series, a later shortfall begins a new one.

    Raises ForbiddenError, OutOfReachError, LetterStepError, LetterDateError, ReasonMissingError.
    """
    actor.must(Permission.COMPANY_WARN)
    _check_reach(row.company, actor)
    if not row.open:
        raise LetterStepError(step=NextStep.FIRST_LETTER)
    if not row.issued_on <= on <= day_of(now):
        raise LetterDateError
    if not said.strip():
        raise ReasonMissingError(move=CompanyDeed.ANSWER)
    row.answered_on, row.answer, row.open = on, said.strip()[:500], False
    session.flush()
    session.execute(
        update(WarningLetter)
        .where(WarningLetter.company_id == row.company_id, WarningLetter.open.is_(True))
        .values(open=False)
        .execution_options(synchronize_session="fetch")
    )
    _note(session, actor, "warning.answer", row, now)


def notify(
    session: Session, *, actor: Actor, row: WarningLetter, calendar: WorkCalendar, now: datetime
) -> None:
    """Note that the branch was told that the second letter ran out.

    Raises ForbiddenError, OutOfReachError, LetterStepError.
    """
    actor.must(Permission.COMPANY_WARN)
    _check_reach(row.company, actor)
    step = next_step(row.facts, today=day_of(now), calendar=calendar)
    if step is not NextStep.NOTIFY or not row.open:
        raise LetterStepError(step=step)
    row.notified_on = day_of(now)
    session.flush()
    _note(session, actor, "warning.notify", row, now)


def _check_reach(company: Company, actor: Actor) -> None:
    if not (actor.reaches_all or company.agency_id == actor.agency_id):
        raise OutOfReachError(subject="company", id=company.id)


def _note(
    session: Session, actor: Actor, action: str, row: WarningLetter, now: datetime, **facts: object
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="warning_letter",
        subject_id=row.id,
        now=now,
        **facts,
    )
