"""Deeds on the keys that sign cards: made, rotated by making another one, retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldapp.adapters import signing
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_codes import MOST_KEYS
from fieldapp.domain.errors import NoKeyError
from fieldapp.models.cards import SigningKey
from fieldapp.services import audit, numbers

SERIES = "signing_key"


def all_keys(session: Session) -> Sequence[SigningKey]:
    """Every key, the oldest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.id)).all()


def signing_key(session: Session, *, actor: Actor | None, now: datetime) -> SigningKey:
    """The key that signs now: the newest that is not retired, made when there is none."""
    return _newest(session) or new_key(session, actor=actor, now=now)


def new_key(session: Session, *, actor: Actor | None, now: datetime) -> SigningKey:
    """Make a key that signs from now on; what older ones have signed stays genuine."""
    numbers.hold(session, SERIES)
    key_id = (session.scalar(select(func.max(SigningKey.id))) or 0) + 1
    if key_id > MOST_KEYS:
        raise NoKeyError(key_id=key_id)
    made = signing.SigningKey.new()
    row = SigningKey(id=key_id, public=made.public_bytes, created_at=now, leaked=False)
    row.private = made.private_bytes.hex()
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="signing_key.new", subject="signing_key",
        subject_id=str(key_id), now=now,
    )  # fmt: skip
    return row


def retire_key(
    session: Session, *, actor: Actor | None, key_id: int, leaked: bool, now: datetime
) -> SigningKey:
    """Let a key sign nothing more, and forget its private half.

    Cards that it has signed stay genuine. A leaked key is not handed to phones any more: without
    signal its cards are "not sure", with signal the card's own row decides.
    Raises NoKeyError when it does not exist or is retired already.
    """
    row = session.get(SigningKey, key_id, with_for_update=True)
    if row is None or row.retired_at is not None:
        raise NoKeyError(key_id=key_id)
    row.private, row.retired_at, row.leaked = None, now, leaked
    session.flush()
    audit.record(
        session, actor=actor, action="signing_key.retire", subject="signing_key",
        subject_id=str(key_id), now=now, leaked=leaked,
    )  # fmt: skip
    return row


def hands(row: SigningKey) -> signing.SigningKey:
    """The key itself, opened, to sign with. Raises NoKeyError when it is retired."""
    if row.private is None:
        raise NoKeyError(key_id=row.id)
    return signing.SigningKey(bytes.fromhex(row.private))


def _newest(session: Session) -> SigningKey | None:
    return session.scalars(
        select(SigningKey)
        .where(SigningKey.retired_at.is_(None))
        .order_by(SigningKey.id.desc())
        .limit(1)
    ).first()
