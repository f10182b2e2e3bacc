"""One document at request: a form or card of one worker, a list of one batch."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from fieldapp.clock import now_utc
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.jobs.paper_facts import House
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("papers", __name__)


@bp.post("/registrations/<uuid:registration_id>/form.pdf")
@needs(Permission.DOCUMENT_DRAFT)
def form(registration_id: UUID) -> ResponseReturnValue:
    """The enrolment form; a watermarked draft before approval."""
    return _one(DocumentKind.ENROLMENT_FORM, registration_id)


@bp.post("/registrations/<uuid:registration_id>/card.pdf")
@needs(Permission.DOCUMENT_DRAFT)
def card(registration_id: UUID) -> ResponseReturnValue:
    """The card; a watermarked draft before approval."""
    return _one(DocumentKind.CARD, registration_id)


@bp.post("/batches/<uuid:batch_id>/list.pdf")
@needs(Permission.DOCUMENT_DRAFT)
def batch_list(batch_id: UUID) -> ResponseReturnValue:
    """The list of a batch; a watermarked draft before any row is approved."""
    return _list(DocumentKind.BATCH_LIST, batch_id)


def _one(kind: DocumentKind, registration_id: UUID) -> ResponseReturnValue:
    made = press.print_one(
        _house(),
        actor=current_actor(),
        kind=kind,
        registration_id=registration_id,
        now=now_utc(),
    )
    return redirect(url_for("press.download", document_id=made.document_id), code=303)


def _list(kind: DocumentKind, batch_id: UUID) -> ResponseReturnValue:
    made = press.print_list(
        _house(), actor=current_actor(), kind=kind, batch_id=batch_id, now=now_utc()
    )
    return redirect(url_for("press.download", document_id=made.document_id), code=303)


def _house() -> House:
    house: House = current_app.extensions["fieldapp.house"]
    return house
