"""Tokens of the API, for administrators: made, shown once, taken back."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.api_tokens import Scope
from fieldapp.domain.permissions import Permission
from fieldapp.services import api_tokens as services
from fieldapp.web.forms.tokens import TokenForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("tokens", __name__, url_prefix="/tokens")


@bp.get("/")
@needs(Permission.API_TOKEN_MANAGE)
def index() -> ResponseReturnValue:
    """Every token: whom it acts for, until when, when it was last used."""
    with reading() as session:
        rows = services.tokens(session, current_actor())
        return render_template("tokens/index.html", rows=rows, now=now_utc(), scope=Scope)


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.API_TOKEN_MANAGE)
def new() -> ResponseReturnValue:
    """Make a token, and show it once."""
    actor, form = current_actor(), TokenForm()
    with unit_of_work() as session:
        people = services.holders(session, actor)
        form.offer(people)
        if not form.validate_on_submit():
            return render_template("tokens/new.html", form=form)
        row, text = services.add(
            session,
            actor=actor,
            name=form.name.data,
            scopes=[Scope(each) for each in form.scopes.data],
            user=next(user for user in people if user.id == form.chosen_user_id),
            days=form.days.data,
            now=now_utc(),
        )
        return render_template("tokens/made.html", row=row, text=text)


@bp.post("/<uuid:token_id>/revoke")
@needs(Permission.API_TOKEN_MANAGE)
def revoke(token_id: UUID) -> ResponseReturnValue:
    """Take a token back, at once and for good."""
    with transaction() as session:
        row = services.token(session, current_actor(), token_id) or abort(404)
        services.revoke(session, actor=current_actor(), row=row, now=now_utc())
        flash(_("The token is revoked. It opens nothing any more."), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)
