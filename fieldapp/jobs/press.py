"""Making paper: a single document at request, a whole batch as a job.

"Printed" means that bytes were produced: the ledger row is written after the file is whole, in
one transaction with the end of the job.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final
from uuid import UUID

import pikepdf
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.documents.batch_list import batch_list, write_batch_list
from fieldapp.documents.cards import card, write_card_sheets
from fieldapp.documents.engine import template_version
from fieldapp.documents.enrolment_form import enrolment_form, write_enrolment_forms
from fieldapp.documents.handover_list import handover_list
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import EmptyBatchError, NoCardsLeftError, OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind, PressOrder
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.jobs.paper_facts import (
    House,
    batch_list_facts,
    card_facts,
    enrolment_form_facts,
    handover_list_facts,
)
from fieldapp.jobs.press_rows import CHUNK, facts_of, rows_of
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import press as press_queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import cards
from fieldapp.services.documents import Print, enter

STORE: Final = "document"
MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A document at request: its bytes and its row of the ledger."""

    document_id: UUID
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """What a job needs besides its rows: the house, and how to say how far it is.

    progress: told the rows done so far; raises to stop the work (cancelled, lease lost).
    """

    house: House
    progress: Callable[[int], None] = lambda _done: None


SINGLES: Final[Mapping[DocumentKind, Callable[[House, Registration], bytes]]] = {
    DocumentKind.ENROLMENT_FORM: lambda house, row: enrolment_form(
        enrolment_form_facts(house, row)
    ),
    DocumentKind.CARD: lambda house, row: card(card_facts(house, row)),
}


def print_one(
    house: House, *, actor: Actor, kind: DocumentKind, registration_id: UUID, now: datetime
) -> Made:
    """One form or card, now. What is not approved yet comes out as a watermarked draft.

    Raises OutOfReachError, ForbiddenError, DocumentError, and CardNotReadyError for a card that
    has been handed over, spoiled or made void.
    """
    with reading() as session:
        row = registration_queries.registration(session, actor, registration_id)
        if row is None:
            raise OutOfReachError(subject="registration", id=registration_id)
        draft = row.stage not in PRINTABLE
        actor.must(Permission.DOCUMENT_DRAFT if draft else Permission.DOCUMENT_PRINT)
        agency_id, batch_id = row.agency_id, row.batch_id
    official_card = kind is DocumentKind.CARD and not draft
    card_ids = [_ready_card(actor, registration_id, now)] if official_card else []
    with reading() as session:
        pdf = SINGLES[kind](house, session.get_one(Registration, registration_id))
    made = _stored(
        house,
        kind,
        pdf,
        agency_id=agency_id,
        batch_id=batch_id,
        ids=[registration_id],
        draft=draft,
        card_ids=card_ids,
    )
    with transaction() as session:
        document = enter(session, actor=actor, made=made, now=now)
        return Made(document.id, pdf)


def print_list(
    house: House, *, actor: Actor, kind: DocumentKind, batch_id: UUID, now: datetime
) -> Made:
    """A list of a batch, now. Raises OutOfReachError, EmptyBatchError, DocumentError."""
    with reading() as session:
        batch = batch_queries.batch(session, actor, batch_id)
        if batch is None:
            raise OutOfReachError(subject="batch", id=batch_id)
        rows = batch_queries.rows_of(session, batch_id)
        if not rows:
            raise EmptyBatchError(batch_id=batch_id)
        approved = [row for row in rows if row.stage in PRINTABLE]
        draft = not approved
        if draft:
            actor.must(Permission.DOCUMENT_DRAFT)
        else:
            actor.must(Permission.DOCUMENT_PRINT)
            rows = approved
        if kind is DocumentKind.HANDOVER_LIST:
            pdf = handover_list(handover_list_facts(house, batch, rows))
        else:
            pdf = batch_list(batch_list_facts(house, batch, rows, approved=not draft))
        ids, agency_id = [row.id for row in rows], batch.agency_id
    made = _stored(house, kind, pdf, agency_id=agency_id, batch_id=batch_id, ids=ids, draft=draft)
    with transaction() as session:
        return Made(enter(session, actor=actor, made=made, now=now).id, pdf)


