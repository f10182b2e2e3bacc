"""Sessions: opened at sign-in, touched in use, ended by time or by hand.

Signing in takes two short transactions with the slow proof of the password between them:
`attempt` counts it and says whether it may be made now, `conclude` opens the session or refuses.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldapp.adapters import passwords
from fieldapp.domain import brake
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, TooManyAttemptsError
from fieldapp.models import sealed
from fieldapp.models.users import Brake, User, UserSession
from fieldapp.queries import users as queries
from fieldapp.services import audit

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly "last seen" is kept; every request would cost a write."""
KNOWN_FOR = timedelta(days=180)
"""How long a browser is known as one that its owner has signed in with."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: without use, and in any case."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, already counted. `stored` is None where nobody can sign in."""

    username: str
    user_id: UUID | None
    stored: str | None
    account_key: bytes
    address_key: bytes | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the password was the right one, and its hash by today's parameters if it changed."""

    holds: bool
    hash_of_today: str | None = None


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


def attempt(
    session: Session,
    *,
    username: str,
    address: str,
    last_session_id: UUID | None,
    demo_allowed: bool,
    now: datetime,
) -> Attempt:
    """Count a try to sign in. Raises TooManyAttemptsError when it has to wait first.

    last_session_id: the session that this browser had before. If it was the same person's, the
    browser has a brake of its own, so that strangers who guess cannot lock the owner out.
    """
    name = username.strip().lower()
    user = queries.user_by_name(session, name)
    usable = user is not None and user.active and (demo_allowed or not user.demo)
    before = session.get(UserSession, last_session_id) if last_session_id else None
    if user is not None and before is not None and before.user_id == user.id:
        account_key, address_key = _key(f"browser {name} {before.id}"), None
    else:
        account_key, address_key = (
            _key(f"account {name}"),
            _key(f"address {brake.network_of(address)}"),
        )
    rules = {account_key: brake.ACCOUNT}
    if address_key is not None:
        rules[address_key] = brake.ADDRESS
    rows = {key: _locked(session, key, rules[key], now) for key in sorted(rules)}
    free_at = max(row.free_at for row in rows.values())
    if free_at > now:
        raise TooManyAttemptsError(wait=ceil((free_at - now).total_seconds()))
    for key, row in rows.items():
        row.failures += 1
        row.failed_at = now
        row.free_at = now + brake.wait_after(row.failures, rules[key])
    return Attempt(
        username=name,
        user_id=user.id if user else None,
        stored=user.password_hash if user and usable else None,
        account_key=account_key,
        address_key=address_key,
    )


def prove(tried: Attempt, password: str) -> Proof:
    """Try the password; slow on purpose, and as slow when there is no such account."""
    if not passwords.fits(tried.stored, password) or tried.stored is None:
        return Proof(holds=False)
    changed = passwords.outdated(tried.stored)
    return Proof(holds=True, hash_of_today=passwords.hashed(password) if changed else None)


def conclude(
    session: Session,
    *,
    tried: Attempt,
    proof: Proof,
    token: str,
    address: str,
    agent: str,
    now: datetime,
) -> UserSession | None:
    """Open the session and take the attempt back, or note the refusal and return None."""
    user = session.get(User, tried.user_id, populate_existing=True) if tried.user_id else None
    # Between the proof and now the account may have been closed, or its password reset.
    if not proof.holds or user is None or not user.active or user.password_hash != tried.stored:
        audit.record(
            session,
            actor=None,
            action="session.refused",
            subject="account",
            subject_id=tried.account_key.hex(),
            now=now,
        )
        return None
    session.execute(delete(Brake).where(Brake.key == tried.account_key))
    if tried.address_key is not None:
        session.execute(
            update(Brake)
            .where(Brake.key == tried.address_key)
            .values(failures=Brake.failures - 1, free_at=now)
        )
    if proof.hash_of_today is not None:
        session.execute(
            update(User).where(User.id == user.id).values(password_hash=proof.hash_of_today)
        )
    _forget_old(session, user.id, now)
    return open_session(session, user=user, token=token, address=address, agent=agent, now=now)


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
    session.flush()
    audit.record(
        session,
        actor=user.as_actor(),
        action="session.open",
        subject="session",
        subject_id=row.id,
        now=now,
    )
    return row


def close_session(session: Session, *, actor: Actor, session_id: UUID, now: datetime) -> None:
    """End one of the actor's own sessions. Raises OutOfReachError for anybody else's."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != actor.id:
        raise OutOfReachError(subject="session", id=session_id)
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    audit.record(
        session, actor=actor, action="session.close", subject="session", subject_id=row.id, now=now
    )


def close_others(session: Session, *, actor: Actor, kept_id: UUID, now: datetime) -> int:
    """End every session of the actor but the one in use; return how many ended."""
    ids = session.scalars(
        select(UserSession.id).where(
            UserSession.user_id == actor.id,
            UserSession.id != kept_id,
            UserSession.revoked_at.is_(None),
        )
    ).all()
    for session_id in ids:
        close_session(session, actor=actor, session_id=session_id, now=now)
    return len(ids)


def revoke_all(session: Session, *, user_id: UUID, now: datetime) -> None:
    """End every session of a person at once: the next request finds none."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _key(name: str) -> bytes:
    return sealed.blind(name, purpose="brake")


def _locked(session: Session, key: bytes, rule: brake.Rule, now: datetime) -> Brake:
    """The row of a brake, held until the commit, so that attempts side by side are all counted."""
    ask = select(Brake).where(Brake.key == key).with_for_update()
    row = session.scalar(ask)
    if row is None:
        try:
            with session.begin_nested():
                session.add(Brake(key=key, failures=0, failed_at=now, free_at=now))
        except IntegrityError:  # the same name was tried elsewhere at this moment
            pass
        row = session.scalars(ask).one()
    if brake.forgotten(row.failed_at, rule, now=now):
        row.failures, row.free_at = 0, now
    return row


def _forget_old(session: Session, user_id: UUID, now: datetime) -> None:
    session.execute(
        delete(UserSession).where(
            UserSession.user_id == user_id, UserSession.seen_at < now - KNOWN_FOR
        )
    )
    session.execute(delete(Brake).where(Brake.failed_at < now - brake.ACCOUNT.forgotten_after))
