"""Which session a browser had last: a signed cookie that outlives the session.

It makes two things possible: a form that was sent after its session had ended is kept for the
person whose session it was, and an owner's own browser is not locked out by strangers' guesses.
It opens nothing by itself.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from fieldapp.services.sessions import KNOWN_FOR

COOKIE: Final = "browser"


def last_session_id() -> UUID | None:
    """The session this browser had last, if the cookie is one of ours."""
    try:
        return UUID(hex=_serializer().loads(request.cookies.get(COOKIE, "")))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def remember(answer: Response, session_id: UUID) -> None:
    """Name the session in the browser's cookie."""
    answer.set_cookie(
        COOKIE,
        str(_serializer().dumps(session_id.hex)),
        max_age=int(KNOWN_FOR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="browser")