def print_batch(press: Press, *, actor: Actor, args: Mapping[str, Any]) -> Print:
    """Forms, cards or a list of every approved row of a batch, as one file; for the worker.

    args: those of a `PressOrder`.
    """
    order = PressOrder.from_args(args)
    kind, batch_id = order.kind, order.batch_id
    with reading() as session:
        if batch_id is not None and batch_queries.batch(session, actor, batch_id) is None:
            raise OutOfReachError(subject="batch", id=batch_id)
        agency_id = press_queries.keeper(session, actor, order)
        ids = list(press_queries.chosen_ids(session, actor, order))
    card_ids: list[UUID] = []
    if kind is DocumentKind.CARD_SHEET:
        ready = _ready_cards(actor, ids, now_utc())
        if not ready:
            raise NoCardsLeftError(rows=len(ids))
        ids = [each for each in ids if each in ready]
        card_ids = [ready[each] for each in ids]
    with TemporaryFile() as whole, press.house.storage.open_writer(STORE) as writer:
        pages = BULK[kind](press, actor, batch_id, ids, whole)
        whole.seek(0)
        shutil.copyfileobj(whole, writer, MEGABYTE)
    return Print(
        kind=kind,
        draft=False,
        template=template_version(kind),
        sha256=writer.sha256,
        size=writer.size,
        pages=pages,
        file=writer.key,
        agency_id=agency_id,
        batch_id=batch_id,
        registration_ids=ids,
        card_ids=card_ids,
    )


def _forms(
    press: Press, actor: Actor, _batch_id: UUID | None, ids: Sequence[UUID], target: BinaryIO
) -> int:
    rows = facts_of(press.house, actor, ids, enrolment_form_facts)
    return write_enrolment_forms(rows, target, on_progress=press.progress)


def _cards(
    press: Press, actor: Actor, _batch_id: UUID | None, ids: Sequence[UUID], target: BinaryIO
) -> int:
    rows = facts_of(press.house, actor, ids, card_facts)
    with reading() as session:
        made_at = session.scalars(
            select(Registration.changed_at)
            .where(Registration.id.in_(ids[:CHUNK]))
            .order_by(Registration.changed_at.desc())
        ).first()
    return write_card_sheets(
        rows, target, count=len(ids), made_at=made_at or now_utc(), on_progress=press.progress
    )


def _list(
    press: Press, actor: Actor, batch_id: UUID | None, ids: Sequence[UUID], target: BinaryIO
) -> int:
    with reading() as session:
        batch = batch_queries.batch(session, actor, batch_id) if batch_id else None
        assert batch is not None
        rows = list(rows_of(session, actor, ids))
        facts = batch_list_facts(press.house, batch, rows, approved=True)
    return write_batch_list(facts, target, on_progress=press.progress)


def _handover(
    press: Press, actor: Actor, batch_id: UUID | None, ids: Sequence[UUID], target: BinaryIO
) -> int:
    with reading() as session:
        batch = batch_queries.batch(session, actor, batch_id) if batch_id else None
        assert batch is not None
        facts = handover_list_facts(press.house, batch, list(rows_of(session, actor, ids)))
    pdf = handover_list(facts)
    target.write(pdf)
    press.progress(len(ids))
    return page_count(pdf)


BULK: Final[Mapping[DocumentKind, Callable[..., int]]] = {
    DocumentKind.ENROLMENT_FORM: _forms,
    DocumentKind.CARD_SHEET: _cards,
    DocumentKind.BATCH_LIST: _list,
    DocumentKind.HANDOVER_LIST: _handover,
}


def _ready_cards(actor: Actor, ids: Sequence[UUID], now: datetime) -> dict[UUID, UUID]:
    """The cards to print, by registration; who never had one is given one now.

    A part at a time, so that others can write in between.
    """
    ready: dict[UUID, UUID] = {}
    for start in range(0, len(ids), cards.CHUNK):
        part = ids[start : start + cards.CHUNK]
        with transaction() as session:
            cards.issue(session, actor=actor, registration_ids=part, now=now)
            ready |= cards.ready_to_print(session, part)
    return ready


def _ready_card(actor: Actor, registration_id: UUID, now: datetime) -> UUID:
    ready = _ready_cards(actor, [registration_id], now)
    if registration_id not in ready:
        with reading() as session:
            raise cards.not_ready(session, registration_id)
    return ready[registration_id]


def _stored(
    house: House,
    kind: DocumentKind,
    pdf: bytes,
    *,
    agency_id: UUID,
    batch_id: UUID | None,
    ids: Sequence[UUID],
    draft: bool,
    card_ids: Sequence[UUID] = (),
) -> Print:
    with house.storage.open_writer(STORE) as writer:
        writer.write(pdf)
    return Print(
        kind=kind,
        draft=draft,
        template=template_version(kind),
        sha256=writer.sha256,
        size=len(pdf),
        pages=page_count(pdf),
        file=writer.key,
        agency_id=agency_id,
        batch_id=batch_id,
        registration_ids=ids,
        card_ids=card_ids,
    )


def page_count(pdf: bytes) -> int:
    """How many pages a file has."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
