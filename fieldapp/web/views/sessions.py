"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp.domain.permissions import Permission
from fieldapp.web.gate import needs

bp = Blueprint("sessions", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask who comes."""
    return render_template("sessions/sign_in.html")
