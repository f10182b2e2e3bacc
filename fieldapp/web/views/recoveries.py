"""Forgotten PINs: a supervisor lets a colleague's phone open again, or does not."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.recoveries import EscrowBrokenError, RecoveryState, WrongCheckError, state_at
from fieldapp.queries import recoveries as queries
from fieldapp.services import recoveries as services
from fieldapp.web.forms.recoveries import CheckForm
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("recoveries", __name__, url_prefix="/devices/recoveries")


@bp.get("/")
@needs(Permission.DEVICE_RECOVER)
def index() -> ResponseReturnValue:
    """Who has forgotten a PIN, those who wait first."""
    with reading() as session:
        return _page(session, None)


@bp.post("/<uuid:recovery_id>/approve")
@needs(Permission.DEVICE_RECOVER)
def approve(recovery_id: UUID) -> ResponseReturnValue:
    """Let a phone open again."""
    form = _form(recovery_id)
    if not form.validate_on_submit():
        with reading() as session:
            queries.recovery(session, current_actor(), recovery_id) or abort(404)
            return _page(session, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as session:
            row = queries.recovery(session, current_actor(), recovery_id) or abort(404)
            name = row.user.name
            services.approve(
                session, actor=current_actor(), row=row, typed=form.check.data, now=now_utc()
            )
    except (WrongCheckError, EscrowBrokenError) as error:
        form.check.errors = [words.error_words(error)]
        with reading() as session:
            return _page(session, form), error.status
    flash(_("The phone of %(name)s may open again.", name=name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:recovery_id>/refuse")
@needs(Permission.DEVICE_RECOVER)
def refuse(recovery_id: UUID) -> ResponseReturnValue:
    """Leave a phone shut."""
    with transaction() as session:
        row = queries.recovery(session, current_actor(), recovery_id) or abort(404)
        services.refuse(session, actor=current_actor(), row=row, now=now_utc())
        flash(_("The phone of %(name)s stays shut.", name=row.user.name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


def _form(recovery_id: UUID) -> CheckForm:
    return CheckForm(prefix=str(recovery_id))


def _page(session: Session, sent: CheckForm | None) -> str:
    actor, now = current_actor(), now_utc()
    rows = [(row, state_at(row.state, row.asked_at, now)) for row in queries.newest(session, actor)]
    waiting = [row for row, state in rows if state is RecoveryState.WAITING]
    forms = {row.id: _form(row.id) for row in waiting}
    if sent is not None:
        forms |= {id_: sent for id_ in forms if sent.check.name.startswith(str(id_))}
    return render_template(
        "recoveries/index.html",
        waiting=waiting,
        past=[(row, state) for row, state in rows if state is not RecoveryState.WAITING],
        forms=forms,
        own=actor.id,
    )
