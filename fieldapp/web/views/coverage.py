"""Coverage: how targets stand, compared by area, agency, kind of work and coordinator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.adapters.tables import place_names
from fieldapp.adapters.workbooks import Cell, Table, csv_file, workbook
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.charts import path_chart
from fieldapp.domain.coverage import Area, AreaUnknownError, Indicator, Period, Thresholds, percent
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.wita import day_of
from fieldapp.jobs.coverage_report import KIND, report_args
from fieldapp.models.registrations import Registration
from fieldapp.queries import coverage as queries
from fieldapp.queries.coverage import Ask, Bar, Picture
from fieldapp.services import audit, jobs, registrations
from fieldapp.services.work_calendar import work_calendar
from fieldapp.web import arguments
from fieldapp.web.downloads import downloaded
from fieldapp.web.filters import day as said_day
from fieldapp.web.filters import number
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

REPORTS: Final = 24
TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/")
@needs(Permission.COVERAGE_VIEW)
def index() -> ResponseReturnValue:
    """The whole picture, for what the address asks."""
    actor = current_actor()
    with reading() as session:
        picture = _picture(session)
        agencies, categories, areas = queries.choices(session, actor)
    names = _area_names(areas)
    return render_template(
        "coverage/index.html",
        picture=picture,
        today=day_of(now_utc()),
        asked=any(request.args.get(each) for each in ("as_of", "area", "agency", "category")),
        agencies=[(str(each), name) for each, name in agencies],
        categories=[(str(each), name) for each, name in categories],
        areas=list(names.items()),
        area_names=names,
        scope_name=_scope_name(picture.ask, names, dict(agencies), dict(categories)),
        last_day=min(picture.ask.as_of, picture.period.last),
        path=_path(picture),
        charts=_charts(picture),
        stage_names={each.value: words.label(each) for each in Stage},
        shown=_address(picture.ask),
        rows_asked=_rows_address(picture.ask),
    )


@bp.get("/figures.<any(csv, xlsx):form>")
@needs(Permission.COVERAGE_VIEW)
def export(form: str) -> ResponseReturnValue:
    """The figures of the page as a file; it holds no person but coordinators by name."""
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        picture = _picture(session)
        audit.record(
            session,
            actor=actor,
            action="coverage.export",
            subject="coverage",
            subject_id=picture.ask.as_of.isoformat(),
            now=now,
            form=form,
            **{name: value for name, value in _address(picture.ask).items() if name != "as_of"},
        )
    tables = _tables(picture)
    body = workbook(tables, made_at=now) if form == "xlsx" else csv_file(_flat(tables))
    name = f"capaian-{picture.ask.as_of.isoformat()}.{form}"
    return Response(
        body,
        mimetype=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/rows")
@needs(Permission.COVERAGE_VIEW)
def rows() -> ResponseReturnValue:
    """The registrations behind the figures, by number: who they are is not a manager's task."""
    actor = current_actor()
    stage = arguments.member(Stage, request.args.get("stage")) or Stage.ENROLLED
    if stage not in queries.STAGES:
        abort(404)
    with transaction() as session:
        ask = _ask(session)
        wanted = queries.RowAsk(stage, ask.area, ask.agency_id, ask.category_id, ask.segment)
        page = queries.rows(
            session, actor, wanted, size=_settings().page_rows, after=_after(session)
        )
        registrations.note_seen(
            session, actor=actor, ids=[row.id for row in page.rows], what="coverage", now=now_utc()
        )
        session.flush()
        agencies, categories, areas = queries.choices(session, actor)
        kept = _rows_address(ask)
        asked = {**kept, "stage": stage.value}
        return render_template(
            "coverage/rows.html",
            page=page,
            stage=stage,
            stages=queries.STAGES,
            kept=kept,
            area_names=place_names(),
            back=url_for(".index", **_address(ask)),
            scope_name=_scope_name(ask, _area_names(areas), dict(agencies), dict(categories)),
            first=url_for(".rows", **asked) if request.args.get("after") else None,
            next=url_for(".rows", **asked, after=str(page.next[1])) if page.next else None,
        )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return settings


def _ask(session: Session) -> Ask:
    """What the address asks for; what is out of reach or unknown does not exist."""
    today = day_of(now_utc())
    as_of = arguments.day(request.args.get("as_of"))
    try:
        area = Area.parse(request.args.get("area") or queries.BRANCH.code)
    except AreaUnknownError:
        abort(404)
    agency = arguments.uuid(request.args.get("agency"))
    category = arguments.uuid(request.args.get("category"))
    actor = current_actor()
    if agency is not None and not (actor.reaches_all or agency == actor.agency_id):
        abort(404)
    if any(part not in place_names() for part in area.parts):
        abort(404)
    return Ask(
        as_of=min(as_of, today) if as_of else queries.day_to_show(session, today),
        area=area,
        agency_id=agency or (None if actor.reaches_all else actor.agency_id),
        category_id=category,
        segment=arguments.member(Segment, request.args.get("segment")),
    )


