"""Regions: browse from the province down, or search by name and code."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Settings
from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.domain.regions import Level
from fieldapp.queries import regions as queries
from fieldapp.web.gate import needs

bp = Blueprint("regions", __name__, url_prefix="/regions")

BALI = "51"


@bp.get("/")
@needs(Permission.REGION_VIEW)
def index() -> ResponseReturnValue:
    """Bali's regencies, or what was searched for."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    text, after = request.args.get("q", "").strip(), request.args.get("after", "")
    with reading() as session:
        if not text:
            return _shown(BALI)
        found, more = queries.find(session, text, after=after, rows=settings.page_rows)
        return render_template(
            "regions/found.html",
            text=text,
            regions=found,
            levels={level.value: level for level in Level},
            next=url_for(".index", q=text, after=found[-1].code) if more else None,
        )


@bp.get("/<code>")
@needs(Permission.REGION_VIEW)
def show(code: str) -> ResponseReturnValue:
    """One region, where it lies, and what lies in it; `all` is the whole country."""
    return _shown(None if code == "all" else code)


def _shown(code: str | None) -> str:
    with reading() as session:
        region = None if code is None else queries.region(session, code) or abort(404)
        return render_template(
            "regions/show.html",
            region=region,
            path=queries.path_to(session, code) if code else [],
            regions=queries.inside(session, code),
            counts=queries.counts(session),
        )
