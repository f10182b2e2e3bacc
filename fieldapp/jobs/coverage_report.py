"""The monthly coverage report as a job: asked for on a page, or started with a new month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.adapters.tables import place_names
from fieldapp.database import reading
from fieldapp.documents.coverage_report import (
    CoverageReportFacts,
    ReportBar,
    coverage_report,
)
from fieldapp.documents.engine import template_version
from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import Area, Period
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission, Role
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.wita import day_of
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.press_parts import DOCUMENT, Press, page_count
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.models.jobs import Job
from fieldapp.models.users import User
from fieldapp.queries import coverage as queries
from fieldapp.queries.coverage import Ask, Bar
from fieldapp.queries.reach import of_agency
from fieldapp.services import jobs, numbers
from fieldapp.services.documents import Print
from fieldapp.services.work_calendar import work_calendar

KIND: Final = "coverage_report"
ELSEWHERE: Final = "Wilayah lain"
STARTS_UNTIL: Final = 7
"""The report of last month is started on the first; a worker that stood still then makes up for
it during the first week, and leaves it be after that."""


def report_args(ask: Ask, *, asked_at: datetime, month: str = "") -> dict[str, str]:
    """What a job is told. month: "2026-10" when nobody asked but the calendar."""
    return {
        "as_of": ask.as_of.isoformat(),
        "area": ask.area.code,
        "agency_id": str(ask.agency_id or ""),
        "asked_at": asked_at.isoformat(),
        "month": month,
    }


def make_report(press: Press, *, actor: Actor, args: Mapping[str, Any]) -> Print:
    """Lay out one report; for the worker. Raises ForbiddenError, OutOfReachError."""
    actor.must(Permission.COVERAGE_VIEW)
    ask = Ask(
        as_of=date.fromisoformat(args["as_of"]),
        area=Area.parse(args["area"]),
        agency_id=UUID(args["agency_id"]) if args["agency_id"] else None,
    )
    with reading() as session:
        facts, agency_id = _facts(session, press.house, actor, ask, args["asked_at"])
    pdf = coverage_report(facts)
    press.progress(1)
    with press.house.storage.open_writer(DOCUMENT) as writer:
        writer.write(pdf)
    return Print(
        kind=DocumentKind.COVERAGE_REPORT,
        draft=False,
        template=template_version(KIND),
        sha256=writer.sha256,
        size=len(pdf),
        pages=page_count(pdf),
        file=writer.key,
        agency_id=agency_id,
        registration_ids=(),
        lines=facts.lines,
    )


def start_monthly(session: Session, *, now: datetime) -> Job | None:
    """Put last month's report of the whole branch into the queue, once; None when it is there.

    It is made in the name of the branch's manager of longest standing; without one, not at all.
    """
    today = day_of(now)
    if today.day > STARTS_UNTIL:
        return None
    last = today.replace(day=1) - timedelta(days=1)
    month = f"{last:%Y-%m}"
    numbers.hold(session, KIND)
    manager = session.scalar(
        select(User)
        .join(Agency, Agency.id == User.agency_id)
        .where(User.role == Role.MANAGER, User.active, Agency.kind == AgencyKind.BRANCH)
        .order_by(User.created_at, User.id)
        .limit(1)
    )
    since = now - timedelta(days=40)
    started = session.scalars(select(Job.args).where(Job.kind == KIND, Job.created_at > since))
    if manager is None or any(args.get("month") == month for args in started):
        return None
    return jobs.enqueue(
        session,
        actor=manager.as_actor(),
        kind=KIND,
        args=report_args(Ask(last), asked_at=now, month=month),
        total=1,
        agency_id=manager.agency_id,
        now=now,
    )


def _facts(
    session: Session, house: House, actor: Actor, ask: Ask, asked_at: str
) -> tuple[CoverageReportFacts, UUID]:
    agency = None
    if ask.agency_id:
        agency = session.scalar(
            select(Agency).where(Agency.id == ask.agency_id, of_agency(actor, Agency.id))
        )
        if agency is None:
            raise OutOfReachError(subject="agency", id=ask.agency_id)
    year = Period.year(ask.as_of.year)
    picture = queries.picture(
        session,
        actor,
        ask,
        work=work_calendar(session, year.first, year.last),
        thresholds=house.thresholds,
    )
    area = (
        f"Kantor Cabang {ask.area.branch}, lima wilayah"
        if ask.area.is_branch
        else place_names().get(ask.area.code, ask.area.code)
    )
    facts = CoverageReportFacts(
        made_at=datetime.fromisoformat(asked_at),
        issuer=house.issuer,
        branch=house.branch,
        scope=f"{agency.name}, {area}" if agency else area,
        as_of=ask.as_of,
        period=picture.period,
        standings=picture.standings,
        path=picture.path,
        areas=_bars(picture.areas),
        agencies=_bars(picture.agencies),
        categories=_bars(picture.categories),
        coordinators=_bars(picture.coordinators),
        enrolled=picture.enrolled,
        pace_days=queries.PACE_DAYS,
    )
    return facts, ask.agency_id or actor.agency_id


def _bars(bars: tuple[Bar, ...]) -> tuple[ReportBar, ...]:
    return tuple(
        ReportBar(bar.name or ELSEWHERE, bar.value, bar.target)
        for bar in bars
        if bar.value or bar.target
    )
