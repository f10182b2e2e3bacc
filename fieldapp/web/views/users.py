"""Accounts, for administrators: of their own agency, or of all for the branch."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import (
    AgencyClosedError,
    FieldError,
    LastAdminError,
    NameTakenError,
    OwnAccountError,
    StaleError,
    UsernameError,
)
from fieldapp.domain.first_password import first_password
from fieldapp.domain.permissions import Permission, Role
from fieldapp.models.agencies import Agency
from fieldapp.models.users import User
from fieldapp.queries import agencies as agency_queries
from fieldapp.queries import users as queries
from fieldapp.services import users as services
from fieldapp.web.arguments import member, uuid
from fieldapp.web.forms.users import NewUserForm, UserForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("users", __name__, url_prefix="/users")

_STATES = {"": True, "closed": False, "all": None}


@bp.get("/")
@needs(Permission.USER_MANAGE)
def index() -> ResponseReturnValue:
    """List accounts."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    actor = current_actor()
    wanted = queries.UserFilter(
        text=request.args.get("q", ""),
        role=member(Role, request.args.get("role")),
        agency_id=uuid(request.args.get("agency")),
        active=_STATES.get(request.args.get("state", ""), True),
    )
    after = uuid(request.args.get("after"))
    with reading() as session:
        users, more = queries.users_page(
            session, actor, wanted, after=after, rows=settings.page_rows
        )
        return render_template(
            "users/index.html",
            users=users,
            wanted=wanted,
            agencies=agency_queries.agencies_within_reach(session, actor),
            roles=list(Role),
            first=url_for(".index", **_kept()) if after else None,
            next=url_for(".index", **_kept(), after=users[-1].id) if more else None,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.USER_MANAGE)
def new() -> ResponseReturnValue:
    """Make an account, and show its first password once."""
    actor = current_actor()
    form = NewUserForm()
    with unit_of_work() as session:
        form.offer(_open_agencies(session))
        if not form.validate_on_submit():
            return render_template("users/new.html", form=form)
        password = first_password(secrets.choice)
        try:
            user = services.add(
                session,
                actor=actor,
                username=form.username.data,
                name=form.name.data,
                role=form.chosen_role,
                agency=services.agency_by_id(session, form.chosen_agency_id),
                password=password,
                now=now_utc(),
            )
        except (NameTakenError, UsernameError) as error:
            form.username.errors = [words.error_words(error)]
            return render_template("users/new.html", form=form), error.status
        return render_template("users/first_password.html", user=user, password=password)


@bp.route("/<uuid:user_id>", methods=["GET", "POST"])
@needs(Permission.USER_MANAGE)
def edit(user_id: UUID) -> ResponseReturnValue:
    """Change name, role and agency of an account."""
    with unit_of_work() as session:
        user = _within_reach(session, user_id)
        form = UserForm()
        form.offer(_open_agencies(session, besides=user.agency))
        if not form.is_submitted():
            form.show(user)
            form.sees(user.revision)
        if not form.validate_on_submit():
            return _edited(user, form)
        try:
            services.change(
                session,
                actor=current_actor(),
                user=user,
                revision=form.seen_revision,
                name=form.name.data,
                role=form.chosen_role,
                agency=services.agency_by_id(session, form.chosen_agency_id),
                now=now_utc(),
            )
        except StaleError as error:
            form.sees(user.revision)
            return _edited(user, form, stale=True), error.status
        except (OwnAccountError, LastAdminError, AgencyClosedError) as error:
            return _edited(user, form, problem=words.error_words(error)), error.status
        flash(_("%(name)s is saved.", name=user.name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:user_id>/close", methods=["GET", "POST"])
@needs(Permission.USER_MANAGE)
def close(user_id: UUID) -> ResponseReturnValue:
    """Ask, then close an account and end its sessions."""
    with unit_of_work() as session:
        user = _within_reach(session, user_id)
        if request.method == "GET":
            return render_template("users/close.html", user=user)
        try:
            services.close(session, actor=current_actor(), user=user, now=now_utc())
        except (OwnAccountError, LastAdminError) as error:
            return _refused(user, error)
        flash(_("The account of %(name)s is closed.", name=user.name), "good")
    return redirect(url_for(".edit", user_id=user_id), code=HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:user_id>/reopen")
@needs(Permission.USER_MANAGE)
def reopen(user_id: UUID) -> ResponseReturnValue:
    """Open a closed account again."""
    with transaction() as session:
        user = _within_reach(session, user_id)
        try:
            services.reopen(session, actor=current_actor(), user=user, now=now_utc())
        except AgencyClosedError as error:
            return _refused(user, error)
        flash(_("The account of %(name)s is open again.", name=user.name), "good")
    return redirect(url_for(".edit", user_id=user_id), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:user_id>/reset-password", methods=["GET", "POST"])
@needs(Permission.USER_MANAGE)
def reset_password(user_id: UUID) -> ResponseReturnValue:
    """Ask, then give a new first password and show it once."""
    with unit_of_work() as session:
        user = _within_reach(session, user_id)
        if request.method == "GET":
            return render_template("users/reset_password.html", user=user)
        password = first_password(secrets.choice)
        try:
            services.reset_password(
                session, actor=current_actor(), user=user, password=password, now=now_utc()
            )
        except OwnAccountError as error:
            return _refused(user, error)
        return render_template("users/first_password.html", user=user, password=password)


def _within_reach(session: Session, user_id: UUID) -> User:
    return queries.user_within_reach(session, current_actor(), user_id) or abort(404)


def _open_agencies(session: Session, besides: Agency | None = None) -> Sequence[Agency]:
    found = agency_queries.agencies_within_reach(session, current_actor())
    return [agency for agency in found if agency.active or agency is besides]


def _edited(user: User, form: UserForm, *, stale: bool = False, problem: str = "") -> str:
    return render_template(
        "users/edit.html",
        user=user,
        form=form,
        stale=stale,
        problem=problem,
        own=user.id == current_actor().id,
    )


def _refused(user: User, error: FieldError) -> ResponseReturnValue:
    form = UserForm(formdata=None)
    form.offer([user.agency])
    form.show(user)
    form.sees(user.revision)
    return _edited(user, form, problem=words.error_words(error)), error.status


def _kept() -> dict[str, Any]:
    names = ("q", "role", "agency", "state")
    return {name: request.args[name] for name in names if request.args.get(name)}
