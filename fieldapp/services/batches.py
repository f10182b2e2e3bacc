"""Deeds on a batch: collect own drafts, send them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import (
    EmptyBatchError,
    OutOfReachError,
    StaleError,
    TooManyRowsError,
    WrongMoveError,
)
from fieldapp.domain.findings import Finding, blocks
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import EDITABLE, Move, walk
from fieldapp.domain.wita import day_of
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as queries
from fieldapp.queries import reach
from fieldapp.services import audit, numbers
from fieldapp.services.findings import judge_all
from fieldapp.services.reference import reference
from fieldapp.services.registrations import lay_hand


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a batch that was sent: rows that went, and rows held back with why."""

    sent: tuple[UUID, ...]
    held: tuple[tuple[UUID, tuple[Finding, ...]], ...]


def create_batch(
    session: Session,
    *,
    actor: Actor,
    registration_ids: Sequence[UUID],
    note: str,
    most: int,
    now: datetime,
    batch_id: UUID | None = None,
) -> Batch:
    """Collect drafts and returned rows. Raises TooManyRowsError, OutOfReachError, WrongMoveError.

    With a `batch_id` that is known already, the same batch is answered: a form sent twice makes
    one batch.
    """
    actor.must(Permission.BATCH_EDIT)
    year = day_of(now).year
    series = f"batch-{year}"
    if batch_id is not None:
        numbers.hold(session, series)  # the same form sent twice at once waits here
    if batch_id is not None and (known := session.get(Batch, batch_id)) is not None:
        _check_reach(known, actor)
        return known
    batch = Batch(
        id=batch_id or uuid4(),
        number=f"B-{year}-{numbers.take(session, series):04d}",
        note=" ".join(note.split())[:200],
        state=BatchState.OPEN,
        agency_id=actor.agency_id,
        created_by=actor.id,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    rows = _take_in(session, actor, batch, registration_ids, most)
    created = audit.Event("batch.create", "batch", batch.id)
    audit.record_all(session, actor=actor, events=[created, *_added(batch, rows)], now=now)
    return batch


def add_rows(
    session: Session,
    *,
    actor: Actor,
    batch: Batch,
    registration_ids: Sequence[UUID],
    most: int,
    now: datetime,
) -> None:
    """Put drafts and returned rows into an open batch, in the order given.

    Raises TooManyRowsError, OutOfReachError, WrongMoveError.
    """
    _check_open(session, batch, actor)
    rows = _take_in(session, actor, batch, registration_ids, most)
    _touch(batch)
    audit.record_all(session, actor=actor, events=_added(batch, rows), now=now)


def _take_in(
    session: Session, actor: Actor, batch: Batch, ids: Sequence[UUID], most: int
) -> list[Registration]:
    last = session.scalar(
        select(func.max(Registration.batch_row)).where(Registration.batch_id == batch.id)
    )
    count = session.scalar(
        select(func.count()).select_from(Registration).where(Registration.batch_id == batch.id)
    )
    if (total := (count or 0) + len(set(ids))) > most:
        raise TooManyRowsError(most=most, rows=total)
    rows = _editable(session, actor, batch, ids)
    for position, row in enumerate(rows, start=(last or 0) + 1):
        row.batch_id, row.batch_row = batch.id, position
    return rows


def _added(batch: Batch, rows: Sequence[Registration]) -> list[audit.Event]:
    return [audit.Event("batch.add", "registration", row.id, {"batch": batch.id}) for row in rows]


def remove_row(
    session: Session, *, actor: Actor, batch: Batch, row: Registration, now: datetime
) -> None:
    """Take a row out of an open batch; it stays the draft or returned row that it was."""
    _check_open(session, batch, actor)
    if row.batch_id != batch.id:
        raise OutOfReachError(subject="registration", id=row.id)
    row.batch_id = row.batch_row = None
    _touch(batch)
    audit.record(
        session,
        actor=actor,
        action="batch.remove",
        subject="registration",
        subject_id=row.id,
        now=now,
        batch=batch.id,
    )


def submit_batch(
    session: Session, *, actor: Actor, batch: Batch, seen: int | None, now: datetime
) -> Sending:
    """Send what may be sent; rows with a blocking finding leave the batch and stay drafts.

    Every row is judged anew. Sending a batch that is sent already answers what was sent, so a
    double click sends once. Raises StaleError when rows came or went since the batch was `seen`,
    EmptyBatchError (facts `held`: as in Sending) when no row may be sent.
    """
    actor.must(Permission.BATCH_EDIT)
    _check_reach(batch, actor)
    # One batch is sent at a time: of two with the same NIK, the second one's judge sees the first.
    numbers.hold(session, "sending")
    session.refresh(batch, with_for_update=True)
    if batch.state is not BatchState.OPEN:
        held_before = queries.held(session, batch)
        return Sending(
            tuple(row.id for row in queries.rows_of(session, batch.id)),
            tuple((row.id, blocks(map(Finding.from_row, row.findings))) for row in held_before),
        )
    if seen is not None and seen != batch.revision:
        raise StaleError(subject="batch", id=batch.id, expected=seen, found=batch.revision)
    rows = queries.rows_of(session, batch.id)
    judged = judge_all(session, rows, reference=reference(day_of(now)))
    sent: list[UUID] = []
    held: list[tuple[UUID, tuple[Finding, ...]]] = []
    events: list[audit.Event] = []
    for row in rows:
        if found := blocks(judged[row.id]):
            row.batch_id = row.batch_row = None
            held.append((row.id, found))
            codes = {"batch": batch.id, "because": [finding.code for finding in found]}
            events.append(audit.Event("batch.hold", "registration", row.id, codes))
            continue
        row.stage = walk(row.stage, Move.SUBMIT, role=actor.role)
        row.reason, row.changed_at = "", now
        sent.append(row.id)
        events.append(
            audit.Event("registration.submit", "registration", row.id, {"batch": batch.id})
        )
    if not sent:
        raise EmptyBatchError(batch_id=batch.id, held=tuple(held))
    batch.state, batch.submitted_by, batch.submitted_at = BatchState.SUBMITTED, actor.id, now
    lay_hand(session, actor, sent)
    events.append(
        audit.Event("batch.submit", "batch", batch.id, {"sent": len(sent), "held": len(held)})
    )
    audit.record_all(session, actor=actor, events=events, now=now)
    return Sending(tuple(sent), tuple(held))


def _editable(
    session: Session, actor: Actor, batch: Batch, ids: Sequence[UUID]
) -> list[Registration]:
    found: dict[UUID, Registration] = {}
    for start in range(0, len(ids), 500):
        part = (
            select(Registration)
            .where(
                Registration.id.in_(ids[start : start + 500]),
                Registration.agency_id == batch.agency_id,
                reach.of_registrations(actor),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found.update((row.id, row) for row in session.scalars(part))
    open_batches = set(
        session.scalars(
            select(Batch.id).where(
                Batch.agency_id == batch.agency_id, Batch.state == BatchState.OPEN
            )
        )
    )
    rows = []
    for each in dict.fromkeys(ids):
        if each not in found:
            raise OutOfReachError(subject="registration", id=each)
        row = found[each]
        if row.stage not in EDITABLE or row.batch_id in open_batches:
            raise WrongMoveError(move=Move.SUBMIT, stage=row.stage)
        rows.append(row)
    return rows


def _check_reach(batch: Batch, actor: Actor) -> None:
    if not (actor.reaches_all or batch.agency_id == actor.agency_id):
        raise OutOfReachError(subject="batch", id=batch.id)


def _touch(batch: Batch) -> None:
    """Rows came or went: the batch that somebody has on a page is no longer this one."""
    if batch.state is BatchState.OPEN:
        flag_modified(batch, "state")


def _check_open(session: Session, batch: Batch, actor: Actor) -> None:
    actor.must(Permission.BATCH_EDIT)
    _check_reach(batch, actor)
    session.refresh(batch, with_for_update=True)
    if batch.state is not BatchState.OPEN:
        raise WrongMoveError(move=Move.SUBMIT, stage=batch.state)
