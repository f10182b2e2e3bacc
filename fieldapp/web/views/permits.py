"""The permit counter: find the company, check it, put the result on paper; override by two."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permit_codes import read_code, read_number
from fieldapp.domain.permits import Shortfall, judge
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.wita import day_of
from fieldapp.jobs import permit_papers
from fieldapp.models.permits import PermitCheck
from fieldapp.queries import companies as company_queries
from fieldapp.queries import permits as queries
from fieldapp.services import permits as services
from fieldapp.web.arguments import uuid
from fieldapp.web.demands import demands
from fieldapp.web.forms.permits import OverrideForm, PermitForm
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.unit import unit_of_work

bp = Blueprint("permits", __name__, url_prefix="/permits")

SHOWN = 20


@bp.get("/")
@needs(Permission.PERMIT_VIEW)
def index() -> ResponseReturnValue:
    """Search by name, NIB, NPP, or the number or code of an earlier check."""
    actor = current_actor()
    text = request.args.get("q", "").strip()[:300]
    with reading() as session:
        if text and (known := _check_meant(session, text)) is not None:
            return redirect(url_for(".show", check_id=known))
        found = company_queries.search(session, actor, text, limit=SHOWN) if text else ()
        recent, _more = queries.checks_page(session, actor, unsettled=False, after=None, rows=5)
        return render_template(
            "permits/index.html",
            text=text,
            found=found,
            recent=recent,
            area_name=words.area_name,
        )


@bp.get("/checks")
@needs(Permission.PERMIT_VIEW)
def checks() -> ResponseReturnValue:
    """Every check, or only those that nobody has let pass."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    unsettled = request.args.get("show") == "not_fit"
    after = uuid(request.args.get("after"))
    show = "not_fit" if unsettled else None
    with reading() as session:
        rows, more = queries.checks_page(
            session, current_actor(), unsettled=unsettled, after=after, rows=settings.page_rows
        )
        return render_template(
            "permits/checks.html",
            rows=rows,
            unsettled=unsettled,
            first=url_for(".checks", show=show) if after else None,
            next=url_for(".checks", show=show, after=rows[-1].id) if more else None,
        )


@bp.route("/companies/<uuid:company_id>", methods=["GET", "POST"])
@needs(Permission.COMPANY_CHECK)
def check(company_id: UUID) -> ResponseReturnValue:
    """How a company stands now; checking records it."""
    actor, now, form = current_actor(), now_utc(), PermitForm()
    form.offer()
    settings: Settings = current_app.extensions["fieldapp.settings"]
    with unit_of_work() as session:
        row = company_queries.company(session, actor, company_id) or abort(404)
        row = company_queries.living(session, row)
        if form.validate_on_submit():
            made = services.check(
                session,
                actor=actor,
                company=row,
                permit_type=form.chosen_type,
                application=form.application.data,
                demands=demands(),
                valid_days=settings.permit_valid_days,
                now=now,
            )
            target = url_for(".show", check_id=made.id)
        else:
            facts = queries.facts_of(session, row, today=day_of(now))
            return render_template(
                "permits/check.html",
                row=row,
                form=form,
                facts=facts,
                area=words.area_name(row.area_code),
                held=words.programme_words(facts.programmes) if facts.programmes else "",
                judgement=judge(facts, demands()),
                reason_words=words.reason_words,
            )
    return redirect(target, code=HTTPStatus.SEE_OTHER)


@bp.get("/<uuid:check_id>")
@needs(Permission.PERMIT_VIEW)
def show(check_id: UUID) -> ResponseReturnValue:
    """What a check said, by which facts and rules."""
    with reading() as session:
        return _shown(_within_reach(queries.check(session, current_actor(), check_id)))


@bp.post("/<uuid:check_id>/override")
@needs(Permission.PERMIT_OVERRIDE)
def override(check_id: UUID) -> ResponseReturnValue:
    """Let a company pass, with a reason; never after one's own check."""
    form = OverrideForm()
    with transaction() as session:
        row = _within_reach(queries.check(session, current_actor(), check_id))
        if not form.validate_on_submit():
            return _shown(row, form), HTTPStatus.UNPROCESSABLE_ENTITY
        services.override(
            session, actor=current_actor(), check=row, reason=form.reason.data, now=now_utc()
        )
        flash(_("The company may pass. Your name and reason stand on the result."), "good")
    return redirect(url_for(".show", check_id=check_id), code=HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:check_id>.pdf")
@needs(Permission.PERMIT_VIEW)
def paper(check_id: UUID) -> ResponseReturnValue:
    """The result on paper."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        row = _within_reach(queries.check(session, actor, check_id))
        content = permit_papers.permit_result(
            row, issuer=settings.city, base=settings.card_url or request.host_url
        )
        services.printed(
            session, actor=actor, check_id=row.id, digest=sha256(content).digest(), now=now
        )
        name = f"{row.number}.pdf"
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _shown(row: PermitCheck, form: OverrideForm | None = None) -> str:
    actor = current_actor()
    may_override = (
        actor.may(Permission.PERMIT_OVERRIDE) and not row.fit and row.checked_by != actor.id
    )
    return render_template(
        "permits/show.html",
        row=row,
        reasons=[words.reason_words(Shortfall.from_row(each)) for each in row.reasons],
        form=form or OverrideForm(formdata=None),
        may_override=may_override,
        expired=row.valid_until < day_of(now_utc()),
    )


def _check_meant(session: Session, text: str) -> UUID | None:
    """The check of a number that was typed, or of a code that was scanned, if it is in reach."""
    actor = current_actor()
    if number := read_number(text):
        found = queries.check_by_number(session, actor, number)
        return found.id if found else None
    try:
        scanned = queries.check_by_code(session, read_code(text))
    except UnreadableError:
        return None
    reached = queries.check(session, actor, scanned.id) if scanned else None
    return reached.id if reached else None


def _within_reach(row: PermitCheck | None) -> PermitCheck:
    return row or abort(404)
