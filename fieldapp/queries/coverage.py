"""Questions about coverage, each scoped by who asks: figures, targets, and what was enrolled."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import (
    COUNTED,
    Amount,
    Area,
    Indicator,
    Kind,
    Official,
    Period,
    Point,
    Standing,
    Thresholds,
    stand,
)
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.agencies import Agency, AgencyCategory, Category
from fieldapp.models.companies import Company, CompanyPaper, PaperKind, PaperState
from fieldapp.models.coverage import CoverageTotal, Mark, OfficialFigure, Target
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.regions import Region
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.queries.reach import of_agency, of_registrations

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


def day_to_show(session: Session, today: date) -> date:
    """Today where a target runs today; else the day of the last official figure with a target.

    A branch whose last target was for 2018 is shown as of June 2018, not on an empty page.
    """
    running = select(Target.id).where(
        Target.superseded_at.is_(None), Target.period_from <= today, Target.period_to >= today
    )
    if session.scalar(running.limit(1)) is not None:
        return today
    last = session.scalar(
        select(func.max(OfficialFigure.period_to)).where(
            OfficialFigure.superseded_at.is_(None), OfficialFigure.period_to <= today
        )
    )
    return last or today


def picture(
    session: Session,
    actor: Actor | None,
    ask: Ask,
    *,
    work: WorkCalendar,
    thresholds: Thresholds,
) -> Picture:
    """The whole picture at the end of a day. actor: None from the command line."""
    targets = _targets(session, ask.as_of)
    mine = [each for each in targets if _is_of(each, ask)]
    flows = [each for each in mine if each.kind is Kind.FLOW]
    period = _period(flows[0]) if flows else Period.year(ask.as_of.year)
    scope = _scope(actor, ask)
    judge = _Judge(session, actor, ask, scope, work, thresholds)
    standings = [judge.target(each) for each in mine]
    standings += judge.without_target({each.indicator for each in mine})
    standings += _labour_forces(session, actor, ask, work, thresholds)
    enrolled = _enrolled(session, scope, period, ask.as_of)
    ordered = sorted(standings, key=lambda each: list(Indicator).index(each.indicator))
    return Picture(
        ask=ask,
        period=period,
        standings=tuple(ordered),
        path=judge.points(Indicator.NEW_WORKERS, period),
        areas=_areas(session, ask, enrolled, targets),
        agencies=_agencies(session, actor, ask, enrolled, targets),
        categories=_categories(session, ask, enrolled, targets),
        coordinators=_coordinators(session, scope, ask.as_of),
        under_way=_under_way(session, scope, ask.as_of),
        enrolled=sum(people for *_, people in enrolled),
    )


def standings(
    session: Session, ask: Ask, *, work: WorkCalendar, thresholds: Thresholds
) -> tuple[Standing, ...]:
    """The standings of every area that has a target or a figure on a day, for the command line."""
    found: list[Standing] = []
    codes = {each.area_code for each in _targets(session, ask.as_of)} | set(
        session.scalars(
            select(OfficialFigure.area_code).where(
                OfficialFigure.superseded_at.is_(None), OfficialFigure.period_to <= ask.as_of
            )
        )
    )
    for code in sorted(codes, key=lambda code: (not Area(code).is_branch, code)):
        of_area = Ask(ask.as_of, Area(code))
        scope = _scope(None, of_area)
        judge = _Judge(session, None, of_area, scope, work, thresholds)
        mine = [each for each in _targets(session, ask.as_of) if _is_of(each, of_area)]
        found += [judge.target(each) for each in mine]
        found += judge.without_target({each.indicator for each in mine})
    return tuple(found)


def _labour_forces(
    session: Session,
    actor: Actor | None,
    ask: Ask,
    work: WorkCalendar,
    thresholds: Thresholds,
) -> list[Standing]:
    """Those of the regencies of a branch: told beside the branch's figures, never held to them."""
    if not ask.area.is_branch:
        return []
    others = set(Indicator) - {Indicator.LABOUR_FORCE}
    found: list[Standing] = []
    for code in ask.area.parts:
        part = replace(ask, area=Area(code))
        judge = _Judge(session, actor, part, _scope(actor, part), work, thresholds)
        found += judge.without_target(others)
    return found


