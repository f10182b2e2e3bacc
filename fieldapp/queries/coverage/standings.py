"""How indicators stand: official figures and what was enrolled since, against targets."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

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
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.companies import Company, CompanyPaper, PaperKind, PaperState
from fieldapp.models.coverage import CoverageTotal, Mark, OfficialFigure, Target
from fieldapp.queries.coverage.asks import Ask, companies_in, scope_of


def standings(
    session: Session, ask: Ask, *, work: WorkCalendar, thresholds: Thresholds
) -> tuple[Standing, ...]:
    """The standings of every area that has a target or a figure on a day, for the command line."""
    found: list[Standing] = []
    codes = {each.area_code for each in running_targets(session, ask.as_of)} | set(
        session.scalars(
            select(OfficialFigure.area_code).where(
                OfficialFigure.superseded_at.is_(None), OfficialFigure.period_to <= ask.as_of
            )
        )
    )
    for code in sorted(codes, key=lambda code: (not Area(code).is_branch, code)):
        of_area = Ask(ask.as_of, Area(code))
        scope = scope_of(None, of_area)
        judge = Judge(session, None, of_area, scope, work, thresholds)
        mine = [each for each in running_targets(session, ask.as_of) if is_of(each, of_area)]
        found += [judge.target(each) for each in mine]
        found += judge.without_target({each.indicator for each in mine})
    return tuple(found)


def labour_forces(
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
        judge = Judge(session, actor, part, scope_of(actor, part), work, thresholds)
        found += judge.without_target(others)
    return found


class Judge:
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
        self._companies = companies_in(actor, ask)
        self._official = ask.of_everybody and (actor is None or actor.reaches_all)

    def target(self, target: Target) -> Standing:
        amount = Amount(target.indicator, Area(target.area_code), target.value)
        return self._stand(target.indicator, period_of(target), amount)

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


def running_targets(session: Session, as_of: date) -> Sequence[Target]:
    """The targets that run on a day."""
    return session.scalars(
        select(Target)
        .where(
            Target.superseded_at.is_(None), Target.period_from <= as_of, Target.period_to >= as_of
        )
        .order_by(Target.period_from, Target.key)
    ).all()


def is_of(target: Target, ask: Ask) -> bool:
    """Whether a target is of exactly the people that are asked about."""
    return (target.area_code, target.agency_id, target.category_id, target.segment) == (
        ask.area.code,
        ask.agency_id,
        ask.category_id,
        ask.segment,
    )


def period_of(target: Target) -> Period:
    return Period(target.period_from, target.period_to)
