"""Areas, agencies, kinds of work and coordinators side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import (
    Indicator,
    Period,
)
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.coverage import CoverageTotal, Mark, Target
from fieldapp.models.regions import Region
from fieldapp.models.users import User
from fieldapp.queries.coverage.asks import BROUGHT, PACE_DAYS, UNDER_WAY, Ask, Bar
from fieldapp.queries.reach import of_agency

Enrolled = tuple[UUID, UUID, str, int]


def enrolled_by_place(
    session: Session, scope: ColumnElement[bool], period: Period, as_of: date
) -> list[Enrolled]:
    """Who was enrolled in the period so far: agency, category, district, people."""
    by = (CoverageTotal.agency_id, CoverageTotal.category_id, CoverageTotal.district_code)
    rows = session.execute(
        select(*by, func.sum(CoverageTotal.people))
        .where(
            CoverageTotal.mark == Mark.ENROLLED,
            CoverageTotal.day >= period.first,
            CoverageTotal.day <= min(as_of, period.last),
            scope,
        )
        .group_by(*by)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows if row[3]]


def areas_compared(
    session: Session, ask: Ask, enrolled: Iterable[Enrolled], targets: Sequence[Target]
) -> tuple[Bar, ...]:
    """The regencies of the branch, or the districts of a regency; those elsewhere last."""
    size = 5 if ask.area.is_branch else 8
    found: Counter[str] = Counter()
    for _, _, district, people in enrolled:
        found[district[:size]] += people
    wanted = session.execute(
        select(Region.code, Region.name)
        .where(
            Region.code.in_(ask.area.parts)
            if ask.area.is_branch
            else or_(Region.parent_code == ask.area.code, Region.code == ask.area.code)
        )
        .order_by(Region.code)
    ).all()
    names = {row.code: row.name for row in wanted if len(row.code) == size}
    goals = {
        each.area_code: each.value
        for each in targets
        if each.indicator is Indicator.NEW_WORKERS
        and (each.agency_id, each.category_id, each.segment)
        == (ask.agency_id, ask.category_id, ask.segment)
    }
    bars = [Bar(code, name, found[code], goals.get(code)) for code, name in names.items()]
    bars.sort(key=lambda bar: -bar.value)
    elsewhere = sum(people for code, people in found.items() if code not in names)
    return (*bars, Bar("", "", elsewhere)) if elsewhere else tuple(bars)


def agencies_ranked(
    session: Session,
    actor: Actor | None,
    ask: Ask,
    enrolled: Iterable[Enrolled],
    targets: Sequence[Target],
) -> tuple[Bar, ...]:
    found: Counter[UUID] = Counter()
    for agency, _, _, people in enrolled:
        found[agency] += people
    goals = {
        each.agency_id: each.value
        for each in targets
        if each.indicator is Indicator.NEW_WORKERS
        and each.agency_id
        and each.category_id == ask.category_id
        and each.segment == ask.segment
        and each.area_code == ask.area.code
    }
    known = select(Agency.id, Agency.name).where(Agency.active)
    if actor is not None:
        known = known.where(of_agency(actor, Agency.id))
    if ask.agency_id:
        known = known.where(Agency.id == ask.agency_id)
    bars = [
        Bar(str(row.id), row.name, found[row.id], goals.get(row.id))
        for row in session.execute(known)
        if found[row.id] or row.id in goals
    ]
    return tuple(sorted(bars, key=_rank))


def _rank(bar: Bar) -> tuple[bool, float, str]:
    """Those with a target first, by how far they are; the others by how many."""
    if bar.target:
        return (False, -bar.value / bar.target, bar.name)
    return (True, -bar.value, bar.name)


def categories_compared(
    session: Session, ask: Ask, enrolled: Iterable[Enrolled], targets: Sequence[Target]
) -> tuple[Bar, ...]:
    found: Counter[UUID] = Counter()
    for _, category, _, people in enrolled:
        found[category] += people
    goals = {
        each.category_id: each.value
        for each in targets
        if each.indicator is Indicator.NEW_WORKERS
        and each.category_id
        and each.agency_id == ask.agency_id
        and each.segment == ask.segment
        and each.area_code == ask.area.code
    }
    names = {row.id: row.name for row in session.execute(select(Category.id, Category.name))}
    bars = [
        Bar(str(each), names[each], found[each], goals.get(each))
        for each in found.keys() | goals.keys()
        if each in names
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.value, bar.name)))


def paces(
    session: Session, scope: ColumnElement[bool], as_of: date, limit: int = 12
) -> tuple[Bar, ...]:
    """Who brought how many in the last four weeks."""
    counted = (
        select(CoverageTotal.coordinator_id, func.sum(CoverageTotal.people).label("people"))
        .where(
            CoverageTotal.mark.in_(BROUGHT),
            CoverageTotal.day > as_of - timedelta(days=PACE_DAYS),
            CoverageTotal.day <= as_of,
            scope,
        )
        .group_by(CoverageTotal.coordinator_id)
        .order_by(func.sum(CoverageTotal.people).desc(), CoverageTotal.coordinator_id)
        .limit(limit)
    ).subquery()
    rows = session.execute(
        select(User.id, User.name, counted.c.people)
        .join(counted, counted.c.coordinator_id == User.id)
        .order_by(counted.c.people.desc(), User.name)
    )
    return tuple(Bar(str(row.id), row.name, row.people) for row in rows if row.people)


def under_way(
    session: Session, scope: ColumnElement[bool], as_of: date
) -> tuple[tuple[Mark, int], ...]:
    """How many stand between sending and enrolment, by the stage they are at."""
    rows = session.execute(
        select(CoverageTotal.mark, func.sum(CoverageTotal.people).label("people"))
        .where(CoverageTotal.mark.in_(UNDER_WAY), CoverageTotal.day <= as_of, scope)
        .group_by(CoverageTotal.mark)
    )
    found = {row.mark: row.people for row in rows}
    return tuple((mark, found.get(mark, 0)) for mark in UNDER_WAY)
