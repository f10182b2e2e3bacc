"""Questions about printed files and the jobs that make them, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.documents import Document
from fieldapp.models.jobs import PRINTING, Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.queries.reach import of_agency


def document(session: Session, actor: Actor, document_id: UUID) -> Document | None:
    """One print of the ledger that this actor may hold in hand."""
    return session.scalar(select(Document).where(Document.id == document_id, _of_workers(actor)))


def _of_workers(actor: Actor) -> ColumnElement[bool]:
    """Paper about workers; reports about coverage have readers of their own.

    Official paper is for those who may print it; a draft is for who made it, since it may show a
    row that others do not reach.
    """
    official = Document.draft.is_(False) if actor.may(Permission.DOCUMENT_PRINT) else false()
    return and_(
        of_agency(actor, Document.agency_id),
        Document.kind != DocumentKind.COVERAGE_REPORT,
        or_(official, and_(Document.draft.is_(True), Document.created_by == actor.id)),
    )


def recent_documents(session: Session, actor: Actor, *, limit: int) -> Sequence[Document]:
    """The last prints, the newest first."""
    return session.scalars(
        select(Document)
        .where(_of_workers(actor))
        .order_by(Document.created_at.desc(), Document.id)
        .limit(limit)
    ).all()


def job(session: Session, actor: Actor, job_id: UUID) -> Job | None:
    """One job."""
    return session.scalar(
        select(Job).where(Job.id == job_id, Job.kind == PRINTING, of_agency(actor, Job.agency_id))
    )


def open_jobs(session: Session, actor: Actor) -> Sequence[Job]:
    """Jobs that wait or run, the oldest first."""
    return session.scalars(
        select(Job)
        .where(
            Job.kind == PRINTING,
            Job.state.in_([JobState.WAITING, JobState.RUNNING]),
            of_agency(actor, Job.agency_id),
        )
        .order_by(Job.created_at)
    ).all()


def ended_jobs(session: Session, actor: Actor, *, limit: int) -> Sequence[Job]:
    """Jobs that ended without a file, the newest first: failed or cancelled."""
    return session.scalars(
        select(Job)
        .where(
            Job.kind == PRINTING,
            Job.state.in_([JobState.FAILED, JobState.CANCELLED]),
            of_agency(actor, Job.agency_id),
        )
        .order_by(Job.created_at.desc())
        .limit(limit)
    ).all()


def printable_batches(session: Session, actor: Actor, *, limit: int) -> Sequence[Batch]:
    """Batches with at least one approved row, the newest first."""
    approved = (
        select(Registration.id)
        .where(Registration.batch_id == Batch.id, Registration.stage.in_(PRINTABLE))
        .exists()
    )
    return session.scalars(
        select(Batch)
        .where(of_agency(actor, Batch.agency_id), Batch.state != BatchState.OPEN, approved)
        .order_by(Batch.submitted_at.desc(), Batch.id)
        .limit(limit)
    ).all()
