"""Is this result of a permit check genuine and valid today? Nothing more is told."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp.clock import now_utc
from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permit_codes import read_code
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.wita import day_of
from fieldapp.queries import permits as queries
from fieldapp.web.gate import needs
from fieldapp.web.limits import check_rate, limiter

bp = Blueprint("permit_codes", __name__)


@bp.get("/p/<code>")
@bp.get("/P/<code>", endpoint="show_in_capitals")
@needs(Permission.PUBLIC)
@limiter.limit(check_rate)
def show(code: str) -> ResponseReturnValue:
    """The verdict on one result. The register decides: a code that is not in it is not ours."""
    today = day_of(now_utc())
    with reading() as session:
        try:
            row = queries.check_by_code(session, read_code(code))
        except UnreadableError:
            row = None
        page = render_template(
            "permits/code.html", row=row, expired=row is not None and row.valid_until < today
        )
    return page, HTTPStatus.OK if row else HTTPStatus.NOT_FOUND
