"""Categories of workers, and the terms of each agency that supervises them."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import AgencyClosedError, NameTakenError, StaleError
from fieldapp.domain.permissions import Permission
from fieldapp.models.agencies import Agency, AgencyCategory, Category
from fieldapp.queries import agencies as queries
from fieldapp.services import categories as services
from fieldapp.services.agencies import check_branch
from fieldapp.web.forms.categories import CategoryForm, TermsForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("categories", __name__, url_prefix="/categories")


@bp.get("/")
@needs(Permission.CATEGORY_MANAGE)
def index() -> ResponseReturnValue:
    """List the categories, each with the agencies within reach that supervise it."""
    actor = current_actor()
    with reading() as session:
        return render_template(
            "categories/index.html",
            categories=queries.categories(session),
            terms=queries.terms_within_reach(session, actor),
            may_change=actor.reaches_all,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.CATEGORY_MANAGE)
def new() -> ResponseReturnValue:
    """Make a category."""
    check_branch(current_actor(), Permission.CATEGORY_MANAGE)
    form = CategoryForm()
    if not form.validate_on_submit():
        return render_template("categories/new.html", form=form)
    try:
        with transaction() as session:
            category = services.add(
                session, actor=current_actor(), name=form.name.data, now=now_utc()
            )
            category_id = category.id
    except NameTakenError as error:
        form.name.errors = [words.error_words(error)]
        return render_template("categories/new.html", form=form), error.status
    flash(_("%(name)s is saved. Now say which agencies supervise it.", name=form.name.data), "good")
    return redirect(url_for(".edit", category_id=category_id), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:category_id>", methods=["GET", "POST"])
@needs(Permission.CATEGORY_MANAGE)
def edit(category_id: UUID) -> ResponseReturnValue:
    """Rename a category or take it out of use, and lead to its terms."""
    actor = current_actor()
    with unit_of_work() as session:
        category = queries.category(session, category_id) or abort(404)
        form = CategoryForm(name=category.name, active=category.active)
        page = {
            "category": category,
            "form": form,
            "terms": queries.terms_within_reach(session, actor).get(category.id, []),
            "agencies": queries.agencies_within_reach(session, actor),
            "may_change": actor.reaches_all,
        }
        if not form.is_submitted():
            form.seen.data = services.face(category)
        if not form.validate_on_submit():
            return render_template("categories/edit.html", **page, stale=False)
        try:
            services.change(
                session,
                actor=actor,
                category=category,
                seen=form.seen.data,
                name=form.name.data,
                active=form.active.data,
                now=now_utc(),
            )
        except StaleError as error:
            form.seen.data = services.face(category)
            return render_template("categories/edit.html", **page, stale=True), error.status
        except NameTakenError as error:
            form.name.errors = [words.error_words(error)]
            return render_template("categories/edit.html", **page, stale=False), error.status
        flash(_("%(name)s is saved.", name=category.name), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.route("/<uuid:category_id>/agencies/<uuid:agency_id>", methods=["GET", "POST"])
@needs(Permission.CATEGORY_MANAGE)
def terms(category_id: UUID, agency_id: UUID) -> ResponseReturnValue:
    """Say how an agency's people of this category are insured."""
    actor = current_actor()
    with unit_of_work() as session:
        category = queries.category(session, category_id) or abort(404)
        agency = queries.agency_within_reach(session, actor, agency_id) or abort(404)
        row = queries.terms(session, agency.id, category.id)
        form = TermsForm()
        if not form.is_submitted():
            form.show(row)
            form.sees(agency.revision)
        if not form.validate_on_submit():
            return _terms(category, agency, row, form)
        try:
            services.set_terms(
                session,
                actor=actor,
                agency=agency,
                category=category,
                revision=form.seen_revision,
                terms=form.terms,
                now=now_utc(),
            )
        except StaleError as error:
            form.sees(agency.revision)
            return _terms(category, agency, row, form, stale=True), error.status
        except AgencyClosedError as error:
            text = words.error_words(error)
            return _terms(category, agency, row, form, problem=text), error.status
        flash(_("The terms of %(name)s are saved.", name=category.name), "good")
    return redirect(url_for(".edit", category_id=category_id), code=HTTPStatus.SEE_OTHER)


def _terms(
    category: Category,
    agency: Agency,
    row: AgencyCategory | None,
    form: TermsForm,
    *,
    stale: bool = False,
    problem: str = "",
) -> str:
    return render_template(
        "categories/terms.html",
        category=category,
        agency=agency,
        row=row,
        form=form,
        stale=stale,
        problem=problem,
        may_change=current_actor().reaches_all,
    )
