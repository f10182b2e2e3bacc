"""How targets stand, and the rows behind a figure."""

from __future__ import annotations

from flask import (
    abort,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from fieldapp import words
from fieldapp.adapters.tables import place_names
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.domain.wita import day_of
from fieldapp.queries import coverage as queries
from fieldapp.services import registrations
from fieldapp.web import arguments
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.coverage.asked import (
    address_of,
    address_of_rows,
    area_names,
    ask_of_address,
    picture_asked,
    row_before,
    scope_name,
    settings_of_app,
)
from fieldapp.web.views.coverage.blueprint import bp
from fieldapp.web.views.coverage.drawings import charts_drawn, path_drawn


@bp.get("/")
@needs(Permission.COVERAGE_VIEW)
def index() -> ResponseReturnValue:
    """The whole picture, for what the address asks."""
    actor = current_actor()
    with reading() as session:
        picture = picture_asked(session)
        agencies, categories, areas = queries.choices(session, actor)
    names = area_names(areas)
    return render_template(
        "coverage/index.html",
        picture=picture,
        today=day_of(now_utc()),
        asked=any(request.args.get(each) for each in ("as_of", "area", "agency", "category")),
        agencies=[(str(each), name) for each, name in agencies],
        categories=[(str(each), name) for each, name in categories],
        areas=list(names.items()),
        area_names=names,
        scope_name=scope_name(picture.ask, names, dict(agencies), dict(categories)),
        last_day=min(picture.ask.as_of, picture.period.last),
        path=path_drawn(picture),
        charts=charts_drawn(picture),
        stage_names={each.value: words.label(each) for each in Stage},
        shown=address_of(picture.ask),
        rows_asked=address_of_rows(picture.ask),
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
        ask = ask_of_address(session)
        wanted = queries.RowAsk(stage, ask.area, ask.agency_id, ask.category_id, ask.segment)
        page = queries.rows(
            session, actor, wanted, size=settings_of_app().page_rows, after=row_before(session)
        )
        registrations.note_seen(
            session, actor=actor, ids=[row.id for row in page.rows], what="coverage", now=now_utc()
        )
        session.flush()
        agencies, categories, areas = queries.choices(session, actor)
        kept = address_of_rows(ask)
        asked = {**kept, "stage": stage.value}
        return render_template(
            "coverage/rows.html",
            page=page,
            stage=stage,
            stages=queries.STAGES,
            kept=kept,
            area_names=place_names(),
            back=url_for(".index", **address_of(ask)),
            scope_name=scope_name(ask, area_names(areas), dict(agencies), dict(categories)),
            first=url_for(".rows", **asked) if request.args.get("after") else None,
            next=url_for(".rows", **asked, after=str(page.next[1])) if page.next else None,
        )
