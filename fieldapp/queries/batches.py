"""Questions about batches, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.findings import Weight
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import EDITABLE, Stage
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Batch, BatchState, Decision
from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.queries.reach import of_agency

CHUNK = 500


def batch(session: Session, actor: Actor, batch_id: UUID) -> Batch | None:
    """One batch, if it exists for this actor: open ones are the coordinators' own business."""
    found = select(Batch).where(Batch.id == batch_id, of_agency(actor, Batch.agency_id))
    if actor.role is not Role.COORDINATOR:
        found = found.where(Batch.state != BatchState.OPEN)
    return session.scalar(found)


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Some batches, and the keys of the pages before and after; None where there is none."""

    batches: Sequence[Batch]
    previous: UUID | None = None
    next: UUID | None = None


def newest(
    session: Session,
    actor: Actor,
    states: Iterable[BatchState],
    *,
    size: int,
    after: UUID | None = None,
    before: UUID | None = None,
) -> BatchPage:
    """One page of the batches in these states, the newest first; keys are ids of batches."""
    found = (
        select(Batch)
        .where(of_agency(actor, Batch.agency_id), Batch.state.in_(states))
        .options(joinedload(Batch.agency), joinedload(Batch.creator))
    )
    edge = session.get(Batch, before or after) if before or after else None
    if edge is not None:
        older = or_(
            Batch.created_at < edge.created_at,
            and_(Batch.created_at == edge.created_at, Batch.id < edge.id),
        )
        newer = or_(
            Batch.created_at > edge.created_at,
            and_(Batch.created_at == edge.created_at, Batch.id > edge.id),
        )
        found = found.where(newer if before else older)
    backwards = bool(edge is not None and before)
    order = (
        (Batch.created_at, Batch.id) if backwards else (Batch.created_at.desc(), Batch.id.desc())
    )
    rows = list(session.scalars(found.order_by(*order).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return BatchPage([])
    has_previous = more if backwards else edge is not None
    has_next = backwards or more
    return BatchPage(rows, rows[0].id if has_previous else None, rows[-1].id if has_next else None)


def waiting(session: Session, actor: Actor, *, size: int) -> Sequence[Batch]:
    """Sent batches that wait for a verdict, those that wait longest first."""
    return session.scalars(
        select(Batch)
        .where(of_agency(actor, Batch.agency_id), Batch.state == BatchState.SUBMITTED)
        .options(joinedload(Batch.agency), joinedload(Batch.creator))
        .order_by(Batch.submitted_at, Batch.id)
        .limit(size)
    ).all()


def open_batches(session: Session, actor: Actor, *, size: int) -> Sequence[Batch]:
    """The agency's batches that are still being filled, the newest first."""
    return session.scalars(
        select(Batch)
        .where(Batch.agency_id == actor.agency_id, Batch.state == BatchState.OPEN)
        .order_by(Batch.created_at.desc(), Batch.id.desc())
        .limit(size)
    ).all()


def tallies(session: Session, batch_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[Stage, int]]:
    """How many rows of each batch stand where."""
    found: dict[UUID, dict[Stage, int]] = {each: {} for each in batch_ids}
    rows = session.execute(
        select(Registration.batch_id, Registration.stage, func.count().label("rows"))
        .where(Registration.batch_id.in_(batch_ids))
        .group_by(Registration.batch_id, Registration.stage)
    )
    for batch_id, stage, count in rows:
        if batch_id is not None:
            found[batch_id][stage] = count
    return found


def rows_of(session: Session, batch_id: UUID) -> Sequence[Registration]:
    """The registrations that stand in a batch now, in their order."""
    return session.scalars(
        select(Registration)
        .where(Registration.batch_id == batch_id)
        .order_by(Registration.batch_row, Registration.id)
    ).all()


