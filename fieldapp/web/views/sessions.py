"""Signing in and out."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.errors import TooManyAttemptsError
from fieldapp.domain.permissions import Permission
from fieldapp.services import sessions as services
from fieldapp.web import browsers
from fieldapp.web.forms.sessions import SignInForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.language import language_of_browser
from fieldapp.web.targets import safe_target

bp = Blueprint("sessions", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask who comes, and open a session of their own."""
    form = SignInForm(next=request.args.get("next", ""))
    target = safe_target(form.next.data) or url_for("home.index")
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target)
    if not form.validate_on_submit():
        return _asked(form, HTTPStatus.OK)
    settings: Settings = current_app.extensions["fieldapp.settings"]
    address = request.remote_addr or ""
    try:
        with transaction() as session:
            tried = services.attempt(
                session,
                username=form.username.data,
                address=address,
                last_session_id=browsers.last_session_id(),
                demo_allowed=not settings.production,
                now=now_utc(),
            )
    except TooManyAttemptsError as error:
        text, headers = words.error_words(error), {"Retry-After": str(error.facts["wait"])}
        page, status = _asked(form, HTTPStatus.TOO_MANY_REQUESTS, problem=text)
        return page, status, headers
    # Outside of a transaction: it is slow on purpose, and others write meanwhile.
    proof = services.prove(tried, form.password.data)
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        opened = services.conclude(
            session,
            tried=tried,
            proof=proof,
            token=token,
            address=address,
            agent=request.user_agent.string,
            now=now_utc(),
        )
        session_id = opened.id if opened else None
    if session_id is None:
        text = _("User name and password do not belong together. Check both and try again.")
        return _asked(form, HTTPStatus.UNPROCESSABLE_ENTITY, problem=text)
    _leave_session_before()
    cookie["_user_id"] = token
    cookie["_fresh"] = True
    answer = redirect(target, code=HTTPStatus.SEE_OTHER)
    browsers.remember(answer, session_id)
    return answer


@bp.post("/sign-out")
@needs(Permission.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session, for good."""
    _leave_session_before()
    with force_locale(language_of_browser()):
        flash(_("You have signed out."), "good")
    return redirect(url_for(".sign_in"), code=HTTPStatus.SEE_OTHER)


def _leave_session_before() -> None:
    """End the session of this browser, if any, and forget all that its cookie held."""
    if current_user.is_authenticated:
        with transaction() as session:
            services.close_session(
                session, actor=current_actor(), session_id=current_user.session_id, now=now_utc()
            )
    cookie.clear()


def _asked(form: SignInForm, status: HTTPStatus, problem: str = "") -> tuple[str, int]:
    return render_template("sessions/sign_in.html", form=form, problem=problem), status
