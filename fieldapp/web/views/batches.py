"""Batches: collecting own drafts, sending them, seeing what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext as _n
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import EmptyBatchError, StaleError, TooManyRowsError, WrongMoveError
from fieldapp.domain.findings import Finding, Weight
from fieldapp.domain.permissions import Permission, Role
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as queries
from fieldapp.queries import registrations
from fieldapp.services import audit, batches
from fieldapp.web.forms.batches import NewBatchForm
from fieldapp.web.gate import current_actor, needs

if TYPE_CHECKING:
    from config import Settings

bp = Blueprint("batches", __name__, url_prefix="/batches")

LISTED = 200
"""How many drafts the page of a new batch shows; of the others it tells how many there are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A draft or returned row that may go into a batch, and what is found on it."""

    row: Registration
    blocks: Sequence[str]
    warnings: int
    ticked: bool


@bp.get("")
@needs(Permission.BATCH_VIEW)
def index() -> ResponseReturnValue:
    """The batches within reach: what waits first, then the others, the newest on top."""
    actor = current_actor()
    coordinating = actor.role is Role.COORDINATOR
    later = [BatchState.DECIDED, *([BatchState.SUBMITTED] if coordinating else [])]
    with reading() as session:
        first = (
            queries.open_batches(session, actor, size=_size())
            if coordinating
            else queries.waiting(session, actor, size=_size())
        )
        page = queries.newest(
            session, actor, later, size=_size(), after=_id("after"), before=_id("before")
        )
        tallies = queries.tallies(session, [each.id for each in (*first, *page.batches)])
        return render_template(
            "batches/index.html",
            first=first if not (_id("after") or _id("before")) else [],
            page=page,
            tallies=tallies,
            coordinating=coordinating,
            deciding=actor.may(Permission.BATCH_DECIDE),
            everywhere=actor.reaches_all,
            now=now_utc(),
        )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.BATCH_EDIT)
def new() -> ResponseReturnValue:
    """Choose from own drafts and from what came back; nothing is sent yet."""
    form = NewBatchForm()
    if not form.is_submitted():
        return _choose(form, 200)
    problem = "" if form.validate() else " ".join(map(str, form.rows.errors))
    if problem:
        return _choose(form, 422, problem)
    try:
        with transaction() as session:
            ready = [
                row.id
                for row in queries.sendable(session, current_actor())
                if row.worst is not Weight.BLOCK
            ]
            made = batches.create_batch(
                session,
                actor=current_actor(),
                registration_ids=form.chosen(ready),
                note=form.note.data or "",
                most=_settings().batch_rows,
                now=now_utc(),
                batch_id=form.batch_id,
            )
            batch_id = made.id
    except TooManyRowsError as error:
        return _choose(form, error.status, words.error_words(error))
    except WrongMoveError as error:
        said = _("Some of these are in another batch already. The list below is fresh.")
        return _choose(form, error.status, said)
    return redirect(url_for(".show", batch_id=batch_id))


def _choose(form: NewBatchForm, status: int, problem: str = "") -> tuple[str, int]:
    now, actor = now_utc(), current_actor()
    with transaction() as session:
        rows = queries.sendable(session, actor)
        listed, others = rows[:LISTED], rows[LISTED:]
        sent = set(form.rows.data or ()) if form.is_submitted() else None
        choices = [_choice(row, sent) for row in listed]
        _note_view(session, "batch.choose", "user", actor.id, listed)
        page = render_template(
            "batches/new.html",
            form=form,
            minted=form.id.data or str(uuid4()),
            choices=choices,
            more=sum(row.worst is not Weight.BLOCK for row in others),
            problem=problem,
            now=now,
        )
    return page, status


def _choice(row: Registration, sent: set[str] | None) -> Choice:
    blocks = _told(row, Weight.BLOCK)
    ticked = not blocks if sent is None else str(row.id) in sent
    return Choice(row, blocks, len(_told(row, Weight.WARN)), ticked)


@bp.get("/<uuid:batch_id>")
@needs(Permission.BATCH_VIEW)
def show(batch_id: UUID) -> ResponseReturnValue:
    """The rows of a batch with their findings, or with what became of them."""
    return _show(batch_id, 200)


def _show(
    batch_id: UUID,
    status: int,
    problem: str = "",
    refused: Mapping[UUID, Sequence[str]] | None = None,
) -> tuple[str, int]:
    actor = current_actor()
    with transaction() as session:
        batch = queries.batch(session, actor, batch_id) or abort(404)
        page = queries.page_of_rows(
            session, batch.id, size=_size(), after=_place("after"), before=_place("before")
        )
        held = queries.held(session, batch) if actor.role is Role.COORDINATOR else []
        shown = [*page.rows, *held]
        _note_view(session, "batch.view", "batch", batch.id, shown)
        rendered = render_template(
            "batches/show.html",
            batch=batch,
            page=page,
            tally=queries.tallies(session, [batch.id])[batch.id],
            held=[(row, _told(row, Weight.BLOCK)) for row in held],
            told={row.id: _findings(row, {}) for row in page.rows}
            if batch.state is BatchState.OPEN
            else {},
            refused=refused or {},
            decisions=queries.latest_decisions(session, [row.id for row in page.rows]),
            filling=batch.state is BatchState.OPEN and actor.may(Permission.BATCH_EDIT),
            deciding=batch.state is BatchState.SUBMITTED and actor.may(Permission.BATCH_DECIDE),
            editing=actor.may(Permission.REGISTRATION_EDIT),
            problem=problem,
        )
    return rendered, status


@bp.post("/<uuid:batch_id>/send")
@needs(Permission.BATCH_EDIT)
def send(batch_id: UUID) -> ResponseReturnValue:
    """Send what may go; what is held stays a draft and says why."""
    seen = request.form.get("seen", type=int)
    try:
        with transaction() as session:
            sending = batches.submit_batch(
                session,
                actor=current_actor(),
                batch=_batch(session, batch_id),
                seen=seen,
                now=now_utc(),
            )
    except EmptyBatchError as error:
        because = {
            row_id: [words.finding_words(each) for each in found]
            for row_id, found in error.facts.get("held", ())
        }
        said = _("Nobody in this batch can be sent yet. Mend what is named beside each name.")
        return _show(batch_id, error.status, said if because else words.error_words(error), because)
    except StaleError as error:
        said = _("This batch has changed since you opened it. Look through it and send it again.")
        return _show(batch_id, error.status, said)
    count, kept = len(sending.sent), len(sending.held)
    flash(_n("%(num)s worker was sent.", "%(num)s workers were sent.", count), "good")
    if kept:
        flash(
            _n(
                "%(num)s worker was held back and stays with you, with the reason below.",
                "%(num)s workers were held back and stay with you, with the reasons below.",
                kept,
            ),
            "warn",
        )
    return redirect(url_for(".show", batch_id=batch_id))


@bp.post("/<uuid:batch_id>/rows/<uuid:registration_id>/remove")
@needs(Permission.BATCH_EDIT)
def remove(batch_id: UUID, registration_id: UUID) -> ResponseReturnValue:
    """Take one row out of an open batch."""
    actor = current_actor()
    with transaction() as session:
        batch = _batch(session, batch_id)
        row = registrations.registration(session, actor, registration_id) or abort(404)
        batches.remove_row(session, actor=actor, batch=batch, row=row, now=now_utc())
        name = row.name
    flash(_("%(name)s was taken out and stays a draft.", name=name or _("Without a name")), "good")
    return redirect(url_for(".show", batch_id=batch_id))


def _batch(session: Session, batch_id: UUID) -> Batch:
    return queries.batch(session, current_actor(), batch_id) or abort(404)


def _told(row: Registration, weight: Weight) -> list[str]:
    found = [Finding.from_row(each) for each in row.findings]
    return [words.finding_words(each) for each in found if each.weight is weight]


def _findings(row: Registration, reasons: Mapping[str, str]) -> list[dict[str, str | None]]:
    return [
        {
            "weight": each.weight.value,
            "text": words.finding_words(each),
            "reason": reasons.get(each.key),
        }
        for each in map(Finding.from_row, row.findings)
    ]


def _note_view(
    session: Session, action: str, subject: str, subject_id: UUID, rows: Sequence[Registration]
) -> None:
    if rows:
        audit.record(
            session,
            actor=current_actor(),
            action=action,
            subject=subject,
            subject_id=subject_id,
            now=now_utc(),
            ids=[str(row.id) for row in rows],
        )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return settings


def _size() -> int:
    return _settings().page_rows


def _id(name: str) -> UUID | None:
    return request.args.get(name, type=UUID)


def _place(name: str) -> int | None:
    return request.args.get(name, type=int)
