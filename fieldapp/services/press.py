"""Deeds of the press room: an order put into the queue, and excerpts of a print in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import BeingPrintedError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import PressOrder
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import PRINTING, Job
from fieldapp.queries import press as queries
from fieldapp.services import audit, jobs, numbers


def start(
    session: Session,
    *,
    actor: Actor,
    order: PressOrder,
    rows: int,
    pages: int,
    told: Collection[UUID],
    now: datetime,
) -> Job:
    """Put an order into the queue.

    told: prints under way that whoever asks knows of. Raises BeingPrintedError when there is
    another one of the same paper for some of the same people.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    numbers.hold(session, "press")  # two clerks at the same moment: one of them is told
    same = queries.printing_the_same(session, actor, order)
    new = [each for each in same if each.job.id not in told]
    if new:
        raise BeingPrintedError(job_id=new[0].job.id, by=new[0].by, shared=new[0].shared)
    return jobs.enqueue(
        session,
        actor=actor,
        kind=PRINTING,
        args=order.as_args(),
        total=rows,
        pages=pages,
        agency_id=queries.keeper(session, actor, order),
        now=now,
    )


def enter_excerpt(
    session: Session,
    *,
    actor: Actor,
    whole: Document,
    first_sheet: int,
    pages: range,
    rows: Sequence[UUID],
    file: str,
    sha256: bytes,
    size: int,
    now: datetime,
) -> Document:
    """Enter some sheets of a print as a file of their own: the same paper, nothing new on it.

    pages: those of the whole, counted from 1. Cards stay printed with the whole.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    excerpt = Document(
        kind=whole.kind,
        draft=whole.draft,
        template=whole.template,
        sha256=sha256,
        size=size,
        pages=len(pages),
        rows=len(rows),
        file=file,
        agency_id=whole.agency_id,
        batch_id=whole.batch_id,
        whole_id=whole.id,
        first_sheet=first_sheet,
        created_by=actor.id,
        created_at=now,
    )
    session.add(excerpt)
    session.flush()
    session.execute(
        insert(DocumentRow),
        [{"document_id": excerpt.id, "registration_id": each} for each in rows],
    )
    audit.record(
        session,
        actor=actor,
        action="document.excerpt",
        subject="document",
        subject_id=excerpt.id,
        now=now,
        whole=whole.id,
        first_sheet=first_sheet,
        pages=len(pages),
    )
    return excerpt
