"""The whole picture of a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import (
    Indicator,
    Kind,
    Period,
    Thresholds,
)
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.coverage import OfficialFigure, Target
from fieldapp.queries.coverage.asks import Ask, Picture, scope_of
from fieldapp.queries.coverage.comparisons import (
    agencies_ranked,
    areas_compared,
    categories_compared,
    enrolled_by_place,
    paces,
    under_way,
)
from fieldapp.queries.coverage.standings import (
    Judge,
    is_of,
    labour_forces,
    period_of,
    running_targets,
)


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
    targets = running_targets(session, ask.as_of)
    mine = [each for each in targets if is_of(each, ask)]
    flows = [each for each in mine if each.kind is Kind.FLOW]
    period = period_of(flows[0]) if flows else Period.year(ask.as_of.year)
    scope = scope_of(actor, ask)
    judge = Judge(session, actor, ask, scope, work, thresholds)
    standings = [judge.target(each) for each in mine]
    standings += judge.without_target({each.indicator for each in mine})
    standings += labour_forces(session, actor, ask, work, thresholds)
    enrolled = enrolled_by_place(session, scope, period, ask.as_of)
    ordered = sorted(standings, key=lambda each: list(Indicator).index(each.indicator))
    return Picture(
        ask=ask,
        period=period,
        standings=tuple(ordered),
        path=judge.points(Indicator.NEW_WORKERS, period),
        areas=areas_compared(session, ask, enrolled, targets),
        agencies=agencies_ranked(session, actor, ask, enrolled, targets),
        categories=categories_compared(session, ask, enrolled, targets),
        coordinators=paces(session, scope, ask.as_of),
        under_way=under_way(session, scope, ask.as_of),
        enrolled=sum(people for *_, people in enrolled),
    )
