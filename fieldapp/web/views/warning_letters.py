"""Written warnings: issued, printed, delivered, answered; and the list for BPJS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
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
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import FieldError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.permits import Shortfall
from fieldapp.domain.warning_letters import NextStep, due_on, letter_state, next_step
from fieldapp.domain.wita import day_of
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.jobs import warning_papers
from fieldapp.models.warning_letters import WarningLetter
from fieldapp.queries import companies as company_queries
from fieldapp.queries import warning_letters as queries
from fieldapp.services import audit
from fieldapp.services import warning_letters as services
from fieldapp.services.work_calendar import work_calendar
from fieldapp.web.demands import demands
from fieldapp.web.forms.warning_letters import LetterForm
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("warning_letters", __name__, url_prefix="/warnings")


@bp.get("/")
@needs(Permission.COMPANY_WARN)
def index() -> ResponseReturnValue:
    """Open series and what each asks for next; those due for notice to BPJS first."""
    today = day_of(now_utc())
    with reading() as session:
        rows = queries.open_letters(session, current_actor())
        calendar = _calendar(session, today)
        steps = {row.id: next_step(row.facts, today=today, calendar=calendar) for row in rows}
        return render_template(
            "warning_letters/index.html",
            rows=[row for row in rows if steps[row.id] is not NextStep.NOTIFY],
            due=[row for row in rows if steps[row.id] is NextStep.NOTIFY],
            steps=steps,
            ends={row.id: due_on(row.delivered_on, calendar) for row in rows if row.delivered_on},
        )


@bp.post("/companies/<uuid:company_id>")
@needs(Permission.COMPANY_WARN)
def issue(company_id: UUID) -> ResponseReturnValue:
    """Issue the letter that follows now."""
    now = now_utc()
    with transaction() as session:
        company = company_queries.company(session, current_actor(), company_id) or abort(404)
        try:
            row = services.issue(
                session,
                actor=current_actor(),
                company=company,
                demands=demands(),
                calendar=_calendar(session, day_of(now)),
                now=now,
            )
        except FieldError as error:
            flash(str(words.error_words(error)), "error")
            return redirect(
                url_for("companies.show", company_id=company_id), code=HTTPStatus.SEE_OTHER
            )
        flash(_("The letter is issued. Print it and have it delivered."), "good")
        target = url_for(".show", letter_id=row.id)
    return redirect(target, code=HTTPStatus.SEE_OTHER)


@bp.get("/<uuid:letter_id>")
@needs(Permission.COMPANY_WARN)
def show(letter_id: UUID) -> ResponseReturnValue:
    """One letter: why, where it stands, what follows."""
    with reading() as session:
        return _shown(session, _within_reach(session, letter_id))


@bp.post("/<uuid:letter_id>/deliver")
@needs(Permission.COMPANY_WARN)
def deliver(letter_id: UUID) -> ResponseReturnValue:
    """Note who received it and when."""

    def deed(session: Session, row: WarningLetter, on: date, text: str) -> None:
        services.deliver(session, actor=current_actor(), row=row, on=on, to=text, now=now_utc())

    return _noted(letter_id, deed, _("The delivery is noted. Ten working days have begun."))


@bp.post("/<uuid:letter_id>/answer")
@needs(Permission.COMPANY_WARN)
def answer(letter_id: UUID) -> ResponseReturnValue:
    """Note what the company answered."""

    def deed(session: Session, row: WarningLetter, on: date, text: str) -> None:
        services.answer(session, actor=current_actor(), row=row, on=on, said=text, now=now_utc())

    return _noted(letter_id, deed, _("The answer is noted. This series has ended."))


@bp.post("/<uuid:letter_id>/notify")
@needs(Permission.COMPANY_WARN)
def notify(letter_id: UUID) -> ResponseReturnValue:
    """Note that BPJS was told."""
    now = now_utc()
    with transaction() as session:
        row = _within_reach(session, letter_id)
        services.notify(
            session,
            actor=current_actor(),
            row=row,
            calendar=_calendar(session, day_of(now)),
            now=now,
        )
    flash(_("Noted: BPJS Ketenagakerjaan has been told."), "good")
    return redirect(url_for(".index"), code=HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:letter_id>.pdf")
@needs(Permission.COMPANY_WARN)
def paper(letter_id: UUID) -> ResponseReturnValue:
    """The letter as it is sent."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    with transaction() as session:
        row = _within_reach(session, letter_id)
        content = warning_papers.warning_letter(row, issuer=settings.city)
        audit.record(
            session,
            actor=current_actor(),
            action="warning.print",
            subject="warning_letter",
            subject_id=row.id,
            now=now_utc(),
            sha256=sha256(content).hexdigest(),
        )
        name = f"{row.number}.pdf"
    made = Response(content, mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return made


def _noted(
    letter_id: UUID, deed: Callable[[Session, WarningLetter, date, str], None], said: str
) -> ResponseReturnValue:
    form = LetterForm()
    with transaction() as session:
        row = _within_reach(session, letter_id)
        on = form.read(today=day_of(now_utc())) if form.validate_on_submit() else None
        if on is None:
            return _shown(session, row, form), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            deed(session, row, on, form.text.data or "")
        except FieldError as error:
            form.on.errors = [words.error_words(error)]
            return _shown(session, row, form), error.status
    flash(said, "good")
    return redirect(url_for(".show", letter_id=letter_id), code=HTTPStatus.SEE_OTHER)


def _shown(session: Session, row: WarningLetter, form: LetterForm | None = None) -> str:
    today = day_of(now_utc())
    calendar = _calendar(session, today)
    form = form or LetterForm(formdata=None, data={"on": f"{today:%d-%m-%Y}"})
    delivered = row.delivered_on is not None
    form.text.label.text = _("What was answered") if delivered else _("Who received it")
    return render_template(
        "warning_letters/show.html",
        row=row,
        form=form,
        state=letter_state(row.facts, today=today, calendar=calendar),
        step=next_step(row.facts, today=today, calendar=calendar),
        ends=due_on(row.delivered_on, calendar) if row.delivered_on else None,
        reasons=[words.reason_words(Shortfall.from_row(each)) for each in row.reasons],
    )


def _calendar(session: Session, today: date) -> WorkCalendar:
    """Holidays of two years back, and ahead as far as a letter may run."""
    return work_calendar(session, today - timedelta(days=730), today + timedelta(days=60))


def _within_reach(session: Session, letter_id: UUID) -> WarningLetter:
    return queries.letter(session, current_actor(), letter_id) or abort(404)
