"""Which print has this hash? Files of the ledger, and papers that only the audit trail knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.paper_origin import FEW, OtherPaper, told
from fieldapp.domain.press import DocumentKind
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Batch
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.queries.reach import of_agency

ON_CARDS: Final = (DocumentKind.CARD, DocumentKind.CARD_SHEET)
OTHERS: Final[Mapping[str, OtherPaper]] = {
    "permit.print": OtherPaper.PERMIT_RESULT,
    "warning.print": OtherPaper.WARNING_LETTER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A print of ours. Ids and numbers only: whose name stands on it is not told.

    times: how often these very bytes were printed; the rest is told of the first time.
    numbers: of its cards or registrations, when they are few.
    """

    kind: DocumentKind | OtherPaper
    id: UUID
    made_at: datetime
    made_by: str
    times: int
    draft: bool = False
    template: str = ""
    workers: int = 0
    batch: str = ""
    registration_id: UUID | None = None
    numbers: tuple[str, ...] = ()


def origin(session: Session, actor: Actor | None, digest: bytes) -> Origin | None:
    """The print of these bytes; None when there is none within reach. No actor: the machine."""
    return _of_ledger(session, actor, digest) or _of_trail(session, actor, digest)


def _of_ledger(session: Session, actor: Actor | None, digest: bytes) -> Origin | None:
    asked = (
        select(Document, User.username, Batch.number)
        .join(User, User.id == Document.created_by)
        .outerjoin(Batch, Batch.id == Document.batch_id)
        .where(Document.sha256 == digest, _within(actor, Document.agency_id))
        .order_by(Document.created_at, Document.id)
    )
    found = session.execute(asked).all()
    if not found:
        return None
    document, username, batch = found[0]
    mine = DocumentRow.document_id == document.id
    workers = session.scalar(select(func.count()).select_from(DocumentRow).where(mine)) or 0
    alone = workers == 1
    return Origin(
        kind=document.kind,
        id=document.id,
        made_at=document.created_at,
        made_by=username,
        times=len(found),
        draft=document.draft,
        template=document.template,
        workers=workers,
        batch=batch or "",
        registration_id=session.scalar(select(DocumentRow.registration_id).where(mine))
        if alone
        else None,
        numbers=() if document.draft or workers > FEW else _numbers(session, document),
    )


def _numbers(session: Session, document: Document) -> tuple[str, ...]:
    """The cards as they stood in the file: the last copy of each that was issued by then."""
    mine = select(DocumentRow.registration_id).where(DocumentRow.document_id == document.id)
    if document.kind not in ON_CARDS:
        numbers = select(Registration.number).where(
            Registration.id.in_(mine), Registration.number.is_not(None)
        )
        return told(each for each in session.scalars(numbers.order_by(Registration.number)) if each)
    cards = session.scalars(
        select(Card)
        .where(
            Card.registration_id.in_(mine),
            Card.code.is_not(None),
            Card.issued_at <= document.created_at,
        )
        .order_by(Card.serial, Card.copy)
    )
    return told({card.registration_id: card.printed_serial for card in cards}.values())


def _of_trail(session: Session, actor: Actor | None, digest: bytes) -> Origin | None:
    asked = (
        select(AuditEntry, User.username, func.count().over())
        .join(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.action.in_(OTHERS),
            AuditEntry.facts["sha256"].as_string() == digest.hex(),
            true()
            if actor is None or actor.reaches_all
            else AuditEntry.agency_id == actor.agency_id,
        )
        .order_by(AuditEntry.seq)
        .limit(1)
    )
    found = session.execute(asked).first()
    if found is None:
        return None
    entry, username, times = found
    return Origin(
        kind=OTHERS[entry.action],
        id=UUID(entry.subject_id),
        made_at=entry.at,
        made_by=username,
        times=times,
    )


def _within(actor: Actor | None, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return true() if actor is None else of_agency(actor, column)
