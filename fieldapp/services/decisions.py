"""Deeds of a supervisor: a verdict on each row of a batch, with four eyes, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FourEyesError, OutOfReachError, StaleError, WrongMoveError
from fieldapp.domain.findings import Weight
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import PATHS, Move, Stage, walk
from fieldapp.domain.wita import day_of
from fieldapp.models.batches import Batch, BatchState, Decision, Verdict
from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.services import audit, numbers

MOVES: Final[Mapping[Verdict, Move]] = {
    Verdict.APPROVE: Move.APPROVE,
    Verdict.RETURN: Move.RETURN,
    Verdict.REJECT: Move.REJECT,
}


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What a supervisor says of a row; `seen` is the row's revision that they had before them."""

    registration_id: UUID
    verdict: Verdict
    reason: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision: rows by verdict, and clean rows left out for four eyes."""

    approved: int
    returned: int
    rejected: int
    own: int = 0


def decide(
    session: Session, *, actor: Actor, batch: Batch, verdicts: Iterable[RowVerdict], now: datetime
) -> Outcome:
    """Carry out verdicts on rows of one batch: all of them, or none.

    Raises StaleError (facts `rows`: id → stage now) when a row has been decided or changed since,
    FourEyesError, ReasonMissingError, OutOfReachError, ForbiddenError.
    """
    actor.must(Permission.BATCH_DECIDE)
    _check_batch(session, batch, actor)
    wanted = {each.registration_id: each for each in verdicts}
    known = _rows(session, batch.id)
    for each in wanted.values():
        if each.registration_id not in known:
            raise OutOfReachError(subject="registration", id=each.registration_id)
    stale = {
        each.registration_id: known[each.registration_id].stage
        for each in wanted.values()
        if known[each.registration_id].stage is not Stage.SUBMITTED
        or each.seen not in (None, known[each.registration_id].revision)
    }
    if stale:
        raise StaleError(subject="batch", id=batch.id, rows=stale)
    if own := _own(session, actor, batch.id) & wanted.keys():
        raise FourEyesError(ids=tuple(own))
    return _carry_out(session, actor, batch, [(known[e], wanted[e]) for e in wanted], now)


def approve_clean(
    session: Session, *, actor: Actor, batch: Batch, seen: int | None, now: datetime
) -> Outcome:
    """Approve every undecided row without a warning at once; own rows are left and counted.

    Raises StaleError when the batch has changed since it was looked at.
    """
    actor.must(Permission.BATCH_DECIDE)
    _check_batch(session, batch, actor)
    if seen is not None and seen != batch.revision:
        raise StaleError(subject="batch", id=batch.id, expected=seen, found=batch.revision)
    own = _own(session, actor, batch.id)
    clean = [
        row
        for row in _rows(session, batch.id).values()
        if row.stage is Stage.SUBMITTED and row.worst in (None, Weight.NOTE)
    ]
    pairs = [(row, RowVerdict(row.id, Verdict.APPROVE)) for row in clean if row.id not in own]
    outcome = _carry_out(session, actor, batch, pairs, now)
    return Outcome(
        outcome.approved, outcome.returned, outcome.rejected, own=len(clean) - len(pairs)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    stage: Stage
    revision: int
    worst: Weight | None


def _rows(session: Session, batch_id: UUID) -> dict[UUID, _Row]:
    session.flush()
    found = session.execute(
        select(Registration.id, Registration.stage, Registration.revision, Registration.worst)
        .where(Registration.batch_id == batch_id)
        .order_by(Registration.batch_row)
        .with_for_update()
    )
    return {row.id: _Row(row.id, row.stage, row.revision, row.worst) for row in found}


def _own(session: Session, actor: Actor, batch_id: UUID) -> set[UUID]:
    """Rows that the actor made, edited or submitted."""
    return set(
        session.scalars(
            select(Registration.id)
            .outerjoin(
                RegistrationHand,
                (RegistrationHand.registration_id == Registration.id)
                & (RegistrationHand.user_id == actor.id),
            )
            .where(
                Registration.batch_id == batch_id,
                or_(RegistrationHand.user_id.is_not(None), Registration.created_by == actor.id),
            )
        )
    )


def _carry_out(
    session: Session,
    actor: Actor,
    batch: Batch,
    pairs: Sequence[tuple[_Row, RowVerdict]],
    now: datetime,
) -> Outcome:
    counts = dict.fromkeys(Verdict, 0)
    changes: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    events: list[audit.Event] = []
    stages = [
        walk(row.stage, MOVES[each.verdict], role=actor.role, reason=each.reason)
        for row, each in pairs
    ]
    approvals = sum(each.verdict is Verdict.APPROVE for _row, each in pairs)
    serials = iter(_registration_numbers(session, approvals, now))
    for (row, each), stage in zip(pairs, stages, strict=True):
        counts[each.verdict] += 1
        reason = each.reason.strip()[:500]
        changes.append(
            {
                "row_id": row.id,
                "row_revision": row.revision,
                "to_stage": stage,
                "to_number": next(serials) if each.verdict is Verdict.APPROVE else None,
                "to_reason": reason if PATHS[MOVES[each.verdict]].reason_needed else "",
                "to_revision": row.revision + 1,
            }
        )
        decisions.append(
            {
                "id": uuid4(),
                "registration_id": row.id,
                "batch_id": batch.id,
                "verdict": each.verdict,
                "reason": reason,
                "decided_by": actor.id,
                "decided_at": now,
            }
        )
        events.append(
            audit.Event(f"registration.{each.verdict}", "registration", row.id, {"batch": batch.id})
        )
    if changes:
        _update_rows(session, changes, now)
        session.execute(insert(Decision), decisions)
        _close_if_done(session, batch, now)
        audit.record_all(session, actor=actor, events=events, now=now)
    return Outcome(counts[Verdict.APPROVE], counts[Verdict.RETURN], counts[Verdict.REJECT])


def _update_rows(session: Session, changes: list[dict[str, Any]], now: datetime) -> None:
    table = Registration.__table__
    session.connection().execute(
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("row_id"), table.c.revision == bindparam("row_revision"))
        .values(
            stage=bindparam("to_stage"),
            number=bindparam("to_number"),
            reason=bindparam("to_reason"),
            revision=bindparam("to_revision"),
            changed_at=now,
        ),
        changes,
    )
    session.expire_all()


def _registration_numbers(session: Session, count: int, now: datetime) -> list[str]:
    """Numbers are given at approval, never before: 2026-000123."""
    if not count:
        return []
    year = day_of(now).year
    first = numbers.take(session, f"registration-{year}", count)
    return [f"{year}-{serial:06d}" for serial in range(first, first + count)]


def _close_if_done(session: Session, batch: Batch, now: datetime) -> None:
    """A batch is decided when none of its rows waits; each decision makes a new revision."""
    waiting = session.scalar(
        select(func.count())
        .select_from(Registration)
        .where(Registration.batch_id == batch.id, Registration.stage == Stage.SUBMITTED)
    )
    if not waiting:
        batch.state, batch.decided_at = BatchState.DECIDED, now
    elif batch.state is BatchState.SUBMITTED:
        flag_modified(batch, "state")
    session.flush()


def _check_batch(session: Session, batch: Batch, actor: Actor) -> None:
    """Lock the batch as it is now: of two supervisors at once, the second sees what the first did.

    Raises OutOfReachError, WrongMoveError while it is still being filled.
    """
    if not (actor.reaches_all or batch.agency_id == actor.agency_id):
        raise OutOfReachError(subject="batch", id=batch.id)
    session.refresh(batch, with_for_update=True)
    if batch.state is BatchState.OPEN:
        raise WrongMoveError(move=Move.APPROVE, stage=batch.state)
