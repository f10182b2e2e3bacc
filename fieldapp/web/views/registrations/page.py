"""One registration on one page, and what is done with it there."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.dates import parse_date
from fieldapp.domain.errors import FieldError
from fieldapp.domain.nik import grouped
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import PATHS, Move
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Relation
from fieldapp.domain.wita import day_of
from fieldapp.models.registrations import Registration
from fieldapp.services import registrations
from fieldapp.services.contributions import contribution_of
from fieldapp.services.reference import reference, villages
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.registrations.blueprint import bp
from fieldapp.web.views.registrations.rows import notes_on, row_within_reach


@bp.get("/<uuid:registration_id>")
@needs(Permission.REGISTRATION_VIEW)
def show(registration_id: UUID) -> ResponseReturnValue:
    """Everything on one page, the NIK masked."""
    return _show(registration_id, revealed=False)


@bp.post("/<uuid:registration_id>/reveal")
@needs(Permission.REGISTRATION_VIEW)
def reveal(registration_id: UUID) -> ResponseReturnValue:
    """The same page with the NIK in full, which leaves a trace of its own."""
    return _show(registration_id, revealed=True)


@bp.post("/<uuid:registration_id>/confirm")
@needs(Permission.REGISTRATION_EDIT)
def confirm(registration_id: UUID) -> ResponseReturnValue:
    """Say why a warning is right as it is."""
    with transaction() as session:
        row = row_within_reach(session, registration_id)
        registrations.confirm_finding(
            session,
            actor=current_actor(),
            row=row,
            key=request.form.get("key", "")[:40],
            reason=request.form.get("reason", ""),
            now=now_utc(),
        )
    flash(_("Your reason is kept. The supervisor will see it."), "good")
    return redirect(url_for(".show", registration_id=registration_id, _anchor="findings"), 303)


@bp.route("/<uuid:registration_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_EDIT)
def withdraw(registration_id: UUID) -> ResponseReturnValue:
    """Take a draft back for good, after asking."""
    if request.method == "GET":
        with reading() as session:
            return render_template(
                "registrations/withdraw.html", row=row_within_reach(session, registration_id)
            )
    with transaction() as session:
        row = row_within_reach(session, registration_id)
        registrations.withdraw(session, actor=current_actor(), row=row, now=now_utc())
    flash(_("Withdrawn. Nothing of it will be sent."), "good")
    return redirect(url_for(".index"), 303)


@bp.route("/<uuid:registration_id>/end", methods=["GET", "POST"])
@needs(Permission.REGISTRATION_END)
def end(registration_id: UUID) -> ResponseReturnValue:
    """End a registration that was approved: a reason and a date."""
    faults: dict[str, str] = {}
    with transaction() as session:
        row = row_within_reach(session, registration_id)
        if request.method == "POST":
            faults = _end(session, row)
            if not faults:
                flash(_("Ended. The reason stands on the page of the worker."), "good")
                return redirect(url_for(".show", registration_id=registration_id), 303)
        page = render_template(
            "registrations/end.html", row=row, faults=faults, today=day_of(now_utc()),
            typed=request.form,
        )  # fmt: skip
    return page, (422 if faults else 200)


def _end(session: Session, row: Registration) -> dict[str, str]:
    reason = request.form.get("reason", "")
    try:
        ended_on = parse_date(request.form.get("ended_on", ""))
        registrations.end(
            session,
            actor=current_actor(),
            row=row,
            reason=reason,
            ended_on=ended_on,
            now=now_utc(),
        )
    except UnreadableError as error:
        return {"ended_on": words.error_words(error)}
    except FieldError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        return {"reason": words.error_words(error)}
    return {}


def _show(registration_id: UUID, *, revealed: bool) -> ResponseReturnValue:
    actor = current_actor()
    with transaction() as session:
        row = row_within_reach(session, registration_id)
        registrations.note_seen(
            session, actor=actor, ids=[row.id], what="nik" if revealed else "page", now=now_utc()
        )
        notes = notes_on(session, row, reference(day_of(now_utc())))
        village = villages().get(row.village_code or "")
        return render_template(
            "registrations/show.html",
            row=row,
            revealed=grouped(row.nik) if revealed and row.nik else "",
            notes=notes,
            village=village.label if village else "",
            price=contribution_of(row),
            heirs=noting.heirs_words(row.family),
            kept_photos={each.kind.value for each in row.photos},
            relation_label=lambda relation: words.label(Relation(relation)),
            consent_taker=row.consent_taker.name if row.consent_taker else "",
            may={
                move.value
                for move in (Move.EDIT, Move.WITHDRAW, Move.END)
                if row.stage in PATHS[move].sources and actor.may(PATHS[move].permission)
            },
        )
