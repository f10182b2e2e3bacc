"""Sessions: opened at sign-in, touched in use, ended by time or by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from fieldapp.models.users import User, UserSession

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly "last seen" is kept; every request would cost a write."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: without use, and in any case."""

    idle: timedelta
    whole: timedelta


def token_hash(token: str) -> bytes:
    """What is stored of a token: who reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode()).digest()


def alive(row: UserSession, *, limits: Limits, now: datetime) -> bool:
    """Whether a session still counts."""
    return (
        row.revoked_at is None
        and row.user.active
        and now - row.seen_at < limits.idle
        and now - row.created_at < limits.whole
    )


def wants_touch(row: UserSession, *, now: datetime) -> bool:
    """Whether "last seen" is out of date enough to be written."""
    return now - row.seen_at >= TOUCH_EVERY


def touch(session: Session, session_id: UUID, *, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def open_session(
    session: Session, *, user: User, token: str, address: str, agent: str, now: datetime
) -> UserSession:
    """Open a session for a token that was made by the caller (`secrets.token_urlsafe(32)`)."""
    row = UserSession(
        user_id=user.id,
        token_hash=token_hash(token),
        created_at=now,
        seen_at=now,
        address=address[:45],
        agent=agent[:200],
    )
    session.add(row)
    return row