def row_ids(session: Session, batch_id: UUID) -> Sequence[UUID]:
    """The same, their ids alone."""
    return session.scalars(
        select(Registration.id)
        .where(Registration.batch_id == batch_id)
        .order_by(Registration.batch_row, Registration.id)
    ).all()


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows of a batch, and the places of the rows before and after which the others lie."""

    rows: Sequence[Registration]
    previous: int | None = None
    next: int | None = None


def page_of_rows(
    session: Session,
    batch_id: UUID,
    *,
    size: int,
    after: int | None = None,
    before: int | None = None,
    waiting_only: bool = False,
) -> RowPage:
    """Rows by their place in the batch; waiting_only: those without a verdict."""
    found = (
        select(Registration)
        .where(Registration.batch_id == batch_id)
        .options(joinedload(Registration.category), joinedload(Registration.village))
    )
    if waiting_only:
        found = found.where(Registration.stage == Stage.SUBMITTED)
    if before is not None:
        found = found.where(Registration.batch_row < before)
        found = found.order_by(Registration.batch_row.desc())
    else:
        found = found.where(Registration.batch_row > (after or 0)).order_by(Registration.batch_row)
    rows = list(session.scalars(found.limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        rows.reverse()
    if not rows:
        return RowPage([])
    has_previous = more if before is not None else bool(after)
    has_next = before is not None or more
    return RowPage(
        rows,
        rows[0].batch_row if has_previous else None,
        rows[-1].batch_row if has_next else None,
    )


def clean_count(session: Session, actor: Actor, batch_id: UUID) -> int:
    """How many waiting rows have nothing to decide and are not the actor's own."""
    own = select(RegistrationHand.registration_id).where(RegistrationHand.user_id == actor.id)
    return (
        session.scalar(
            select(func.count())
            .select_from(Registration)
            .where(
                Registration.batch_id == batch_id,
                Registration.stage == Stage.SUBMITTED,
                or_(Registration.worst.is_(None), Registration.worst == Weight.NOTE),
                Registration.created_by != actor.id,
                Registration.id.not_in(own),
            )
        )
        or 0
    )


def own_rows(session: Session, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Those that the actor made, changed or sent: somebody else decides on them."""
    hands = select(RegistrationHand.registration_id).where(
        RegistrationHand.user_id == actor.id, RegistrationHand.registration_id.in_(ids)
    )
    made = select(Registration.id).where(
        Registration.id.in_(ids), Registration.created_by == actor.id
    )
    return {*session.scalars(hands), *session.scalars(made)}


def latest_decisions(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Decision]:
    """The last verdict on each registration, with who gave it."""
    found: dict[UUID, Decision] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.scalars(
            select(Decision)
            .where(Decision.registration_id.in_(ids[start : start + CHUNK]))
            .options(joinedload(Decision.decider))
            .order_by(Decision.decided_at)
        )
        found.update((row.registration_id, row) for row in rows)
    return found


def held(session: Session, batch: Batch) -> Sequence[Registration]:
    """The rows that were held back when the batch was sent and have not gone since."""
    if batch.submitted_at is None:
        return []
    entries = session.execute(
        select(AuditEntry.subject_id, AuditEntry.facts).where(
            AuditEntry.at == batch.submitted_at, AuditEntry.action == "batch.hold"
        )
    )
    ids = [UUID(row.subject_id) for row in entries if row.facts.get("batch") == str(batch.id)]
    found: dict[UUID, Registration] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.scalars(
            select(Registration).where(
                Registration.id.in_(ids[start : start + CHUNK]),
                Registration.agency_id == batch.agency_id,
                Registration.stage.in_(EDITABLE),
            )
        )
        found.update((row.id, row) for row in rows)
    return [found[each] for each in ids if each in found]


def sendable(
    session: Session, actor: Actor, *, own_only: bool = True, size: int | None = None
) -> Sequence[Registration]:
    """Drafts and returned rows that stand in no open batch: returned ones first, then what may
    be sent, then what is blocked; among equals the oldest first.
    """
    free = or_(
        Registration.batch_id.is_(None),
        Registration.batch_id.in_(select(Batch.id).where(Batch.state != BatchState.OPEN)),
    )
    found = select(Registration).where(
        Registration.agency_id == actor.agency_id, Registration.stage.in_(EDITABLE), free
    )
    if own_only:
        found = found.where(Registration.created_by == actor.id)
    order = case(
        (Registration.worst == Weight.BLOCK, 2), (Registration.stage == Stage.RETURNED, 0), else_=1
    )
    found = found.order_by(order, Registration.created_at, Registration.id)
    return session.scalars(found.limit(size) if size else found).all()
