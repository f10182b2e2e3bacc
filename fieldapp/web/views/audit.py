"""The audit trail, for administrators."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Settings
from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import WITA
from fieldapp.queries import audit as queries
from fieldapp.web.arguments import day, whole
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("audit", __name__, url_prefix="/audit")

_ASKED = ("person", "action", "subject", "day")


@bp.get("/")
@needs(Permission.AUDIT_VIEW)
def index() -> ResponseReturnValue:
    """List entries, the newest first."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    asked = {name: request.args.get(name, "").strip() for name in _ASKED}
    wanted_day = day(asked["day"])
    begin = datetime.combine(wanted_day, time(), WITA) if wanted_day else None
    wanted = queries.AuditFilter(
        username=asked["person"],
        action=asked["action"],
        subject_id=asked["subject"],
        begin=begin,
        end=begin + timedelta(days=1) if begin else None,
    )
    before = whole(request.args.get("before"))
    with reading() as session:
        entries, more = queries.entries_page(
            session, current_actor(), wanted, before=before, rows=settings.page_rows
        )
        kept: dict[str, Any] = {name: text for name, text in asked.items() if text}
        return render_template(
            "audit/index.html",
            entries=entries,
            names=queries.names_of(session, entries),
            asked=asked,
            filtered=bool(kept),
            first=url_for(".index", **kept) if before else None,
            next=url_for(".index", **kept, before=entries[-1].seq) if more else None,
        )
