"""What BPJS Ketenagakerjaan's answer does to a registration: sent, enrolled, or refused.

KPJ are given by BPJS alone; nothing here makes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import CardMove
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.registrations import Move, walk
from fieldapp.models.registrations import Registration
from fieldapp.queries.registrations import within_reach
from fieldapp.services import audit, cards


def mark_sent(
    session: Session, *, actor: Actor, rows: Sequence[Registration], now: datetime
) -> None:
    """Note that approved rows went to BPJS."""
    for row in rows:
        _move(row, actor, Move.SEND, now)
    _note(session, actor, "registration.send", [row.id for row in rows], now)


def enrol(session: Session, *, actor: Actor, row: Registration, kpj: str, now: datetime) -> None:
    """Note the KPJ that BPJS gave to a row that was sent."""
    _move(row, actor, Move.ENROL, now)
    row.kpj = kpj
    _note(session, actor, "registration.enrol", [row.id], now)


def refuse(
    session: Session, *, actor: Actor, row: Registration, reason: str, now: datetime
) -> None:
    """Bring a row back to its coordinator with BPJS's reason; its number stays unused for ever.

    A card that carries this number is void: it must not count again once the row is approved anew.
    """
    _move(row, actor, Move.REFUSE, now, reason)
    row.reason, row.number = reason.strip()[:500], None
    _note(session, actor, "registration.refuse", [row.id], now)
    cards.end_cards(
        session,
        actor=actor,
        registration_id=row.id,
        reason=row.reason,
        now=now,
        move=CardMove.VOID,
    )


def _move(row: Registration, actor: Actor, move: Move, now: datetime, reason: str = "") -> None:
    if not within_reach(row, actor):
        raise OutOfReachError(subject="registration", id=row.id)
    row.stage = walk(row.stage, move, role=actor.role, reason=reason)
    row.changed_at = now


def _note(session: Session, actor: Actor, action: str, ids: Sequence[UUID], now: datetime) -> None:
    events = [audit.Event(action, "registration", each) for each in ids]
    audit.record_all(session, actor=actor, events=events, now=now)
