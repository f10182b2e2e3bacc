"""Tokens of the API: made, shown once, revoked; each use leaves its time."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.api_tokens import (
    LONGEST_DAYS,
    Scope,
    TokenTermsError,
    TokenUnknownError,
    check_token,
)
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.models.agencies import Agency
from fieldapp.models.tokens import ApiToken
from fieldapp.models.users import User
from fieldapp.queries.reach import of_agency
from fieldapp.services import audit

PREFIX: Final = "fieldapp_"
"""So that a token that strays into a file or a chat can be found by searching."""
TOUCHED_EVERY: Final = timedelta(minutes=1)


def token_hash(text: str) -> bytes:
    """What is kept of a token; 32 random bytes need no slow hash."""
    return sha256(text.encode()).digest()


def add(
    session: Session,
    *,
    actor: Actor | None,
    name: str,
    scopes: Collection[Scope],
    user: User,
    days: int,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Make a token that acts for a person; its text is returned once and kept nowhere.

    actor: None for the command line. Raises ForbiddenError, OutOfReachError, TokenTermsError.
    """
    _check(actor, user)
    name = " ".join(name.split())[:80]
    if not name or not scopes or not 1 <= days <= LONGEST_DAYS:
        raise TokenTermsError(longest=LONGEST_DAYS)
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name,
        token_hash=token_hash(text),
        scopes=sorted(set(scopes)),
        user_id=user.id,
        created_by=actor.id if actor else None,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    _note(session, actor, "api_token.add", row, now, user=user.id, scopes=row.scopes, days=days)
    return row, text


def revoke(session: Session, *, actor: Actor | None, row: ApiToken, now: datetime) -> None:
    """Take a token back, at once and for good. Raises ForbiddenError, OutOfReachError."""
    _check(actor, row.user)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, actor.id if actor else None
        session.flush()
        _note(session, actor, "api_token.revoke", row, now)


def open_with(session: Session, *, text: str, wanted: Scope, now: datetime) -> ApiToken:
    """The token behind a text, if it may do this now.

    Raises TokenUnknownError, TokenRevokedError, TokenExpiredError, ScopeMissingError.
    """
    row = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(text)))
    if row is None or not row.user.active or not row.user.agency.active:
        raise TokenUnknownError
    check_token(
        scopes=row.scopes,
        wanted=wanted,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        now=now,
    )
    return row


def touch(row: ApiToken, *, now: datetime) -> None:
    """Note when a token was last used, at most once a minute."""
    if row.last_used_at is None or now - row.last_used_at >= TOUCHED_EVERY:
        row.last_used_at = now


def tokens(session: Session, actor: Actor | None) -> list[ApiToken]:
    """Every token within reach, the newest first."""
    found = select(ApiToken).join(ApiToken.user).order_by(ApiToken.created_at.desc())
    if actor is not None:
        actor.must(Permission.API_TOKEN_MANAGE)
        found = found.where(of_agency(actor, User.agency_id))
    return list(session.scalars(found).unique())


def token(session: Session, actor: Actor | None, token_id: UUID) -> ApiToken | None:
    """One token within reach."""
    return next((row for row in tokens(session, actor) if row.id == token_id), None)


def holders(session: Session, actor: Actor) -> list[User]:
    """Active people within reach whom a token can act for: those who may check companies."""
    people = session.scalars(
        select(User)
        .join(User.agency)
        .where(User.active.is_(True), Agency.active.is_(True), of_agency(actor, User.agency_id))
        .order_by(User.name)
    ).all()
    return [user for user in people if user.as_actor().may(Permission.COMPANY_CHECK)]


def _check(actor: Actor | None, user: User) -> None:
    if actor is None:
        return
    actor.must(Permission.API_TOKEN_MANAGE)
    if not (actor.reaches_all or user.agency_id == actor.agency_id):
        raise OutOfReachError(subject="user", id=user.id)


def _note(
    session: Session,
    actor: Actor | None,
    action: str,
    row: ApiToken,
    now: datetime,
    **facts: object,
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="api_token",
        subject_id=row.id,
        now=now,
        **facts,
    )
