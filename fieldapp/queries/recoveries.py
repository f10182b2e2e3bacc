"""Questions about forgotten PINs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.recoveries import RecoveryState
from fieldapp.models.recoveries import Recovery
from fieldapp.queries.reach import of_agency

NEWEST = 50


def recovery(session: Session, actor: Actor, recovery_id: UUID) -> Recovery | None:
    """One request, for those who decide on it."""
    return session.scalar(
        select(Recovery).where(Recovery.id == recovery_id, of_agency(actor, Recovery.agency_id))
    )


def own_recovery(session: Session, actor: Actor, recovery_id: UUID) -> Recovery | None:
    """One request, for the phone that asked."""
    return session.scalar(
        select(Recovery).where(Recovery.id == recovery_id, Recovery.user_id == actor.id)
    )


def newest(session: Session, actor: Actor) -> Sequence[Recovery]:
    """Requests within reach: those that wait first, then the newest."""
    return session.scalars(
        select(Recovery)
        .where(of_agency(actor, Recovery.agency_id))
        .options(
            joinedload(Recovery.user), joinedload(Recovery.decider), joinedload(Recovery.agency)
        )
        .order_by(
            case((Recovery.state == RecoveryState.WAITING, 0), else_=1), Recovery.asked_at.desc()
        )
        .limit(NEWEST)
    ).all()
