"""Making paper: a single document at request, a whole batch as a job.

"Printed" means that bytes were produced: the ledger row is written after the file is whole, in
one transaction with the end of the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.documents.batch_list import batch_list, batch_list_parts
from fieldapp.documents.cards import card
from fieldapp.documents.engine import Progress, template_version, unheard
from fieldapp.documents.enrolment_form import enrolment_form
from fieldapp.documents.handover_list import handover_list
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import (
    EmptyBatchError,
    NobodyLeftError,
    NobodyToPrintError,
    NoCardsLeftError,
    OutOfReachError,
)
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import CARDS, DocumentKind, PressOrder
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.jobs.paper_facts import (
    House,
    batch_list_facts,
    card_facts,
    enrolment_form_facts,
    handover_list_facts,
)
from fieldapp.jobs.press_lacks import lacking
from fieldapp.jobs.press_parts import (
    DOCUMENT,
    STAMPED,
    Parts,
    Press,
    Run,
    assemble,
    lay_out_in_parts,
    page_count,
    run_of,
    stamp_in_parts,
)
from fieldapp.jobs.press_rows import rows_of
from fieldapp.models.batches import Batch
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import press as press_queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import cards
from fieldapp.services.documents import Print, enter


@dataclass(frozen=True, slots=True)
class Made:
    """A document at request: its bytes and its row of the ledger."""

    document_id: UUID
    pdf: bytes


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
        rows = list(rows_of(session, actor, batch_queries.row_ids(session, batch_id)))
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
        omitted = {
            each.registration_id: each.lacks
            for each in lacking(session, actor, order)
            if order.leaves_out(each.lacks)
        }
    ids = [each for each in ids if each not in omitted]
    if omitted and not ids:
        raise NobodyLeftError(rows=len(omitted))
    card_ids: list[UUID] = []
    if kind in CARDS:
        ready = _ready_cards(actor, ids, now_utc(), on_progress=press.progress)
        if not ready:
            raise NoCardsLeftError(rows=len(ids))
        ids = [each for each in ids if each in ready]
        card_ids = [ready[each] for each in ids]
    if not ids:
        raise NobodyToPrintError
    with reading() as session:
        run = run_of(session, order, ids)
    made = PAPERS[kind](press, actor, run)
    with press.house.storage.open_writer(DOCUMENT) as writer:
        pages = assemble(press, run, made, writer)
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
        starts=made.starts,
        omitted=omitted,
    )


def _list(press: Press, actor: Actor, run: Run) -> Parts:
    with reading() as session:
        batch = _batch_of(session, actor, run.order)
        rows = list(rows_of(session, actor, run.ids))
        facts = batch_list_facts(press.house, batch, rows, approved=True)
    return lay_out_in_parts(press, run, lambda after: batch_list_parts(facts, after=after))


def _handover(press: Press, actor: Actor, run: Run) -> Parts:
    with reading() as session:
        batch = _batch_of(session, actor, run.order)
        rows = list(rows_of(session, actor, run.ids))
        facts = handover_list_facts(press.house, batch, rows)

    def whole(after: int) -> Iterator[tuple[int, bytes]]:
        if not after:
            yield len(rows), handover_list(facts)

    return lay_out_in_parts(press, run, whole)


def _batch_of(session: Session, actor: Actor, order: PressOrder) -> Batch:
    """The batch that a list is of. Raises OutOfReachError."""
    found = batch_queries.batch(session, actor, order.batch_id) if order.batch_id else None
    if found is None:
        raise OutOfReachError(subject="batch", id=order.batch_id)
    return found


PAPERS: Final[Mapping[DocumentKind, Callable[[Press, Actor, Run], Parts]]] = {
    **dict.fromkeys(STAMPED, stamp_in_parts),
    DocumentKind.BATCH_LIST: _list,
    DocumentKind.HANDOVER_LIST: _handover,
}
"""How each kind of paper is made, in parts."""


def _ready_cards(
    actor: Actor, ids: Sequence[UUID], now: datetime, *, on_progress: Progress = unheard
) -> dict[UUID, UUID]:
    """The cards to print, by registration; who never had one is given one now.

    A part at a time, so that others can write in between.
    """
    ready: dict[UUID, UUID] = {}
    for start in range(0, len(ids), cards.CHUNK):
        part = ids[start : start + cards.CHUNK]
        with transaction() as session:
            cards.issue(session, actor=actor, registration_ids=part, now=now)
            ready |= cards.ready_to_print(session, part)
        on_progress(0)
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
    with house.storage.open_writer(DOCUMENT) as writer:
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
