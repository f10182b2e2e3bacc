"""Monthly reports: those under way and those made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.press import DocumentKind
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.queries.reach import of_agency


def report_jobs(
    session: Session, actor: Actor, *, kind: str
) -> tuple[Sequence[Job], Sequence[Job]]:
    """Reports that wait or are being made, and the last one asked for when it failed."""
    mine = select(Job).where(Job.kind == kind, of_agency(actor, Job.agency_id))
    waiting = session.scalars(
        mine.where(Job.state.in_([JobState.WAITING, JobState.RUNNING])).order_by(Job.created_at)
    ).all()
    last = session.scalar(mine.order_by(Job.created_at.desc(), Job.id).limit(1))
    return waiting, [last] if last is not None and last.state is JobState.FAILED else []


def report_documents(
    session: Session, actor: Actor, *, limit: int
) -> list[tuple[Document, dict[str, Any]]]:
    """The last reports with what each was asked for, the newest first."""
    rows = session.execute(
        select(Document, Job.args)
        .join(Job, Job.document_id == Document.id)
        .where(Document.kind == DocumentKind.COVERAGE_REPORT, of_agency(actor, Document.agency_id))
        .order_by(Document.created_at.desc(), Document.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def report_document(session: Session, actor: Actor, document_id: UUID) -> Document | None:
    """One report."""
    return session.scalar(
        select(Document).where(
            Document.id == document_id,
            Document.kind == DocumentKind.COVERAGE_REPORT,
            of_agency(actor, Document.agency_id),
        )
    )
