"""The first sheet of a print before it is ordered: by the same engine, and worthless as paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.database import reading, transaction
from fieldapp.documents import batch_list, handover_list
from fieldapp.documents.cards import CARDS_ON_SHEET, write_card_sheets, write_single_cards
from fieldapp.documents.enrolment_form import write_enrolment_forms
from fieldapp.documents.specimen import (
    CODE,
    as_specimen,
    specimen_batch_list,
    specimen_card,
    specimen_form,
    specimen_handover_list,
)
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import NobodyLeftError, OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import LISTS, DocumentKind, PressOrder
from fieldapp.jobs.paper_facts import (
    House,
    batch_list_facts,
    card_facts,
    enrolment_form_facts,
    handover_list_facts,
)
from fieldapp.jobs.press_lacks import lacking
from fieldapp.jobs.press_rows import rows_of
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import press as queries
from fieldapp.services import audit

FIRST: Final = {
    DocumentKind.ENROLMENT_FORM: 1,
    DocumentKind.CARD: 1,
    DocumentKind.CARD_SHEET: CARDS_ON_SHEET,
    DocumentKind.BATCH_LIST: batch_list.ROWS_ON_FIRST_PAGE,
    DocumentKind.HANDOVER_LIST: handover_list.ROWS_ON_FIRST_PAGE,
}
"""How many rows stand on a first sheet."""


def preview(house: House, *, actor: Actor, order: PressOrder, now: datetime) -> bytes:
    """The first sheet, marked as a specimen: no number, no code that leads anywhere, and nothing in
    the ledger; that its people were looked at is noted.

    Raises NobodyLeftError, OutOfReachError, ForbiddenError, DocumentError.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    # No address is asked for: a specimen carries none, and its card may not have one yet.
    house = replace(house, verifier=lambda _row, _until: CODE)
    with reading() as session:
        out = {
            each.registration_id
            for each in lacking(session, actor, order)
            if order.leaves_out(each.lacks)
        }
        ids = [each for each in queries.chosen_ids(session, actor, order) if each not in out]
        if not ids:
            raise NobodyLeftError(rows=len(out))
        rows = list(rows_of(session, actor, ids[: FIRST[order.kind]]))
        if order.kind in LISTS:
            pdf = as_specimen(_list(session, house, actor, order, rows, ids), pages=1)
        else:
            pdf = as_specimen(_stamped(house, order, rows, count=len(ids)))
    with transaction() as session:
        facts = {"kind": order.kind}
        shown = ids[: FIRST[order.kind]]
        events = [audit.Event("document.preview", "registration", each, facts) for each in shown]
        audit.record_all(session, actor=actor, events=events, now=now)
    return pdf


def _stamped(house: House, order: PressOrder, rows: Sequence[Registration], *, count: int) -> bytes:
    target = io.BytesIO()
    made_at = max(row.changed_at for row in rows)
    if order.kind is DocumentKind.ENROLMENT_FORM:
        write_enrolment_forms((specimen_form(enrolment_form_facts(house, rows[0])),), target)
        return target.getvalue()
    cards = [specimen_card(card_facts(house, row)) for row in rows]
    if order.kind is DocumentKind.CARD:
        write_single_cards(cards, target, made_at=made_at)
    else:
        write_card_sheets(
            cards, target, count=count, duplex=order.duplex, shifts=order.shifts, made_at=made_at
        )
    return target.getvalue()


def _list(
    session: Session,
    house: House,
    actor: Actor,
    order: PressOrder,
    rows: Sequence[Registration],
    ids: Sequence[UUID],
) -> bytes:
    batch = batch_queries.batch(session, actor, order.batch_id) if order.batch_id else None
    if batch is None:
        raise OutOfReachError(subject="batch", id=order.batch_id)
    if order.kind is DocumentKind.HANDOVER_LIST:
        facts = handover_list_facts(house, batch, rows)
        return handover_list.handover_list(specimen_handover_list(facts, len(ids)))
    listed = batch_list_facts(house, batch, rows, approved=True)
    return batch_list.first_page(specimen_batch_list(listed, len(ids)))
