"""Targets and official figures as they stand, and as they stood."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.coverage import OfficialFigure, Target
from fieldapp.models.regions import Region
from fieldapp.queries.coverage.asks import BRANCH
from fieldapp.queries.reach import of_agency


def present_targets(session: Session) -> Sequence[Target]:
    """All present targets, the latest period first."""
    return session.scalars(
        select(Target)
        .where(Target.superseded_at.is_(None))
        .options(joinedload(Target.agency), joinedload(Target.category))
        .order_by(Target.period_to.desc(), Target.indicator, Target.area_code, Target.key)
    ).all()


def present_figures(session: Session) -> Sequence[OfficialFigure]:
    """All present official figures, the latest first."""
    return session.scalars(
        select(OfficialFigure)
        .where(OfficialFigure.superseded_at.is_(None))
        .order_by(
            OfficialFigure.period_to.desc(), OfficialFigure.indicator, OfficialFigure.area_code
        )
    ).all()


def superseded(session: Session, *, limit: int) -> Sequence[OfficialFigure | Target]:
    """What was entered before and corrected since, the last correction first."""
    found: list[OfficialFigure | Target] = [
        *session.scalars(
            select(OfficialFigure)
            .where(OfficialFigure.superseded_at.is_not(None))
            .order_by(OfficialFigure.superseded_at.desc())
            .limit(limit)
        ),
        *session.scalars(
            select(Target)
            .where(Target.superseded_at.is_not(None))
            .order_by(Target.superseded_at.desc())
            .limit(limit)
        ),
    ]
    return sorted(found, key=lambda each: each.superseded_at or each.entered_at, reverse=True)[
        :limit
    ]


def choices(
    session: Session, actor: Actor
) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]], list[tuple[str, str]]]:
    """Agencies within reach, categories, and areas to choose from, each with its name."""
    agencies = session.execute(
        select(Agency.id, Agency.name)
        .where(Agency.active, of_agency(actor, Agency.id))
        .order_by(Agency.name)
    )
    categories = session.execute(
        select(Category.id, Category.name).where(Category.active).order_by(Category.name)
    )
    areas = session.execute(
        select(Region.code, Region.name)
        .where(or_(Region.code.in_(BRANCH.parts), Region.parent_code == "51.71"))
        .order_by(Region.code)
    )
    return (
        [(row.id, row.name) for row in agencies],
        [(row.id, row.name) for row in categories],
        [(BRANCH.code, BRANCH.branch), *((row.code, row.name) for row in areas)],
    )
