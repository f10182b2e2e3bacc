"""What a browser remembers of the printer beside it: how it turns sheets, how far it is off."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, request
from werkzeug.wrappers import Response

from fieldapp.domain.press import Duplex, Shifts

COOKIE: Final = "printer"
KEPT: Final = timedelta(days=400)


def printer_of_request() -> tuple[Duplex, Shifts]:
    """The printer beside this browser; a true one until somebody says otherwise."""
    duplex, *shifts = request.cookies.get(COOKIE, "").split(".")
    try:
        return Duplex(duplex), Shifts.of([int(each) for each in shifts])
    except (TypeError, ValueError):
        return Duplex.LONG_EDGE, Shifts()


def remember(response: Response, duplex: Duplex, shifts: Shifts) -> None:
    """Keep it in the browser: a printer belongs to a desk, whoever sits there."""
    response.set_cookie(
        COOKIE,
        ".".join([duplex.value, *map(str, shifts.as_list())]),
        max_age=KEPT,
        path="/press",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