class _Judge:
    """Judges the indicators of one question."""

    def __init__(
        self,
        session: Session,
        actor: Actor | None,
        ask: Ask,
        scope: ColumnElement[bool],
        work: WorkCalendar,
        thresholds: Thresholds,
    ) -> None:
        self._session, self._ask, self._scope = session, ask, scope
        self._work, self._thresholds = work, thresholds
        # An agency's own people see what their agency did, not what the whole branch published.
        self._days: dict[tuple[Indicator, date, date], dict[date, int]] = {}
        self._companies = _company_scope(actor, ask)
        self._official = ask.of_everybody and (actor is None or actor.reaches_all)

    def target(self, target: Target) -> Standing:
        amount = Amount(target.indicator, Area(target.area_code), target.value)
        return self._stand(target.indicator, _period(target), amount)

    def without_target(self, known: set[Indicator]) -> list[Standing]:
        """Official figures of this area that nobody has set a target for."""
        period = Period.year(self._ask.as_of.year)
        return [
            self._stand(each, period, None)
            for each in Indicator
            if each not in known and self._last(each, period) is not None
        ]

    def points(self, indicator: Indicator, period: Period) -> tuple[Point, ...]:
        """What was realised, cumulative: official figures, then our own at each end of month."""
        official = self._figures(indicator, period)
        found = [Point(each.period_to, each.value) for each in official]
        if indicator not in COUNTED:
            return tuple(found)
        base = found[-1] if found else Point(period.first - timedelta(days=1), 0)
        end = min(self._ask.as_of, period.last)
        by_day = self._by_day(indicator, base.day, end)
        if not by_day:
            return tuple(found)
        for day in _month_ends(base.day, end):
            found.append(Point(day, base.value + sum(n for d, n in by_day.items() if d <= day)))
        return tuple(found)

    def _stand(self, indicator: Indicator, period: Period, target: Amount | None) -> Standing:
        figure = self._last(indicator, period)
        flow = Amount(indicator, self._ask.area, 0).kind is Kind.FLOW
        since = figure.period_to if figure else None
        if since is None and flow:
            since = period.first - timedelta(days=1)
        upto = min(self._ask.as_of, period.last) if flow else self._ask.as_of
        own = self._own(indicator, since, upto)
        official = Official(figure.value, figure.period_to, figure.source) if figure else None
        realised = Amount(indicator, self._ask.area, official.value if official else 0) + Amount(
            indicator, self._ask.area, own
        )
        return stand(
            realised,
            official=official,
            own=own,
            target=target,
            period=period,
            as_of=self._ask.as_of,
            points=self.points(indicator, period) if flow else (),
            work=self._work,
            thresholds=self._thresholds,
        )

    def _last(self, indicator: Indicator, period: Period) -> OfficialFigure | None:
        figures = self._figures(indicator, period)
        return figures[-1] if figures else None

    def _figures(self, indicator: Indicator, period: Period) -> Sequence[OfficialFigure]:
        """The present figures by their day: of a flow, those that began with the period."""
        if not self._official:
            return ()
        asked = select(OfficialFigure).where(
            OfficialFigure.indicator == indicator,
            OfficialFigure.area_code == self._ask.area.code,
            OfficialFigure.superseded_at.is_(None),
            OfficialFigure.period_to <= self._ask.as_of,
        )
        if Amount(indicator, self._ask.area, 0).kind is Kind.FLOW:
            asked = asked.where(
                OfficialFigure.period_from == period.first,
                OfficialFigure.period_to <= period.last,
            )
        return self._session.scalars(asked.order_by(OfficialFigure.period_to)).all()

    def _own(self, indicator: Indicator, since: date | None, upto: date) -> int:
        """Enrolled after a day; of a stock, less those who left."""
        if indicator not in COUNTED:
            return 0
        if since and Amount(indicator, self._ask.area, 0).kind is Kind.FLOW:
            return sum(self._by_day(indicator, since, upto).values())
        marks = {Mark.ENROLLED: 1, Mark.LEFT: -1}
        return sum(
            sign
            * (
                self._session.scalar(
                    select(func.sum(CoverageTotal.people)).where(
                        CoverageTotal.mark == mark,
                        CoverageTotal.day <= upto,
                        CoverageTotal.day > since if since else true(),
                        self._scope,
                    )
                )
                or 0
            )
            for mark, sign in marks.items()
        )

    def _by_day(self, indicator: Indicator, after: date, upto: date) -> dict[date, int]:
        """Who was added after a day, by day; asked once, for the sum and for the chart."""
        known = indicator, after, upto
        if known not in self._days:
            counted = (
                self._new_companies if indicator is Indicator.NEW_COMPANIES else self._new_workers
            )
            self._days[known] = counted(after, upto)
        return self._days[known]

    def _new_workers(self, after: date, upto: date) -> dict[date, int]:
        rows = self._session.execute(
            select(CoverageTotal.day, func.sum(CoverageTotal.people).label("people"))
            .where(
                CoverageTotal.mark == Mark.ENROLLED,
                CoverageTotal.day > after,
                CoverageTotal.day <= upto,
                self._scope,
            )
            .group_by(CoverageTotal.day)
        )
        return {row.day: row.people for row in rows if row.people}

    def _new_companies(self, after: date, upto: date) -> dict[date, int]:
        """Companies by the day of their first certificate that somebody has verified."""
        first = (
            select(func.min(CompanyPaper.issued_on).label("day"))
            .join(Company, Company.id == CompanyPaper.company_id)
            .where(
                CompanyPaper.kind == PaperKind.CERTIFICATE,
                CompanyPaper.state == PaperState.VERIFIED,
                Company.merged_into_id.is_(None),
                self._companies,
            )
            .group_by(CompanyPaper.company_id)
            .subquery()
        )
        rows = self._session.execute(
            select(first.c.day, func.count().label("companies"))
            .where(first.c.day > after, first.c.day <= upto)
            .group_by(first.c.day)
        )
        return {row.day: row.companies for row in rows}


