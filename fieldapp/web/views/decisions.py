"""Decisions: a supervisor looks at each row of a batch and says what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext as _n
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.errors import FourEyesError, StaleError
from fieldapp.domain.findings import Finding, FindingCode
from fieldapp.domain.nik import grouped
from fieldapp.domain.permissions import Permission
from fieldapp.domain.photos import PhotoKind
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as queries
from fieldapp.queries import registrations
from fieldapp.services import audit, decisions
from fieldapp.web.forms.decisions import SUGGESTIONS, Answer, DecideForm
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("decisions", __name__, url_prefix="/batches")

ON_A_PAGE = 20


@bp.route("/<uuid:batch_id>/decide", methods=["GET", "POST"])
@needs(Permission.BATCH_DECIDE)
def decide(batch_id: UUID) -> ResponseReturnValue:
    """Show the waiting rows of a page, and carry out what was marked on them."""
    form = DecideForm(request.form)
    if not form.is_submitted():
        return _review(batch_id, form, 200)
    form.validate()
    if form.problems:
        said = _("Some rows have no reason yet. Nothing was saved; your marks are kept.")
        return _review(batch_id, form, 422, said)
    if not form.verdicts():
        said = _("No row is marked yet. Mark what should become of at least one.")
        return _review(batch_id, form, 422, said)
    try:
        with transaction() as session:
            outcome = decisions.decide(
                session,
                actor=current_actor(),
                batch=_batch(session, batch_id),
                verdicts=form.verdicts(),
                now=now_utc(),
            )
    except StaleError as error:
        changed: Sequence[UUID] = list(error.facts.get("rows", ()))
        return _review(batch_id, form, error.status, changed=changed)
    except FourEyesError as error:
        return _review(batch_id, form, error.status, words.error_words(error))
    flash(_told(outcome), "good")
    return redirect(url_for(".decide", batch_id=batch_id, after=request.args.get("after")))


@bp.post("/<uuid:batch_id>/approve-clean")
@needs(Permission.BATCH_DECIDE)
def approve_clean(batch_id: UUID) -> ResponseReturnValue:
    """Approve every waiting row without a warning at once."""
    try:
        with transaction() as session:
            outcome = decisions.approve_clean(
                session,
                actor=current_actor(),
                batch=_batch(session, batch_id),
                seen=request.form.get("seen", type=int),
                now=now_utc(),
            )
    except StaleError as error:
        said = _("Somebody else decided on this batch meanwhile. Nothing was done; look again.")
        return _review(batch_id, DecideForm(MultiDict()), error.status, said)
    flash(_told(outcome), "good")
    if outcome.own:
        flash(
            _n(
                "%(num)s row is your own work and waits for another supervisor.",
                "%(num)s rows are your own work and wait for another supervisor.",
                outcome.own,
            ),
            "info",
        )
    return redirect(url_for(".decide", batch_id=batch_id))


def _review(
    batch_id: UUID,
    form: DecideForm,
    status: int,
    problem: str = "",
    changed: Sequence[UUID] = (),
) -> ResponseReturnValue:
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        batch = _batch(session, batch_id)
        page = queries.page_of_rows(
            session,
            batch.id,
            size=ON_A_PAGE,
            after=request.args.get("after", type=int),
            before=request.args.get("before", type=int),
            waiting_only=True,
        )
        if not page.rows and not changed:
            done = batch.state is BatchState.DECIDED
            if not done and request.args:
                return redirect(url_for(".decide", batch_id=batch_id))
            return redirect(url_for("batches.show", batch_id=batch_id))
        ids = [row.id for row in page.rows]
        if ids:
            audit.record(
                session,
                actor=actor,
                action="batch.review",
                subject="batch",
                subject_id=batch.id,
                now=now,
                ids=[str(each) for each in ids],
            )
        reasons = registrations.confirmations(session, ids)
        tally = queries.tallies(session, [batch.id])[batch.id]
        rendered = render_template(
            "decisions/decide.html",
            batch=batch,
            form=form,
            page=page,
            tally=tally,
            clean=queries.clean_count(session, actor, batch.id),
            own=queries.own_rows(session, actor, ids),
            answers={each: form.answers.get(each, Answer()) for each in ids},
            found={row.id: _findings(session, row, reasons[row.id]) for row in page.rows},
            photos={row.id: {PhotoKind(each.kind) for each in row.photos} for row in page.rows},
            earlier=queries.latest_decisions(session, ids),
            changed=_changed(session, changed, page.rows),
            suggestions=SUGGESTIONS,
            grouped_nik=grouped,
            problem=problem,
        )
    return rendered, status


def _changed(
    session: Session, ids: Sequence[UUID], waiting: Sequence[Registration]
) -> list[dict[str, object]]:
    """What became of the rows that somebody else was faster with."""
    if not ids:
        return []
    decided = queries.latest_decisions(session, ids)
    still = {row.id for row in waiting}
    rows = [
        registrations.registration(session, current_actor(), each)
        for each in ids
        if each not in still
    ]
    return [{"row": row, "decision": decided.get(row.id)} for row in rows if row is not None]


def _findings(
    session: Session, row: Registration, reasons: Mapping[str, str]
) -> list[dict[str, object]]:
    """What was found, with the coordinator's reasons; and who looks alike, if within reach."""
    told: list[dict[str, object]] = []
    for found in map(Finding.from_row, row.findings):
        other = None
        if found.code is FindingCode.LOOK_ALIKE:
            other_id = UUID(found.facts["registration_id"])
            other = registrations.registration(session, current_actor(), other_id)
        told.append(
            {
                "weight": found.weight.value,
                "text": words.finding_words(found),
                "reason": reasons.get(found.key),
                "other": other,
            }
        )
    return told


def _told(outcome: decisions.Outcome) -> str:
    parts = [
        _n("%(num)s row approved", "%(num)s rows approved", outcome.approved)
        if outcome.approved
        else "",
        _n("%(num)s row returned", "%(num)s rows returned", outcome.returned)
        if outcome.returned
        else "",
        _n("%(num)s row rejected", "%(num)s rows rejected", outcome.rejected)
        if outcome.rejected
        else "",
    ]
    said = ", ".join(part for part in parts if part) or _("Nothing was waiting for this")
    return f"{said[0].upper()}{said[1:]}."


def _batch(session: Session, batch_id: UUID) -> Batch:
    batch = queries.batch(session, current_actor(), batch_id) or abort(404)
    return batch if batch.state is not BatchState.OPEN else abort(404)
