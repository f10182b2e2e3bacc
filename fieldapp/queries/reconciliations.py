"""Questions about the cards of a batch as figures, and about the sheets that said them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import CardState
from fieldapp.models.cards import Card
from fieldapp.models.reconciliations import Reconciliation
from fieldapp.queries.reach import of_agency


def set_aside(session: Session, actor: Actor, batch_id: UUID, *, most: int) -> list[list[str]]:
    """Spoiled and void cards that were printed: number, state and reason, the first ones."""
    rows = session.scalars(
        select(Card)
        .where(
            Card.batch_id == batch_id,
            of_agency(actor, Card.agency_id),
            Card.document_id.is_not(None),
            Card.state.in_([CardState.SPOILED, CardState.VOID]),
        )
        .order_by(Card.serial, Card.copy)
        .limit(most)
    )
    return [[card.printed_serial, card.state.value, card.reason] for card in rows]


def last_of(session: Session, batch_id: UUID) -> Reconciliation | None:
    """The last sheet of a batch."""
    return session.scalar(
        select(Reconciliation)
        .where(Reconciliation.batch_id == batch_id)
        .order_by(Reconciliation.made_at.desc(), Reconciliation.number.desc())
        .limit(1)
    )


def by_code(session: Session, code: bytes) -> Reconciliation | None:
    """The sheet that carries this whole code, for anybody."""
    return session.scalar(
        select(Reconciliation)
        .where(Reconciliation.code == code)
        .options(joinedload(Reconciliation.batch), joinedload(Reconciliation.agency))
    )
