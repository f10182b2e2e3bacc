"""Accounts: made, changed, closed by an administrator; language and password by their owner."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from fieldapp.models.users import User


def choose_language(session: Session, *, user_id: UUID, language: str) -> None:
    """Keep the language that a person chose."""
    session.execute(update(User).where(User.id == user_id).values(language=language))
