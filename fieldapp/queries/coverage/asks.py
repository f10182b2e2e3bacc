"""What is asked about coverage, and what is shown; scopes of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import (
    Area,
    Indicator,
    Period,
    Point,
    Standing,
)
from fieldapp.domain.vocabulary import Segment
from fieldapp.models.agencies import AgencyCategory
from fieldapp.models.companies import Company
from fieldapp.models.coverage import CoverageTotal, Mark
from fieldapp.queries.reach import of_agency

BRANCH: Final = Area("branch:Denpasar")


PACE_DAYS: Final = 28
"""Over how long the pace of coordinators is told."""


UNDER_WAY: Final = (Mark.SUBMITTED, Mark.RETURNED, Mark.APPROVED, Mark.SENT)


BROUGHT: Final = (Mark.SUBMITTED, Mark.APPROVED, Mark.SENT, Mark.ENROLLED)
"""What a coordinator has brought as far as the supervisor or further."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader wants to see."""

    as_of: date
    area: Area = BRANCH
    agency_id: UUID | None = None
    category_id: UUID | None = None
    segment: Segment | None = None

    @property
    def of_everybody(self) -> bool:
        """Whether official figures speak of the same people: they know no agency or category."""
        return not (self.agency_id or self.category_id or self.segment)


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a comparison. key: what the drill-down is asked with; empty for none."""

    key: str
    name: str
    value: int
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the dashboard and the monthly report show.

    path: what was realised of the new workers, cumulative; new_workers: their standing, if they
    have a target. The comparisons count who was enrolled by this system within `period`.
    """

    ask: Ask
    period: Period
    standings: tuple[Standing, ...]
    path: tuple[Point, ...]
    areas: tuple[Bar, ...]
    agencies: tuple[Bar, ...]
    categories: tuple[Bar, ...]
    coordinators: tuple[Bar, ...]
    under_way: tuple[tuple[Mark, int], ...]
    enrolled: int

    @property
    def steered(self) -> tuple[Standing, ...]:
        """Indicators with a target."""
        return tuple(each for each in self.standings if each.target is not None)

    @property
    def known_only(self) -> tuple[Standing, ...]:
        """Official figures without a target."""
        return tuple(each for each in self.standings if each.target is None)

    @property
    def new_workers(self) -> Standing | None:
        return next((e for e in self.steered if e.indicator is Indicator.NEW_WORKERS), None)


def scope_of(actor: Actor | None, ask: Ask) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if actor is not None:
        conditions.append(of_agency(actor, CoverageTotal.agency_id))
    if ask.agency_id:
        conditions.append(CoverageTotal.agency_id == ask.agency_id)
    if ask.category_id:
        conditions.append(CoverageTotal.category_id == ask.category_id)
    if ask.segment:  # follows from what the agency agreed for the category
        conditions.append(
            tuple_(CoverageTotal.agency_id, CoverageTotal.category_id).in_(
                select(AgencyCategory.agency_id, AgencyCategory.category_id).where(
                    AgencyCategory.segment == ask.segment
                )
            )
        )
    if not ask.area.is_branch:  # the branch enrols whoever comes, wherever they live
        conditions.append(lives_in(CoverageTotal.district_code, ask.area))
    return and_(true(), *conditions)


def companies_in(actor: Actor | None, ask: Ask) -> ColumnElement[bool]:
    if ask.category_id or ask.segment is Segment.BPU:  # companies are employers: of no category
        return false()
    conditions: list[ColumnElement[bool]] = []
    if actor is not None:
        conditions.append(of_agency(actor, Company.agency_id))
    if ask.agency_id:
        conditions.append(Company.agency_id == ask.agency_id)
    if not ask.area.is_branch:
        conditions.append(lives_in(Company.area_code, ask.area))
    return and_(true(), *conditions)


def lives_in(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area: Area
) -> ColumnElement[bool]:
    code = area.code
    return or_(column == code, column.startswith(f"{code}.", autoescape=True))
