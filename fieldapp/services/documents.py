"""The ledger of paper: a row for each file, written only when its bytes are on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.press import DocumentKind, Lack
from fieldapp.models.documents import Document, DocumentOmission, DocumentRow
from fieldapp.services import audit, cards


@dataclass(frozen=True, slots=True)
class Print:
    """What was produced: where it lies, and what is in it."""

    kind: DocumentKind
    draft: bool
    template: str
    sha256: bytes
    size: int
    pages: int
    file: str
    agency_id: UUID
    registration_ids: Sequence[UUID]
    batch_id: UUID | None = None
    lines: int = 0
    """Of paper about nobody in particular: how many figures it prints."""
    card_ids: Sequence[UUID] = ()
    """The cards in it, which are printed now that it exists."""
    starts: Sequence[int] = ()
    """The page that each worker's paper begins on, if each has paper of their own."""
    omitted: Mapping[UUID, Sequence[Lack]] = field(default_factory=dict)
    """Who was asked for and is not in it, and why."""


def enter(session: Session, *, actor: Actor, made: Print, now: datetime) -> Document:
    """Enter a print into the ledger, with an audit entry for every worker on it.

    Raises StaleError when one of its cards has become void meanwhile: then it is no print.
    """
    document = Document(
        kind=made.kind,
        draft=made.draft,
        template=made.template,
        sha256=made.sha256,
        size=made.size,
        pages=made.pages,
        rows=len(made.registration_ids) or made.lines,
        file=made.file,
        agency_id=made.agency_id,
        batch_id=made.batch_id,
        created_by=actor.id,
        created_at=now,
    )
    session.add(document)
    session.flush()
    if made.registration_ids:
        session.execute(
            insert(DocumentRow),
            [
                {"document_id": document.id, "registration_id": each, "page": page}
                for each, page in zip_longest(made.registration_ids, made.starts)
            ],
        )
    if made.omitted:
        session.execute(
            insert(DocumentOmission),
            [
                {"document_id": document.id, "registration_id": each, "lacks": sorted(lacks)}
                for each, lacks in made.omitted.items()
            ],
        )
    if made.card_ids:
        cards.mark_printed(
            session, actor=actor, card_ids=made.card_ids, document_id=document.id, now=now
        )
    facts = {"document": document.id, "kind": made.kind}
    events = [
        audit.Event("document.print", "registration", each, facts) for each in made.registration_ids
    ]
    if not events:
        events = [audit.Event("document.print", "document", document.id, {"kind": made.kind})]
    audit.record_all(session, actor=actor, events=events, now=now)
    return document
