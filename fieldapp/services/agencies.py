"""Agencies: made, renamed, closed and opened again by the branch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import (
    AgencyInUseError,
    ForbiddenError,
    NameTakenError,
    OneBranchError,
    StaleError,
)
from fieldapp.domain.permissions import Permission
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.queries import agencies as queries
from fieldapp.queries.users import active_users_of
from fieldapp.services import audit


def add(
    session: Session, *, actor: Actor | None, name: str, kind: AgencyKind, now: datetime
) -> Agency:
    """Make an agency. actor: None for the command line.

    Raises ForbiddenError, NameTakenError, OneBranchError.
    """
    check_branch(actor, Permission.AGENCY_MANAGE)
    name = " ".join(name.split())
    if queries.agency_by_name(session, name) is not None:
        raise NameTakenError(name=name)
    if kind is AgencyKind.BRANCH and queries.branch(session) is not None:
        raise OneBranchError
    agency = Agency(name=name, kind=kind, active=True)
    session.add(agency)
    session.flush()
    _note(session, actor, "agency.add", agency, now)
    return agency


def change(
    session: Session,
    *,
    actor: Actor,
    agency: Agency,
    revision: int,
    name: str,
    kind: AgencyKind,
    now: datetime,
) -> None:
    """Change name and kind. Raises ForbiddenError, StaleError, NameTakenError, OneBranchError."""
    check_branch(actor, Permission.AGENCY_MANAGE)
    if agency.revision != revision:
        raise StaleError(subject="agency", id=agency.id, expected=revision, found=agency.revision)
    name = " ".join(name.split())
    other = queries.agency_by_name(session, name)
    if other is not None and other.id != agency.id:
        raise NameTakenError(name=name)
    # People of the branch reach everything: nobody becomes one of them by a change of kind.
    if kind is not agency.kind and AgencyKind.BRANCH in (kind, agency.kind):
        raise OneBranchError
    agency.name, agency.kind = name, kind
    session.flush()
    _note(session, actor, "agency.change", agency, now)


def close(session: Session, *, actor: Actor, agency: Agency, now: datetime) -> None:
    """Close an agency nobody works in any more; what it registered stays.

    Raises ForbiddenError, OneBranchError, AgencyInUseError.
    """
    check_branch(actor, Permission.AGENCY_MANAGE)
    if agency.is_branch:
        raise OneBranchError
    users = active_users_of(session, agency.id)
    if users:
        raise AgencyInUseError(users=users)
    if agency.active:
        agency.active = False
        session.flush()
        _note(session, actor, "agency.close", agency, now)


def reopen(session: Session, *, actor: Actor, agency: Agency, now: datetime) -> None:
    """Open a closed agency again. Raises ForbiddenError."""
    check_branch(actor, Permission.AGENCY_MANAGE)
    if not agency.active:
        agency.active = True
        session.flush()
        _note(session, actor, "agency.reopen", agency, now)


def check_branch(actor: Actor | None, permission: Permission) -> None:
    """Raise ForbiddenError unless it is the branch's administrator, or the command line (None)."""
    if actor is None:
        return
    actor.must(permission)
    if not actor.reaches_all:
        raise ForbiddenError(permission=permission)


def _note(
    session: Session, actor: Actor | None, action: str, agency: Agency, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="agency",
        subject_id=agency.id,
        now=now,
        kind=agency.kind,
    )
