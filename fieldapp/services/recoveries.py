"""Deeds on forgotten PINs: a phone asks, somebody else of the agency agrees, the phone opens again.

What lies on the phone never comes here, only the key to it: wrapped to the agency's key since the
PIN was set, opened here for a moment when a supervisor agrees, and wrapped to the phone that asked.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.adapters import escrow
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, StaleError
from fieldapp.domain.intake import BodyError, KeyReusedError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.recoveries import (
    LIFE,
    OPEN,
    EscrowBrokenError,
    OwnPhoneError,
    RecoveryState,
    Request,
    WrongCheckError,
    held_for,
    released_for,
    same_check,
    state_at,
)
from fieldapp.models.recoveries import EscrowKey, Recovery
from fieldapp.services import audit
from fieldapp.services.turns import wait_for_turn


def known_key(session: Session, actor: Actor) -> EscrowKey | None:
    """The key that phones of the actor's agency wrap theirs to: the newest."""
    return session.scalar(
        select(EscrowKey)
        .where(EscrowKey.agency_id == actor.agency_id)
        .order_by(EscrowKey.created_at.desc())
        .limit(1)
    )


def escrow_key(session: Session, *, actor: Actor, now: datetime) -> EscrowKey:
    """That key, made when there is none yet."""
    actor.must(Permission.PHONE_KEEP)
    wait_for_turn(session, f"escrow {actor.agency_id}")
    known = known_key(session, actor)
    if known is not None:
        return known
    made = escrow.PrivateKey.new()
    row = EscrowKey(agency_id=actor.agency_id, public=made.public_bytes, created_at=now)
    row.private = made.private_bytes.hex()
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="escrow_key.new", subject="escrow_key", subject_id=row.id,
        now=now,
    )  # fmt: skip
    return row


def ask(
    session: Session, *, actor: Actor, request: Request, device_name: str, now: datetime
) -> Recovery:
    """Note what a phone asks; the same request again is the same row.

    Nothing is opened before somebody else has agreed. Raises BodyError, KeyReusedError,
    OutOfReachError.
    """
    actor.must(Permission.PHONE_KEEP)
    wait_for_turn(session, f"recovery {actor.id}")
    known = session.get(Recovery, request.id)
    if known is not None:
        if known.user_id != actor.id:
            raise OutOfReachError(subject="recovery", id=request.id)
        if known.public_key != request.public_key or known.device_id != request.device_id:
            raise KeyReusedError(id=request.id, revision=1)
        return known
    try:
        escrow.check_public(request.public_key)
    except escrow.EscrowError:
        raise BodyError(where="public_key") from None
    if session.get(EscrowKey, request.key_id) is None:
        raise OutOfReachError(subject="escrow_key", id=request.key_id)
    _end_others(session, actor, request, now)
    row = Recovery(
        id=request.id,
        user_id=actor.id,
        agency_id=actor.agency_id,
        device_id=request.device_id,
        device_name=device_name[:60],
        escrow_key_id=request.key_id,
        public_key=request.public_key,
        wrapped=request.wrapped,
        state=RecoveryState.WAITING,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, actor, row, "recovery.ask", now)
    return row


def approve(session: Session, *, actor: Actor, row: Recovery, typed: str, now: datetime) -> None:
    """Let the phone open again, to which this key is sent back.

    typed: the number that its owner read out. Raises OwnPhoneError, StaleError, WrongCheckError,
    EscrowBrokenError.
    """
    _may_decide(session, actor, row, now)
    if not same_check(typed, row.public_key):
        raise WrongCheckError
    key = session.get_one(EscrowKey, row.escrow_key_id)
    assert row.wrapped is not None
    assert key.private is not None
    try:
        opened = escrow.PrivateKey(bytes.fromhex(key.private)).unwrap(
            row.wrapped, label=held_for(row.user_id)
        )
    except escrow.EscrowError:
        raise EscrowBrokenError from None
    row.released = escrow.wrap(opened, spki=row.public_key, label=released_for(row.id))
    _decide(row, actor, RecoveryState.APPROVED, now)
    _note(session, actor, row, "recovery.approve", now)


def refuse(session: Session, *, actor: Actor, row: Recovery, now: datetime) -> None:
    """Leave the phone shut. Raises OwnPhoneError, StaleError."""
    _may_decide(session, actor, row, now)
    row.wrapped = None
    _decide(row, actor, RecoveryState.REFUSED, now)
    _note(session, actor, row, "recovery.refuse", now)


def take(session: Session, *, actor: Actor, row: Recovery, now: datetime) -> None:
    """Forget what was sent back: the phone has set a new PIN. Twice is once."""
    if row.user_id != actor.id:
        raise OutOfReachError(subject="recovery", id=row.id)
    _as_it_is_now(session, row)
    if row.state is not RecoveryState.APPROVED:
        return
    _end(row, RecoveryState.TAKEN)
    _note(session, actor, row, "recovery.take", now)


def _may_decide(session: Session, actor: Actor, row: Recovery, now: datetime) -> None:
    actor.must(Permission.DEVICE_RECOVER)
    _as_it_is_now(session, row)
    if row.user_id == actor.id:
        raise OwnPhoneError
    state = state_at(row.state, row.asked_at, now)
    if state is not RecoveryState.WAITING:
        raise StaleError(subject="recovery", id=row.id, expected=RecoveryState.WAITING, found=state)


def _as_it_is_now(session: Session, row: Recovery) -> None:
    """Two may decide at once, and the phone may ask anew: one after the other."""
    wait_for_turn(session, f"recovery {row.user_id}")
    session.flush()
    session.refresh(row)


def _decide(row: Recovery, actor: Actor, state: RecoveryState, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, now


def _end_others(session: Session, actor: Actor, request: Request, now: datetime) -> None:
    """One open request a phone; and what nobody took up is forgotten."""
    rows = session.scalars(
        select(Recovery).where(
            Recovery.state.in_(OPEN),
            ((Recovery.user_id == actor.id) & (Recovery.device_id == request.device_id))
            | (Recovery.asked_at <= now - LIFE),
        )
    )
    for row in rows:
        old = state_at(row.state, row.asked_at, now) is RecoveryState.EXPIRED
        _end(row, RecoveryState.EXPIRED if old else RecoveryState.REPLACED)
    session.flush()


def _end(row: Recovery, state: RecoveryState) -> None:
    row.state, row.wrapped, row.released = state, None, None


def _note(session: Session, actor: Actor, row: Recovery, action: str, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=action, subject="recovery", subject_id=row.id, now=now,
        user=str(row.user_id), device=str(row.device_id),
    )  # fmt: skip