def _picture(session: Session) -> Picture:
    ask = _ask(session)
    settings = _settings()
    year = Period.year(ask.as_of.year)
    return queries.picture(
        session,
        current_actor(),
        ask,
        work=work_calendar(session, year.first, year.last),
        thresholds=Thresholds(settings.coverage_on_track, settings.coverage_at_risk),
    )


def _after(session: Session) -> Registration | None:
    after = arguments.uuid(request.args.get("after"))
    return session.get(Registration, after) if after else None


def _address(ask: Ask, **changes: str) -> dict[str, Any]:
    """The question as parts of an address."""
    asked = {
        "as_of": ask.as_of.isoformat(),
        "area": "" if ask.area == queries.BRANCH else ask.area.code,
        "agency": str(ask.agency_id or ""),
        "category": str(ask.category_id or ""),
        "segment": ask.segment or "",
        **changes,
    }
    return {name: value for name, value in asked.items() if value}


def _rows_address(ask: Ask) -> dict[str, Any]:
    return {name: value for name, value in _address(ask).items() if name != "as_of"}


def _area_names(areas: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Areas by code; the branch says what it is, and districts are set off from regencies."""
    return {
        code: _("Branch %(name)s (five areas)", name=name)
        if code.startswith("branch:")
        else name
        if len(code) == 5
        else _("District %(name)s", name=name)
        for code, name in areas
    }


def _scope_name(
    ask: Ask, areas: Mapping[str, str], agencies: Mapping[Any, str], categories: Mapping[Any, str]
) -> str:
    parts = [areas.get(ask.area.code) or place_names().get(ask.area.code, ask.area.code)]
    if ask.agency_id in agencies:
        parts.append(agencies[ask.agency_id])
    if ask.category_id in categories:
        parts.append(categories[ask.category_id])
    if ask.segment:
        parts.append(str(words.label(ask.segment)))
    return ", ".join(parts)


# Charts


def _path(picture: Picture) -> dict[str, Any] | None:
    """The progress of the new workers, in words and lines; None without target or figure."""
    standing = picture.new_workers
    if standing is None or standing.target is None or not picture.path:
        return None
    foretold = standing.forecast
    drawn = path_chart(standing.period, picture.path, target=standing.target, forecast=foretold)
    day = format_date(drawn.last.day, "d MMM")
    return {
        "title": _("New workers against the linear path"),
        "note": _("Dashed: the linear path. Dotted: the forecast at the pace so far."),
        "chart": drawn,
        "said": {
            "target": _("Target %(number)s", number=number(standing.target)),
            "path": _("path %(number)s", number=number(drawn.path.value)),
            "realised": f"{number(drawn.last.value)}, {day}",
            "forecast": _("forecast %(number)s", number=number(foretold.middle))
            if foretold and drawn.last.x < 90
            else None,
        },
        "months": [
            (x, format_date(first, "MMM"))
            for place, (x, first) in enumerate(drawn.months)
            if place % 3 == 0
        ],
        "rows": [(said_day(point.day), number(point.value)) for point in picture.path],
    }


def _charts(picture: Picture) -> list[dict[str, Any]]:
    """The comparisons; each line leads to the same page, asked more narrowly."""
    ask = picture.ask
    found = []
    for title, bars, note, link in (
        (_("Areas"), picture.areas, _("by where the workers live"), "area"),
        (
            _("Agencies"),
            picture.agencies,
            _("those furthest ahead of their target first"),
            "agency",
        ),
        (_("Kinds of work"), picture.categories, None, "category"),
        (
            _("Coordinators"),
            picture.coordinators,
            _("workers sent for approval or further in the last %(days)s days",
              days=queries.PACE_DAYS),
            None,
        ),
    ):  # fmt: skip
        shown = [bar for bar in bars if bar.value or bar.target]
        if shown:
            found.append(
                {
                    "title": title,
                    "note": note,
                    "value_label": _("Workers") if link is None else _("Enrolled"),
                    "target_label": _("Target") if any(bar.target for bar in shown) else None,
                    "rows": [_line(bar, ask, link) for bar in shown],
                }
            )
    return found


def _line(bar: Bar, ask: Ask, link: str | None) -> dict[str, Any]:
    href = url_for(".index", **_address(ask, **{link: bar.key})) if link and bar.key else None
    return {
        "label": bar.name or _("Elsewhere"),
        "value": bar.value,
        "text": number(bar.value),
        "target": bar.target,
        "target_text": number(bar.target) if bar.target else "–",
        "href": href,
    }


# Files


def _tables(picture: Picture) -> list[Table]:
    """What the page shows, as tables."""
    head = [
        _("Indicator"), _("Area"), _("As of"), _("Realised"), _("Official"),
        _("Official figure of"),
        _("Enrolled by this system"), _("Target"), _("Percent"), _("Still missing"),
        _("Linear path, percent"), _("Status"), _("Needed per working day"), _("Forecast"),
        _("Source"),
    ]  # fmt: skip
    standings: list[Sequence[Cell]] = [
        (
            str(words.label(each.indicator)),
            each.area.code,
            each.as_of,
            each.realised,
            each.official.value if each.official else None,
            each.official.day if each.official else None,
            each.own,
            each.target,
            each.percent,
            each.gap,
            each.expected_percent,
            str(words.label(each.status)) if each.status else None,
            each.needed,
            each.forecast.middle if each.forecast else None,
            each.official.source if each.official else None,
        )
        for each in picture.standings
    ]
    compared = [_("Name"), _("Enrolled"), _("Target"), _("Percent")]
    return [
        Table(_("Targets"), head, standings),
        *(
            Table(title, compared, [_row(bar) for bar in bars])
            for title, bars in (
                (_("Areas"), picture.areas),
                (_("Agencies"), picture.agencies),
                (_("Kinds of work"), picture.categories),
                (_("Coordinators"), picture.coordinators),
            )
        ),
        Table(
            _("Progress"),
            [_("By the end of"), str(words.label(Indicator.NEW_WORKERS))],
            [(point.day, point.value) for point in picture.path],
        ),
    ]


def _row(bar: Bar) -> Sequence[Cell]:
    share = percent(bar.value, bar.target) if bar.target else None
    return (bar.name or _("Elsewhere"), bar.value, bar.target, share)


def _flat(tables: Sequence[Table]) -> Table:
    """All tables under each other: which one, which line, which figure, how many."""
    return Table(
        "",
        [_("Table"), _("Name"), _("Figure"), _("Value")],
        [
            (table.name, row[0], column, cell)
            for table in tables
            for row in table.rows
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
            if cell is not None
        ],
    )


# Reports


@bp.get("/reports")
@needs(Permission.COVERAGE_VIEW)
def reports() -> ResponseReturnValue:
    """Reports that were made, that are being made, and a form for the next."""
    actor, today = current_actor(), day_of(now_utc())
    with reading() as session:
        waiting, failed = queries.report_jobs(session, actor, kind=KIND)
        agencies, _categories, _areas = queries.choices(session, actor)
        return render_template(
            "coverage/reports.html",
            jobs=waiting,
            job_days={job.id: date.fromisoformat(job.args["as_of"]) for job in waiting},
            failed=failed,
            problems={job.id: words.problem_words(job.problem or {}) for job in failed},
            documents=[
                (document, date.fromisoformat(args["as_of"]))
                for document, args in queries.report_documents(session, actor, limit=REPORTS)
            ],
            agencies=agencies,
            as_of=queries.day_to_show(session, today),
            today=today,
        )


@bp.post("/reports")
@needs(Permission.COVERAGE_VIEW)
def order_report() -> ResponseReturnValue:
    """Put a report into the queue; one of the same that waits already is shown instead."""
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        chosen = arguments.uuid(request.form.get("agency"))
        agencies = dict(queries.choices(session, actor)[0])
        if chosen is not None and chosen not in agencies:
            abort(404)
        as_of = arguments.day(request.form.get("as_of")) or queries.day_to_show(
            session, day_of(now)
        )
        ask = Ask(
            min(as_of, day_of(now)),
            agency_id=chosen or (None if actor.reaches_all else actor.agency_id),
        )
        args = report_args(ask, asked_at=now)
        waiting, _failed = queries.report_jobs(session, actor, kind=KIND)
        same = {"as_of": args["as_of"], "agency_id": args["agency_id"]}
        if not any(same.items() <= job.args.items() for job in waiting):
            jobs.enqueue(
                session,
                actor=actor,
                kind=KIND,
                args=args,
                total=1,
                agency_id=ask.agency_id or actor.agency_id,
                now=now,
            )
    flash(_("The report is being made. It stands here in a moment."), "info")
    return redirect(url_for(".reports"), 303)


@bp.get("/reports/<uuid:document_id>.pdf")
@needs(Permission.COVERAGE_VIEW)
def download_report(document_id: UUID) -> ResponseReturnValue:
    """The report itself; every download leaves an entry."""
    actor = current_actor()
    with transaction() as session:
        found = queries.report_document(session, actor, document_id) or abort(404)
        return downloaded(session, actor, found, name="laporan-capaian")
