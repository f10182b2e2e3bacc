"""Questions about agencies, and the categories that each supervises."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldapp.domain.actors import Actor
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.users import User
from fieldapp.queries.reach import of_agency


def agencies_within_reach(session: Session, actor: Actor) -> Sequence[Agency]:
    """The agencies that exist for the actor, with what they supervise; the branch first."""
    return session.scalars(
        select(Agency)
        .where(of_agency(actor, Agency.id))
        .options(selectinload(Agency.categories).joinedload(AgencyCategory.category))
        .order_by(Agency.kind != AgencyKind.BRANCH, Agency.active.desc(), Agency.name)
    ).all()


def agency_within_reach(session: Session, actor: Actor, agency_id: UUID) -> Agency | None:
    """One agency, if it exists for the actor."""
    return session.scalar(select(Agency).where(Agency.id == agency_id, of_agency(actor, Agency.id)))


def agency_by_name(session: Session, name: str) -> Agency | None:
    """The agency of a name, whatever its letters' case."""
    return session.scalar(select(Agency).where(func.lower(Agency.name) == name.strip().lower()))


def branch(session: Session) -> Agency | None:
    """The branch, if it has been made."""
    return session.scalar(select(Agency).where(Agency.kind == AgencyKind.BRANCH))


def users_by_agency(session: Session) -> dict[UUID, int]:
    """How many active users each agency has."""
    rows = session.execute(
        select(User.agency_id, func.count().label("users"))
        .where(User.active.is_(True))
        .group_by(User.agency_id)
    )
    return {row.agency_id: row.users for row in rows}


def categories(session: Session) -> Sequence[Category]:
    """Every category by name, those in use first."""
    return session.scalars(select(Category).order_by(Category.active.desc(), Category.name)).all()


def category(session: Session, category_id: UUID) -> Category | None:
    """One category."""
    return session.get(Category, category_id)


def category_by_name(session: Session, name: str) -> Category | None:
    """The category of a name, whatever its letters' case."""
    return session.scalar(select(Category).where(func.lower(Category.name) == name.strip().lower()))


def terms_within_reach(session: Session, actor: Actor) -> dict[UUID, list[AgencyCategory]]:
    """By category: which agencies supervise it and how, as far as the actor reaches."""
    rows = session.scalars(
        select(AgencyCategory)
        .join(AgencyCategory.agency)
        .where(of_agency(actor, AgencyCategory.agency_id))
        .options(joinedload(AgencyCategory.agency))
        .order_by(Agency.name)
    )
    found: dict[UUID, list[AgencyCategory]] = {}
    for row in rows:
        found.setdefault(row.category_id, []).append(row)
    return found


def terms(session: Session, agency_id: UUID, category_id: UUID) -> AgencyCategory | None:
    """How one agency's people of one category are insured."""
    return session.get(AgencyCategory, (agency_id, category_id))
