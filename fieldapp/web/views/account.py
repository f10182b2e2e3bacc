"""What people do with their own account: password, and where they are signed in."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.devices import device_of
from fieldapp.domain.errors import PasswordRefusedError, WrongPasswordError
from fieldapp.domain.passwords import strength
from fieldapp.domain.permissions import Permission
from fieldapp.queries import users as queries
from fieldapp.services import sessions as sessions_services
from fieldapp.services import users as services
from fieldapp.web.forms.account import PasswordForm
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.route("/password", methods=["GET", "POST"])
@needs(Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    """Change the password; a first one must be changed before anything else."""
    form = PasswordForm()
    form.username.data = current_user.username
    if not form.validate_on_submit():
        return render_template("account/password.html", form=form)
    try:
        with transaction() as session:
            services.choose_password(
                session,
                actor=current_actor(),
                present=form.present.data,
                new=form.new.data,
                session_id=current_user.session_id,
                now=now_utc(),
            )
    except WrongPasswordError as error:
        form.present.errors = [words.error_words(error)]
        return render_template("account/password.html", form=form), error.status
    except PasswordRefusedError as error:
        form.new.errors = [words.error_words(error)]
        return render_template("account/password.html", form=form), error.status
    flash(
        _(
            "Your password is changed; it is %(strength)s. Other devices have to sign in again.",
            strength=words.label(strength(form.new.data)),
        ),
        "good",
    )
    return redirect(url_for("home.index"), code=HTTPStatus.SEE_OTHER)


@bp.get("/sessions")
@needs(Permission.SIGNED_IN)
def sessions() -> ResponseReturnValue:
    """Where one is signed in now."""
    limits: sessions_services.Limits = current_app.extensions["fieldapp.session_limits"]
    now = now_utc()
    with reading() as session:
        rows = queries.open_sessions(
            session,
            current_actor(),
            seen_since=now - limits.idle,
            created_since=now - limits.whole,
        )
        return render_template(
            "account/sessions.html", sessions=[(row, device_of(row.agent)) for row in rows]
        )


@bp.post("/sessions/<uuid:session_id>/end")
@needs(Permission.SIGNED_IN)
def end_session(session_id: UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with transaction() as session:
        sessions_services.close_session(
            session, actor=current_actor(), session_id=session_id, now=now_utc()
        )
    flash(_("That device is signed out."), "good")
    return redirect(url_for(".sessions"), code=HTTPStatus.SEE_OTHER)


@bp.post("/sessions/end-others")
@needs(Permission.SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    with transaction() as session:
        ended = sessions_services.close_others(
            session, actor=current_actor(), kept_id=current_user.session_id, now=now_utc()
        )
    flash(ngettext("One device is signed out.", "%(num)s devices are signed out.", ended), "good")
    return redirect(url_for(".sessions"), code=HTTPStatus.SEE_OTHER)
