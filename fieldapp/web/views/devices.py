"""Phones: which are behind, which numbers are missing, when each was seen last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Settings
from fieldapp.clock import now_utc
from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.queries import devices as queries
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("devices", __name__, url_prefix="/devices")

LOOK_UPS_OF: Final = timedelta(days=7)
SILENT_AFTER: Final = timedelta(days=3)


@bp.get("/")
@needs(Permission.DEVICE_VIEW)
def index() -> ResponseReturnValue:
    """List phones, those that lack most first."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    now = now_utc()
    only_behind = request.args.get("show") == "behind"
    kept: dict[str, Any] = {"show": "behind"} if only_behind else {}
    with reading() as session:
        page = queries.behind_first(
            session,
            current_actor(),
            size=settings.page_rows,
            after=_id(request.args.get("after", "")),
            only_behind=only_behind,
            since=now - LOOK_UPS_OF,
        )
        return render_template(
            "devices/index.html",
            rows=page.rows,
            only_behind=only_behind,
            silent_before=now - SILENT_AFTER,
            first=url_for(".index", **kept) if "after" in request.args else None,
            next=url_for(".index", **kept, after=page.next) if page.next else None,
        )


@bp.get("/<uuid:device_id>")
@needs(Permission.DEVICE_VIEW)
def show(device_id: UUID) -> ResponseReturnValue:
    """One phone, and the numbers that are missing of it."""
    with reading() as session:
        device = queries.device(session, current_actor(), device_id) or abort(404)
        return render_template(
            "devices/show.html", device=device, missing=queries.missing(session, device)
        )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
