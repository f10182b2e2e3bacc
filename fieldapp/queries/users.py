"""Questions about people and their sessions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.models.users import User, UserSession


def session_of_token(session: Session, token_hash: bytes) -> UserSession | None:
    """The session row of a cookie's token."""
    return session.scalar(select(UserSession).where(UserSession.token_hash == token_hash))


def user_by_name(session: Session, username: str) -> User | None:
    """The account of a user name, whatever its letters' case."""
    return session.scalar(select(User).where(User.username == username.strip().lower()))


def user(session: Session, user_id: UUID) -> User | None:
    """One account."""
    return session.get(User, user_id)
