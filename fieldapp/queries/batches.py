"""Questions about batches, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import EDITABLE
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.queries.reach import of_agency


def batch(session: Session, actor: Actor, batch_id: UUID) -> Batch | None:
    """One batch, if it exists for this actor: open ones are the coordinators' own business."""
    found = select(Batch).where(Batch.id == batch_id, of_agency(actor, Batch.agency_id))
    if actor.role is not Role.COORDINATOR:
        found = found.where(Batch.state != BatchState.OPEN)
    return session.scalar(found)


def rows_of(session: Session, batch_id: UUID) -> Sequence[Registration]:
    """The registrations that stand in a batch now, in their order."""
    return session.scalars(
        select(Registration)
        .where(Registration.batch_id == batch_id)
        .order_by(Registration.batch_row, Registration.id)
    ).all()


def sendable(session: Session, actor: Actor, *, own_only: bool = True) -> Sequence[Registration]:
    """Drafts and returned rows that stand in no open batch, the oldest first."""
    free = or_(
        Registration.batch_id.is_(None),
        Registration.batch_id.in_(select(Batch.id).where(Batch.state != BatchState.OPEN)),
    )
    found = select(Registration).where(
        of_agency(actor, Registration.agency_id), Registration.stage.in_(EDITABLE), free
    )
    if own_only:
        found = found.where(Registration.created_by == actor.id)
    return session.scalars(found.order_by(Registration.created_at, Registration.id)).all()
