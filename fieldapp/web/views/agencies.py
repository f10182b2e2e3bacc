"""Agencies: everybody who administers sees those within reach, the branch changes them."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import AgencyInUseError, NameTakenError, OneBranchError, StaleError
from fieldapp.domain.permissions import Permission
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.queries import agencies as queries
from fieldapp.services import agencies as services
from fieldapp.web.forms.agencies import AgencyForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("agencies", __name__, url_prefix="/agencies")


@bp.get("/")
@needs(Permission.AGENCY_MANAGE)
def index() -> ResponseReturnValue:
    """List the agencies within reach."""
    actor = current_actor()
    with reading() as session:
        return render_template(
            "agencies/index.html",
            agencies=queries.agencies_within_reach(session, actor),
            users=queries.users_by_agency(session),
            may_change=actor.reaches_all,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.AGENCY_MANAGE)
def new() -> ResponseReturnValue:
    """Make an agency."""
    services.check_branch(current_actor(), Permission.AGENCY_MANAGE)
    form = AgencyForm()
    form.offer(AgencyKind.OPD, AgencyKind.CITY_COMPANY)
    if not form.validate_on_submit():
        return render_template("agencies/new.html", form=form)
    try:
        with transaction() as session:
            services.add(
                session,
                actor=current_actor(),
                name=form.name.data,
                kind=form.chosen_kind,
                now=now_utc(),
            )
    except NameTakenError as error:
        form.name.errors = [words.error_words(error)]
        return render_template("agencies/new.html", form=form), error.status
    flash(_("%(name)s is saved.", name=form.name.data), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:agency_id>", methods=["GET", "POST"])
@needs(Permission.AGENCY_MANAGE)
def edit(agency_id: UUID) -> ResponseReturnValue:
    """Show an agency, and change its name and kind."""
    with unit_of_work() as session:
        agency = _within_reach(session, agency_id)
        form = AgencyForm(name=agency.name, kind=agency.kind.value)
        if agency.is_branch:
            form.offer(AgencyKind.BRANCH)
        else:
            form.offer(AgencyKind.OPD, AgencyKind.CITY_COMPANY)
        if not form.is_submitted():
            form.sees(agency.revision)
        if not form.validate_on_submit():
            return _edited(agency, form)
        try:
            services.change(
                session,
                actor=current_actor(),
                agency=agency,
                revision=form.seen_revision,
                name=form.name.data,
                kind=form.chosen_kind,
                now=now_utc(),
            )
        except StaleError as error:
            form.sees(agency.revision)
            return _edited(agency, form, stale=True), error.status
        except NameTakenError as error:
            form.name.errors = [words.error_words(error)]
            return _edited(agency, form), error.status
        flash(_("%(name)s is saved.", name=agency.name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:agency_id>/close", methods=["GET", "POST"])
@needs(Permission.AGENCY_MANAGE)
def close(agency_id: UUID) -> ResponseReturnValue:
    """Ask, then close an agency."""
    with unit_of_work() as session:
        agency = _within_reach(session, agency_id)
        if request.method == "GET":
            return render_template("agencies/close.html", agency=agency, problem="")
        try:
            services.close(session, actor=current_actor(), agency=agency, now=now_utc())
        except (AgencyInUseError, OneBranchError) as error:
            text = words.error_words(error)
            page = render_template("agencies/close.html", agency=agency, problem=text)
            return page, error.status
        flash(_("%(name)s is closed.", name=agency.name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:agency_id>/reopen")
@needs(Permission.AGENCY_MANAGE)
def reopen(agency_id: UUID) -> ResponseReturnValue:
    """Open a closed agency again."""
    with transaction() as session:
        agency = _within_reach(session, agency_id)
        services.reopen(session, actor=current_actor(), agency=agency, now=now_utc())
        flash(_("%(name)s is open again.", name=agency.name), "good")
    return redirect(url_for(".edit", agency_id=agency_id), code=HTTPStatus.SEE_OTHER)


def _within_reach(session: Session, agency_id: UUID) -> Agency:
    return queries.agency_within_reach(session, current_actor(), agency_id) or abort(404)


def _edited(agency: Agency, form: AgencyForm, *, stale: bool = False) -> str:
    return render_template(
        "agencies/edit.html",
        agency=agency,
        form=form,
        stale=stale,
        terms=sorted(agency.categories, key=lambda row: row.category.name),
        may_change=current_actor().reaches_all,
    )
