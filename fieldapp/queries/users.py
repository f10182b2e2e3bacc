"""Questions about people and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.models.users import User, UserSession
from fieldapp.queries.reach import of_agency


def session_of_token(session: Session, token_hash: bytes) -> UserSession | None:
    """The session row of a cookie's token."""
    return session.scalar(_OF_TOKEN, {"token_hash": token_hash})


# Asked with every request: built once, since building costs more than asking.
_OF_TOKEN: Final = select(UserSession).where(UserSession.token_hash == bindparam("token_hash"))


def user_by_name(session: Session, username: str) -> User | None:
    """The account of a user name, whatever its letters' case."""
    return session.scalar(select(User).where(User.username == username.strip().lower()))


def user(session: Session, user_id: UUID) -> User | None:
    """One account."""
    return session.get(User, user_id)


def open_sessions(
    session: Session, actor: Actor, *, seen_since: datetime, created_since: datetime
) -> Sequence[UserSession]:
    """Where the actor is signed in now, the latest use first."""
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.id,
            UserSession.revoked_at.is_(None),
            UserSession.seen_at > seen_since,
            UserSession.created_at > created_since,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id)
    ).all()


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What a list of users is narrowed to; None means all."""

    text: str = ""
    role: Role | None = None
    agency_id: UUID | None = None
    active: bool | None = True


def users_page(
    session: Session, actor: Actor, wanted: UserFilter, *, after: UUID | None, rows: int
) -> tuple[Sequence[User], bool]:
    """Users within reach by name, behind the user `after`; and whether more follow."""
    conditions: list[ColumnElement[bool]] = [of_agency(actor, User.agency_id)]
    for word in wanted.text.lower().split():
        like = f"%{_escaped(word)}%"
        conditions.append(
            or_(
                func.lower(User.name).like(like, escape="\\"), User.username.like(like, escape="\\")
            )
        )
    if wanted.role is not None:
        conditions.append(User.role == wanted.role)
    if wanted.agency_id is not None:
        conditions.append(User.agency_id == wanted.agency_id)
    if wanted.active is not None:
        conditions.append(User.active.is_(wanted.active))
    last = session.get(User, after) if after else None
    if last is not None:
        conditions.append(
            or_(User.name > last.name, and_(User.name == last.name, User.id > last.id))
        )
    found = session.scalars(
        select(User).where(*conditions).order_by(User.name, User.id).limit(rows + 1)
    ).all()
    return found[:rows], len(found) > rows


def user_within_reach(session: Session, actor: Actor, user_id: UUID) -> User | None:
    """One account that the actor may administer."""
    return session.scalar(select(User).where(User.id == user_id, of_agency(actor, User.agency_id)))


def branch_admins(session: Session) -> Sequence[User]:
    """The active administrators of the branch, held until the commit."""
    return session.scalars(
        select(User)
        .join(Agency, Agency.id == User.agency_id)
        .where(User.role == Role.ADMIN, User.active.is_(True), Agency.kind == AgencyKind.BRANCH)
        .with_for_update(of=User)
    ).all()


def active_users_of(session: Session, agency_id: UUID) -> int:
    """How many people can sign in for an agency."""
    return (
        session.scalar(
            select(func.count(User.id)).where(User.agency_id == agency_id, User.active.is_(True))
        )
        or 0
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
