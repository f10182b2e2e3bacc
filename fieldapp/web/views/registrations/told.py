"""What a script is told after something was kept."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from fieldapp.adapters.tables import place_names
from fieldapp.clock import now_utc
from fieldapp.domain.nik import regency_of
from fieldapp.domain.wita import day_of
from fieldapp.models.registrations import Registration
from fieldapp.services.contributions import contribution_of
from fieldapp.services.reference import reference
from fieldapp.web.filters import hour
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.forms import registration_reasons as reasons
from fieldapp.web.views.registrations.rows import notes_on


def told(session: Session, row: Registration) -> dict[str, Any]:
    """How the row stands now: what is said beside its fields, what it costs, who inherits."""
    session.refresh(row)
    finished = "check" in request.args
    now = now_utc()
    looked_up = reference(day_of(now))
    notes = notes_on(session, row, looked_up)
    warnings = noting.warnings_of(notes, finished=finished)
    sections = noting.sections_of(row, notes, finished=finished, today=day_of(now))
    price = contribution_of(row)
    return {
        "revision": row.revision,
        "saved": hour(now),
        "notes": noting.by_field(notes, finished=finished),
        "sections": {
            name: {"status": each.status, "summary": each.summary}
            for name, each in sections.items()
        },
        # What the NIK says of its own accord; the digits themselves are not sent back.
        "read": {
            "nik": {"regency": place_names().get(regency_of(row.nik), "")} if row.nik else None
        },
        "village": {
            "choices": noting.village_choices(row, looked_up),
        },
        "contribution": {"monthly": price.monthly, "total": price.total} if price else None,
        "heirs": noting.heirs_words(row.family),
        "warnings": render_template(
            "registrations/_warnings.html", warnings=warnings, reason_prefix=reasons.PREFIX
        ),
    }
