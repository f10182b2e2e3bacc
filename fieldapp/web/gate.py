"""The gate: every endpoint names a permission, or the app does not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission
from fieldapp.web import problems

View = TypeVar("View", bound=Callable[..., object])

_MARK: Final = "__permission__"
_WITH_A_FIRST_PASSWORD: Final = {"account.password", "sessions.sign_out", "language.choose"}


class UngatedError(Exception):
    """An endpoint that names no permission: nobody may start such an app."""


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission that it asks for."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission:
    """The permission that an endpoint names."""
    permission: Permission = getattr(app.view_functions[endpoint], _MARK)
    return permission


def close_gate(app: Flask) -> None:
    """Check that every endpoint is marked, and ask at the gate before each request."""
    open_ends = sorted(e for e, view in app.view_functions.items() if not hasattr(view, _MARK))
    if open_ends:
        raise UngatedError(f"These endpoints name no permission: {', '.join(open_ends)}")
    app.before_request(_ask)


def current_actor() -> Actor:
    """The signed-in person, as services are handed them."""
    actor: Actor = current_user.actor
    return actor


def _ask() -> Response | None:
    if request.endpoint is None:
        return None  # no such address: the router answers 404, or 405
    permission = permission_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if permission is Permission.PUBLIC:
        return None
    if not current_user.is_authenticated:
        answer: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return answer
    if not current_actor().may(permission) and permission is not Permission.SIGNED_IN:
        abort(403)
    if current_user.must_change_password and request.endpoint not in _WITH_A_FIRST_PASSWORD:
        if problems.wanted():
            raise problems.FirstPasswordError
        return redirect(url_for("account.password"))
    return None
