"""A session that ends halfway through a form: the form is kept, and shown again after signing in.

The page of a form asks `held_form_of_request(request.path)` when it is fetched with `?held=…`, and
fills itself with what it gets. Files are not kept; the page says so.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import current_app, request, session
from flask.globals import request_ctx
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.services import held_forms as services
from fieldapp.web import browsers
from fieldapp.web.gate import current_actor, permission_of

ARGUMENT: Final = "held"
_NEVER_KEPT: Final = {"password", "csrf_token"}
_PASSWORD_PAGES: Final = {"account.password"}


def hold_form_of_request() -> UUID | None:
    """Keep the form of this request, which came without a session; None when there is none.

    Kept is only what came from a browser that had a session here, whose cookie is not sent along
    by other sites, and what a page under the same address can show again.
    """
    last = browsers.last_session_id()
    if last is None or not _can_be_shown_again() or not _made_for_this_browser():
        return None
    fields = {name: texts for name, texts in request.form.lists() if name not in _NEVER_KEPT}
    with transaction() as db_session:
        return services.hold(
            db_session, last_session_id=last, path=request.path, fields=fields, now=now_utc()
        )


def held_form_of_request(path: str) -> MultiDict[str, str] | None:
    """What the signed-in person had typed on this page, when the address names a held form."""
    try:
        held_id = UUID(request.args.get(ARGUMENT, ""))
    except ValueError:
        return None
    with reading() as db_session:
        fields = services.find(
            db_session, actor=current_actor(), held_id=held_id, path=path, now=now_utc()
        )
    if fields is None:
        return None
    return MultiDict((name, text) for name, texts in fields.items() for text in texts)


def shows_a_page(path: str) -> bool:
    """Whether the address can be fetched: a form may be posted to one that cannot."""
    adapter = request_ctx.url_adapter
    return adapter is not None and "GET" in adapter.allowed_methods(path)


def _can_be_shown_again() -> bool:
    endpoint = request.endpoint
    if request.method != "POST" or endpoint is None or endpoint in _PASSWORD_PAGES:
        return False
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return permission_of(app, endpoint) is not Permission.PUBLIC and shows_a_page(request.path)


def _made_for_this_browser() -> bool:
    """Whether the page was this session's own: on a shared phone it may be the last person's.

    A cookie that went with the browser's windows leaves nothing to compare; then the signed
    cookie alone speaks for the browser.
    """
    if "csrf_token" not in session:
        return True
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
