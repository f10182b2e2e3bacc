"""What each role may do: the policy, printed."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fieldapp.domain.permissions import POLICY, Permission
from fieldapp.web.gate import needs

bp = Blueprint("roles", __name__, url_prefix="/roles")

_OF_EVERYBODY = {Permission.PUBLIC, Permission.SIGNED_IN}


@bp.get("/")
@needs(Permission.USER_MANAGE)
def index() -> ResponseReturnValue:
    """Print the table of roles and permissions."""
    permissions = [each for each in Permission if each not in _OF_EVERYBODY]
    return render_template("roles/index.html", policy=POLICY, permissions=permissions)
