"""Questions about registrations, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.models.registrations import FindingConfirmation, Registration
from fieldapp.queries.reach import UNSENT, of_registrations


def registration(session: Session, actor: Actor, registration_id: UUID) -> Registration | None:
    """One registration, if it exists for this actor."""
    return session.scalar(
        select(Registration).where(Registration.id == registration_id, of_registrations(actor))
    )


def within_reach(row: Registration, actor: Actor) -> bool:
    """The same rule as `reach.of_registrations`, on a row that is already here."""
    if not (actor.reaches_all or row.agency_id == actor.agency_id):
        return False
    return actor.role is Role.COORDINATOR or row.stage not in UNSENT


def confirmations(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Reasons by finding key, by registration."""
    found: dict[UUID, dict[str, str]] = {each: {} for each in ids}
    for start in range(0, len(ids), 500):
        rows = session.scalars(
            select(FindingConfirmation).where(
                FindingConfirmation.registration_id.in_(ids[start : start + 500])
            )
        )
        for row in rows:
            found[row.registration_id][row.code] = row.reason
    return found


def counts_by_stage(session: Session, actor: Actor) -> dict[Stage, int]:
    """How many registrations stand where, of those that the actor reaches."""
    rows = session.execute(
        select(Registration.stage, func.count().label("count"))
        .where(of_registrations(actor))
        .group_by(Registration.stage)
    )
    return {row.stage: row.count for row in rows}
