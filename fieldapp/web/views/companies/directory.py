"""Partner companies: found, kept, shown, changed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import (
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading
from fieldapp.domain.companies import AREAS, NibTakenError, read_company
from fieldapp.domain.contributions import REQUIRED_OF_PU
from fieldapp.domain.errors import StaleError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permits import judge
from fieldapp.domain.vocabulary import Scale
from fieldapp.domain.wita import day_of
from fieldapp.models.companies import Company
from fieldapp.queries import agencies as agency_queries
from fieldapp.queries import companies as queries
from fieldapp.queries import permits as permit_queries
from fieldapp.queries import warning_letters as letter_queries
from fieldapp.services import companies as services
from fieldapp.web.arguments import member, uuid
from fieldapp.web.demands import demands
from fieldapp.web.forms.companies import CompanyForm, JudgeForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work
from fieldapp.web.views.companies.blueprint import (
    SHOWN,
    bp,
    company_within_reach,
    open_agencies,
)


@bp.get("/")
@needs(Permission.COMPANY_VIEW)
def index() -> ResponseReturnValue:
    """List and search companies; papers that wait for this reader stand above."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    actor = current_actor()
    wanted = queries.Criteria(
        text=request.args.get("q", "").strip()[:120],
        area_code=request.args.get("area", "") if request.args.get("area") in AREAS else "",
        scale=member(Scale, request.args.get("scale")),
        agency_id=uuid(request.args.get("agency")),
    )
    after = uuid(request.args.get("after"))
    with reading() as session:
        rows, more = queries.page(session, actor, wanted, after=after, rows=settings.page_rows)
        waiting = (
            queries.waiting_papers(session, actor, limit=SHOWN)
            if actor.may(Permission.COMPANY_VERIFY) and not after and not wanted.text
            else ()
        )
        return render_template(
            "companies/index.html",
            rows=rows,
            wanted=wanted,
            waiting=waiting,
            areas=[(code, words.area_name(code)) for code in AREAS],
            scales=list(Scale),
            agencies=agency_queries.agencies_within_reach(session, actor),
            area_name=words.area_name,
            first=url_for(".index", **_kept()) if after else None,
            next=url_for(".index", **_kept(), after=rows[-1].id) if more else None,
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def new() -> ResponseReturnValue:
    """Keep a company; those that look alike are shown first, and saving again is meant."""
    actor, form = current_actor(), CompanyForm()
    with unit_of_work() as session:
        form.offer(open_agencies(session))
        if not form.validate_on_submit():
            return render_template("companies/edit.html", form=form, row=None, alike=())
        entries = read_company(form.typed())
        if "name" in entries.errors:
            form.tell(form.typed())
            return render_template("companies/edit.html", form=form, row=None, alike=()), 422
        if form.revision.data != "seen":
            alike = queries.look_alikes(
                session,
                actor,
                name=entries.values["name"],
                npp=entries.values["npp"],
                besides=None,
            )
            if alike:
                form.revision.data = "seen"
                return render_template("companies/edit.html", form=form, row=None, alike=alike)
        try:
            row = services.add(
                session,
                actor=actor,
                agency_id=form.chosen_agency_id,
                entries=entries,
                now=now_utc(),
            )
        except NibTakenError as error:
            return _nib_taken(form, None, error)
        flash(_("%(name)s is saved.", name=row.name), "good")
        target = url_for(".edit" if entries.unread else ".show", company_id=row.id)
    return redirect(target, code=HTTPStatus.SEE_OTHER)


@bp.get("/<uuid:company_id>")
@needs(Permission.COMPANY_VIEW)
def show(company_id: UUID) -> ResponseReturnValue:
    """A company: what is known, what is missing, its papers, checks and letters."""
    actor, now = current_actor(), now_utc()
    with reading() as session:
        row = company_within_reach(session, company_id)
        if row.merged_into_id is not None:
            return redirect(url_for(".show", company_id=row.merged_into_id))
        ids = queries.family_ids(session, row.id)
        facts = permit_queries.facts_of(session, row, today=day_of(now))
        return render_template(
            "companies/show.html",
            row=row,
            facts=facts,
            judgement=judge(facts, demands()),
            reason_words=words.reason_words,
            required=words.programme_words(REQUIRED_OF_PU[row.scale]) if row.scale else "",
            held=words.programme_words(facts.programmes) if facts.programmes else "",
            area=words.area_name(row.area_code),
            unread=[words.company_field_label(name) for name in row.unread or ()],
            papers=queries.papers(session, ids),
            merges=queries.merges(session, row.id),
            checks=permit_queries.checks_of(session, actor, ids, limit=SHOWN)
            if actor.may(Permission.PERMIT_VIEW)
            else (),
            letters=letter_queries.letters_of(session, row.id),
            judge_form=JudgeForm(),
        )


@bp.route("/<uuid:company_id>/edit", methods=["GET", "POST"])
@needs(Permission.COMPANY_EDIT)
def edit(company_id: UUID) -> ResponseReturnValue:
    """Change what is known of a company."""
    actor, form = current_actor(), CompanyForm()
    del form.agency_id
    with unit_of_work() as session:
        row = company_within_reach(session, company_id)
        if row.merged_into_id is not None:
            return redirect(url_for(".show", company_id=row.merged_into_id))
        form.offer_lists()
        if not form.is_submitted():
            form.sees(row.revision)
            form.show(row)
        if not form.validate_on_submit():
            return render_template("companies/edit.html", form=form, row=row, alike=())
        entries = read_company(form.typed())
        if "name" in entries.errors:
            form.tell(form.typed())
            return render_template("companies/edit.html", form=form, row=row, alike=()), 422
        try:
            services.change(
                session,
                actor=actor,
                row=row,
                revision=form.seen_revision,
                entries=entries,
                now=now_utc(),
            )
        except StaleError as error:
            form.sees(row.revision)
            page = render_template("companies/edit.html", form=form, row=row, alike=(), stale=True)
            return page, error.status
        except NibTakenError as error:
            return _nib_taken(form, row, error)
        if entries.unread:
            form.sees(row.revision)
            form.tell(entries.unread)
            flash(_("Saved. What is marked below could not be read and is kept as typed."), "warn")
            return render_template("companies/edit.html", form=form, row=row, alike=())
        flash(_("%(name)s is saved.", name=row.name), "good")
    return redirect(url_for(".show", company_id=company_id), code=HTTPStatus.SEE_OTHER)


def _nib_taken(form: CompanyForm, row: Company | None, error: NibTakenError) -> ResponseReturnValue:
    form.nib.errors = [words.error_words(error)]
    other = error.facts["company_id"]
    page = render_template("companies/edit.html", form=form, row=row, alike=(), taken=other)
    return page, error.status


def _kept() -> dict[str, Any]:
    names = ("q", "area", "scale", "agency")
    return {name: request.args[name] for name in names if request.args.get(name)}
