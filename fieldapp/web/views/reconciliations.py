"""Is this reconciliation of cards genuine? Figures alone, to be compared with the paper."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.domain.reconciliation import CardFigures
from fieldapp.services import reconciliations as services
from fieldapp.web.gate import needs
from fieldapp.web.limits import check_rate, limiter

bp = Blueprint("reconciliations", __name__)


@bp.get("/r/<code>")
@bp.get("/R/<code>", endpoint="show_in_capitals")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def show(code: str) -> ResponseReturnValue:
    """What was signed, for whoever holds the sheet; without the signature nothing is told."""
    with reading() as session:
        row = services.genuine(session, code)
        page = render_template(
            "reconciliations/show.html",
            row=row,
            figures=CardFigures.from_row(row.figures) if row else None,
        )
    return page, HTTPStatus.OK if row else HTTPStatus.NOT_FOUND
