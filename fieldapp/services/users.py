"""Accounts: made, changed, closed by an administrator; language and password by their owner."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldapp.adapters import passwords
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import (
    AgencyClosedError,
    LastAdminError,
    NameTakenError,
    OutOfReachError,
    OwnAccountError,
    PasswordRefusedError,
    StaleError,
    UsernameError,
    WrongPasswordError,
)
from fieldapp.domain.passwords import PasswordFault, password_fault
from fieldapp.domain.permissions import Permission, Role
from fieldapp.models.agencies import Agency
from fieldapp.models.users import User
from fieldapp.queries import users as queries
from fieldapp.services import audit, sessions

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def choose_language(session: Session, *, user_id: UUID, language: str) -> None:
    """Keep the language that a person chose."""
    session.execute(update(User).where(User.id == user_id).values(language=language))


def choose_password(
    session: Session, *, actor: Actor, present: str, new: str, session_id: UUID, now: datetime
) -> None:
    """Change one's own password, and end every other session: somebody may have known the old one.

    Raises WrongPasswordError and PasswordRefusedError.
    """
    user = session.get_one(User, actor.id)
    if not passwords.fits(user.password_hash, present):
        raise WrongPasswordError
    if passwords.fits(user.password_hash, new):
        raise PasswordRefusedError(fault=PasswordFault.SAME)
    stored = _hashed(new, user.username)
    session.execute(
        update(User)
        .where(User.id == user.id)
        .values(password_hash=stored, must_change_password=False)
    )
    sessions.close_others(session, actor=actor, kept_id=session_id, now=now)
    _note(session, actor, "user.password", user, now)


def add(
    session: Session,
    *,
    actor: Actor | None,
    username: str,
    name: str,
    role: Role,
    agency: Agency,
    password: str,
    now: datetime,
) -> User:
    """Make an account; its owner changes the password at the first sign-in.

    actor: None for the command line, which whoever keeps the server may use.
    Raises UsernameError, NameTakenError, AgencyClosedError, OutOfReachError, PasswordRefusedError.
    """
    _check_reach(actor, agency)
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise UsernameError(username=username)
    if queries.user_by_name(session, username) is not None:
        raise NameTakenError(name=username)
    if not agency.active:
        raise AgencyClosedError(name=agency.name)
    user = User(
        username=username,
        name=" ".join(name.split()),
        role=role,
        agency_id=agency.id,
        password_hash=_hashed(password, username),
        must_change_password=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    _note(session, actor, "user.add", user, now, role=role, agency_id=agency.id)
    return user


def change(
    session: Session,
    *,
    actor: Actor,
    user: User,
    revision: int,
    name: str,
    role: Role,
    agency: Agency,
    now: datetime,
) -> None:
    """Change name, role and agency. A new role counts from the person's next request.

    Raises StaleError, OwnAccountError, LastAdminError, AgencyClosedError, OutOfReachError.
    """
    _check_reach(actor, user.agency)
    _check_reach(actor, agency)
    _check_fresh(user, revision)
    moved = role is not user.role or agency.id != user.agency_id
    if moved:
        _check_not_self(actor, user)
        if not agency.active:
            raise AgencyClosedError(name=agency.name)
        if not (role is Role.ADMIN and agency.is_branch):
            _check_not_last_admin(session, user)
    user.name, user.role, user.agency = " ".join(name.split()), role, agency
    session.flush()
    _note(session, actor, "user.change", user, now, role=role, agency_id=agency.id)


def close(session: Session, *, actor: Actor | None, user: User, now: datetime) -> None:
    """Close an account: its sessions end at once, what its owner did stays under the name.

    Raises OwnAccountError, LastAdminError, OutOfReachError.
    """
    _check_reach(actor, user.agency)
    if not user.active:
        return
    _check_not_self(actor, user)
    _check_not_last_admin(session, user)
    user.active = False
    session.flush()
    sessions.revoke_all(session, user_id=user.id, now=now)
    _note(session, actor, "user.close", user, now)


def reopen(session: Session, *, actor: Actor | None, user: User, now: datetime) -> None:
    """Open a closed account again. Raises AgencyClosedError, OutOfReachError."""
    _check_reach(actor, user.agency)
    if user.active:
        return
    if not user.agency.active:
        raise AgencyClosedError(name=user.agency.name)
    user.active = True
    session.flush()
    _note(session, actor, "user.reopen", user, now)


def reset_password(
    session: Session, *, actor: Actor | None, user: User, password: str, now: datetime
) -> None:
    """Give a new first password, to be changed at the next sign-in; every session ends.

    Raises OwnAccountError (there is a page for one's own), PasswordRefusedError, OutOfReachError.
    """
    _check_reach(actor, user.agency)
    _check_not_self(actor, user)
    user.password_hash = _hashed(password, user.username)
    user.must_change_password = True
    session.flush()
    sessions.revoke_all(session, user_id=user.id, now=now)
    _note(session, actor, "user.reset_password", user, now)


def agency_by_id(session: Session, agency_id: UUID) -> Agency:
    """The agency. Raises OutOfReachError when there is none."""
    agency = session.scalar(select(Agency).where(Agency.id == agency_id))
    if agency is None:
        raise OutOfReachError(subject="agency", id=agency_id)
    return agency


def _hashed(password: str, username: str) -> str:
    fault = password_fault(password, username=username, common=passwords.common())
    if fault is not None:
        raise PasswordRefusedError(fault=fault)
    return passwords.hashed(password)


def _check_reach(actor: Actor | None, agency: Agency) -> None:
    if actor is None:
        return
    actor.must(Permission.USER_MANAGE)
    if not actor.reaches_all and agency.id != actor.agency_id:
        raise OutOfReachError(subject="agency", id=agency.id)


def _check_fresh(user: User, revision: int) -> None:
    if user.revision != revision:
        raise StaleError(subject="user", id=user.id, expected=revision, found=user.revision)


def _check_not_self(actor: Actor | None, user: User) -> None:
    if actor is not None and actor.id == user.id:
        raise OwnAccountError


def _check_not_last_admin(session: Session, user: User) -> None:
    admins = [each.id for each in queries.branch_admins(session)]
    if admins == [user.id]:
        raise LastAdminError


def _note(
    session: Session, actor: Actor | None, action: str, user: User, now: datetime, **facts: object
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="user", subject_id=user.id, now=now, **facts
    )
