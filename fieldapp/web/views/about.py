"""What this is, whose data it carries, whom to ask; and whether it is well."""

from __future__ import annotations

from http import HTTPStatus

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

import fieldapp
from config import Settings
from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.web.gate import needs

bp = Blueprint("about", __name__)


@bp.get("/about")
@needs(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    """Say what this is."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return render_template("about/index.html", settings=settings, version=fieldapp.VERSION)


@bp.get("/health")
@needs(Permission.PUBLIC)
def health() -> ResponseReturnValue:
    """Say in JSON whether the database answers and is as the code wants it; 503 when not."""
    try:
        with reading() as session:
            found = MigrationContext.configure(session.connection()).get_current_heads()
    except SQLAlchemyError:
        return jsonify(database="down", migrations="unknown"), HTTPStatus.SERVICE_UNAVAILABLE
    at_head = set(found) == set(_wanted_heads())
    answer = jsonify(database="up", migrations="at head" if at_head else "behind")
    return answer, HTTPStatus.OK if at_head else HTTPStatus.SERVICE_UNAVAILABLE


def _wanted_heads() -> tuple[str, ...]:
    config = Config()
    config.set_main_option("script_location", current_app.extensions["migrate"].directory)
    return tuple(ScriptDirectory.from_config(config).get_heads())
