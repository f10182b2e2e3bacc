"""Who is at the browser: the cookie's token against the session rows (Flask-Login)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, flash, jsonify, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin
from werkzeug.wrappers import Response

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission, Role
from fieldapp.queries import users as queries
from fieldapp.services import sessions as services
from fieldapp.web import held, problems

if TYPE_CHECKING:
    from config import Settings


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """A signed-in person, in plain values: nothing of it depends on a database session."""

    actor: Actor
    session_id: UUID
    token: str
    username: str
    language: str
    must_change_password: bool

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def role(self) -> Role:
        return self.actor.role

    @property
    def agency_name(self) -> str:
        return self.actor.agency_name

    def may(self, permission: str) -> bool:
        """For templates: whether to show what leads to a page that asks for the permission."""
        return self.actor.may(Permission(permission))

    def get_id(self) -> str:
        return self.token


def welcome_visitors(app: Flask, settings: Settings) -> None:
    """Load the visitor of each request; send those without a session to the sign-in page."""
    manager = LoginManager(app)
    manager.session_protection = None  # our own rows say when a session ends
    limits = services.Limits(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours),
    )
    app.extensions["fieldapp.session_limits"] = limits

    @manager.user_loader
    def load(token: str) -> Visitor | None:
        now = now_utc()
        with reading() as db_session:
            found = queries.session_of_token(db_session, services.token_hash(token))
            if found is None or not services.alive(found, limits=limits, now=now):
                return None
            user = found.user
            visitor = Visitor(
                actor=user.as_actor(),
                session_id=found.id,
                token=token,
                username=user.username,
                language=user.language,
                must_change_password=user.must_change_password,
            )
            stale = services.wants_touch(found, now=now)
        if stale:
            with transaction() as db_session:
                services.touch(db_session, visitor.session_id, now=now)
        return visitor

    @manager.unauthorized_handler
    def ask_to_sign_in() -> Response:
        return _ask_to_sign_in()


def _ask_to_sign_in() -> Response:
    """Lead to the sign-in page and back; a form that was sent meanwhile is kept."""
    if problems.wanted():
        return problems.signed_out()
    ended = session.pop("_user_id", None) is not None
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(error="signed_out", sign_in=url_for("sessions.sign_in"))
        answer.status_code = HTTPStatus.UNAUTHORIZED
        return answer
    held_id = held.hold_form_of_request()
    if held_id is not None:
        flash(
            _(
                "Your session has ended, but what you typed is kept. Sign in again and it is "
                "shown; photos and files have to be chosen once more."
            ),
            "warn",
        )
        return redirect(_sign_in(_with_held_form(request.path, held_id)))
    if ended:
        flash(_("Your session has ended. Please sign in again."), "info")
    if request.method == "GET":
        return redirect(_sign_in(request.full_path.rstrip("?")))
    return redirect(_sign_in(request.path if held.shows_a_page(request.path) else "/"))


def _sign_in(target: str) -> str:
    return url_for("sessions.sign_in", next=None if target == "/" else target)


def _with_held_form(path: str, held_id: UUID) -> str:
    """The page that shows a held form again."""
    return f"{path}?{urlencode({held.ARGUMENT: held_id})}"