def _month_ends(after: date, upto: date) -> Iterable[date]:
    day = after
    while day < upto:
        day += timedelta(days=1)
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        day = min(end, upto)
        yield day


def _targets(session: Session, as_of: date) -> Sequence[Target]:
    """The targets that run on a day."""
    return session.scalars(
        select(Target)
        .where(
            Target.superseded_at.is_(None), Target.period_from <= as_of, Target.period_to >= as_of
        )
        .order_by(Target.period_from, Target.key)
    ).all()


def _is_of(target: Target, ask: Ask) -> bool:
    """Whether a target is of exactly the people that are asked about."""
    return (target.area_code, target.agency_id, target.category_id, target.segment) == (
        ask.area.code,
        ask.agency_id,
        ask.category_id,
        ask.segment,
    )


def _period(target: Target) -> Period:
    return Period(target.period_from, target.period_to)


def _scope(actor: Actor | None, ask: Ask) -> ColumnElement[bool]:
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
        conditions.append(_lives_in(CoverageTotal.district_code, ask.area))
    return and_(true(), *conditions)


def _company_scope(actor: Actor | None, ask: Ask) -> ColumnElement[bool]:
    if ask.category_id or ask.segment is Segment.BPU:  # companies are employers: of no category
        return false()
    conditions: list[ColumnElement[bool]] = []
    if actor is not None:
        conditions.append(of_agency(actor, Company.agency_id))
    if ask.agency_id:
        conditions.append(Company.agency_id == ask.agency_id)
    if not ask.area.is_branch:
        conditions.append(_lives_in(Company.area_code, ask.area))
    return and_(true(), *conditions)


