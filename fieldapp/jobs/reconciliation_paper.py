"""From figures to paper: the reconciliation of a batch's cards, and its entry in the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from fieldapp.database import reading, transaction
from fieldapp.documents import reconciliation as paper
from fieldapp.documents.engine import template_version
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import CardState
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.reconciliation import CardFigures, address
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.press_parts import DOCUMENT, page_count
from fieldapp.models.reconciliations import Reconciliation
from fieldapp.queries import batches
from fieldapp.services import reconciliations
from fieldapp.services.documents import Print, enter

KIND: Final = DocumentKind.RECONCILIATION


def print_reconciliation(
    house: House, *, actor: Actor, batch_id: UUID, base: str, now: datetime
) -> UUID:
    """Count, sign and print; the document of the ledger.

    base: `https://host` that the QR leads to. Raises OutOfReachError, ForbiddenError.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    with transaction() as session:
        batch = batches.batch(session, actor, batch_id)
        if batch is None:
            raise OutOfReachError(subject="batch", id=batch_id)
        row_id = reconciliations.reconcile(session, actor=actor, batch=batch, now=now).id
    with reading() as session:
        row = session.get_one(Reconciliation, row_id)
        facts = facts_of(row, issuer=house.issuer, base=base)
        agency_id, approved = row.agency_id, facts.figures.approved
    pdf = paper.reconciliation(facts)
    with house.storage.open_writer(DOCUMENT) as writer:
        writer.write(pdf)
    made = Print(
        kind=KIND,
        draft=False,
        template=template_version(KIND),
        sha256=writer.sha256,
        size=len(pdf),
        pages=page_count(pdf),
        file=writer.key,
        agency_id=agency_id,
        batch_id=batch_id,
        registration_ids=(),
        lines=max(1, approved),
    )
    with transaction() as session:
        return enter(session, actor=actor, made=made, now=now).id


def facts_of(row: Reconciliation, *, issuer: str, base: str) -> paper.ReconciliationFacts:
    """The sheet as it was signed; the same row gives the same bytes."""
    return paper.ReconciliationFacts(
        made_at=row.made_at,
        issuer=issuer,
        number=row.number,
        batch=row.batch.number,
        note=row.batch.note,
        agency=row.agency.name,
        figures=CardFigures.from_row(row.figures),
        set_aside=[(number, CardState(state), reason) for number, state, reason in row.set_aside],
        clerk=row.maker.name,
        address=address(base, row.code),
    )
