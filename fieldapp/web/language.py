"""Which language a page speaks: the person's own, the browser's last choice, or Indonesian."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Blueprint, Flask, has_request_context, redirect, request, url_for
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from fieldapp.database import transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import WITA
from fieldapp.services import users as services
from fieldapp.web.gate import needs
from fieldapp.web.targets import safe_target

LANGUAGES: Final = ("id", "en")
COOKIE: Final = "language"
CATALOGUES: Final = Path(__file__).resolve().parent.parent / "translations"

bp = Blueprint("language", __name__)


def speak(app: Flask) -> None:
    """Set up gettext and the locale of each request."""
    compile_catalogues()
    app.config.update(
        BABEL_DEFAULT_LOCALE="id",
        BABEL_DEFAULT_TIMEZONE=str(WITA),
        BABEL_TRANSLATION_DIRECTORIES=str(CATALOGUES),
    )
    Babel(app, locale_selector=language_of_request)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.context_processor(lambda: {"locale": str(get_locale() or "id")})


def language_of_request() -> str:
    """`id` or `en`; on a terminal, as its locale says."""
    if not has_request_context():
        return "id" if os.environ.get("LANG", "").startswith("id") else "en"
    if current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    return language_of_browser()


def language_of_browser() -> str:
    """What pages speak before anybody has signed in, and after they have signed out."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else "id"


@bp.post("/language")
@needs(Permission.PUBLIC)
def choose() -> Response:
    """Choose a language; a signed-in person keeps it with the account."""
    language = request.form.get("language", "id")
    if language not in LANGUAGES:
        language = "id"
    if current_user.is_authenticated:
        with transaction() as session:
            services.choose_language(session, user_id=current_user.actor.id, language=language)
    answer = redirect(safe_target(request.form.get("next")) or url_for("home.index"), code=303)
    answer.set_cookie(COOKIE, language, max_age=31_536_000, httponly=True, samesite="Lax")
    return answer


def compile_catalogues() -> None:
    """Compile each .po that is newer than its .mo."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parent.parent.name)
        part = target.with_suffix(f".{os.getpid()}")
        with part.open("wb") as out:
            write_mo(out, catalogue)
        part.replace(target)
