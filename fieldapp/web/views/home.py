"""Home: what waits for the person who looks."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp.domain.permissions import Permission
from fieldapp.web.gate import needs

bp = Blueprint("home", __name__)


@bp.get("/")
@needs(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Say what waits."""
    return render_template("home/index.html")