def _lives_in(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area: Area
) -> ColumnElement[bool]:
    code = area.code
    return or_(column == code, column.startswith(f"{code}.", autoescape=True))


Enrolled = tuple[UUID, UUID, str, int]


def _enrolled(
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


def _areas(
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


def _agencies(
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


def _categories(
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


def _coordinators(
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


def _under_way(
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


# Rows

STAGES: Final = (
    Stage.ENROLLED, Stage.SENT, Stage.APPROVED, Stage.SUBMITTED, Stage.RETURNED, Stage.ENDED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowAsk:
    """Which rows: of a stage, and where wanted of an agency, a category, an area."""

    stage: Stage
    area: Area = BRANCH
    agency_id: UUID | None = None
    category_id: UUID | None = None
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows, and the key of the page after; None on the last."""

    rows: Sequence[Registration]
    next: tuple[str, UUID] | None


def rows(
    session: Session, actor: Actor, ask: RowAsk, *, size: int, after: Registration | None
) -> RowPage:
    """Registrations within reach, the last changed first.

    after: the last row of the page before.
    """
    found = session.scalars(_rows(actor, ask, after).limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    return RowPage(found[:size], (last.changed_at.isoformat(), last.id) if last else None)


def _rows(actor: Actor, ask: RowAsk, after: Registration | None) -> Select[Registration]:
    asked = (
        select(Registration)
        .where(of_registrations(actor), Registration.stage == ask.stage)
        .options(
            joinedload(Registration.agency),
            joinedload(Registration.category),
            joinedload(Registration.creator),
            joinedload(Registration.village),
        )
        .order_by(Registration.changed_at.desc(), Registration.id.desc())
    )
    if ask.agency_id:
        asked = asked.where(Registration.agency_id == ask.agency_id)
    if ask.category_id:
        asked = asked.where(Registration.category_id == ask.category_id)
    if ask.segment:
        asked = asked.where(Registration.segment == ask.segment)
    if not ask.area.is_branch:
        asked = asked.where(_lives_in(Registration.village_code, ask.area))
    if after is not None:
        asked = asked.where(
            or_(
                Registration.changed_at < after.changed_at,
                and_(Registration.changed_at == after.changed_at, Registration.id < after.id),
            )
        )
    return asked


# Figures and targets, with their history


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


# Reports


def report_jobs(
    session: Session, actor: Actor, *, kind: str
) -> tuple[Sequence[Job], Sequence[Job]]:
    """Reports that wait or are being made, and the last one asked for when it failed."""
    mine = select(Job).where(Job.kind == kind, of_agency(actor, Job.agency_id))
    waiting = session.scalars(
        mine.where(Job.state.in_([JobState.WAITING, JobState.RUNNING])).order_by(Job.created_at)
    ).all()
    last = session.scalar(mine.order_by(Job.created_at.desc(), Job.id).limit(1))
    return waiting, [last] if last is not None and last.state is JobState.FAILED else []


def report_documents(
    session: Session, actor: Actor, *, limit: int
) -> list[tuple[Document, dict[str, Any]]]:
    """The last reports with what each was asked for, the newest first."""
    rows = session.execute(
        select(Document, Job.args)
        .join(Job, Job.document_id == Document.id)
        .where(Document.kind == DocumentKind.COVERAGE_REPORT, of_agency(actor, Document.agency_id))
        .order_by(Document.created_at.desc(), Document.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def report_document(session: Session, actor: Actor, document_id: UUID) -> Document | None:
    """One report."""
    return session.scalar(
        select(Document).where(
            Document.id == document_id,
            Document.kind == DocumentKind.COVERAGE_REPORT,
            of_agency(actor, Document.agency_id),
        )
    )
