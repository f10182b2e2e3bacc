"""Questions about printed files and the jobs that make them, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import CardState
from fieldapp.domain.permissions import Permission
from fieldapp.domain.press import DocumentKind, Lack
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentOmission, DocumentRow
from fieldapp.models.jobs import PRINTING, Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """What lies in the tray as one: the page that it begins on, and whose paper it carries."""

    page: int
    rows: Sequence[UUID]
    names: Sequence[str]


def sheets(session: Session, printed: Document) -> list[Sheet]:
    """The sheets of a print, in their order; a form of two pages is never torn apart.

    Lists, and prints from before pages were noted, have none.
    """
    rows = session.execute(
        select(DocumentRow.page, Registration.id, Registration.name)
        .join(Registration, Registration.id == DocumentRow.registration_id)
        .where(DocumentRow.document_id == printed.id, DocumentRow.page.is_not(None))
        .order_by(DocumentRow.page, Registration.sort_name, Registration.id)
    ).all()
    found = []
    for page, group in groupby(rows, lambda row: row.page):
        people = list(group)
        found.append(Sheet(page, [row.id for row in people], [row.name for row in people]))
    return found


def excerpt(session: Session, whole: Document, *, first_sheet: int, pages: int) -> Document | None:
    """An excerpt that was made before."""
    return session.scalars(
        select(Document)
        .where(
            Document.whole_id == whole.id,
            Document.first_sheet == first_sheet,
            Document.pages == pages,
        )
        .order_by(Document.created_at)
    ).first()


def excerpts(session: Session, whole: Document) -> Sequence[Document]:
    """The excerpts that were made of a print, in the order of its sheets."""
    return session.scalars(
        select(Document)
        .where(Document.whole_id == whole.id)
        .order_by(Document.first_sheet, Document.pages)
    ).all()


@dataclass(frozen=True, slots=True)
class Omission:
    """Somebody who was asked for and left out."""

    registration_id: UUID
    name: str
    number: str | None
    lacks: Sequence[Lack]


def omissions(session: Session, printed: Document) -> list[Omission]:
    """Who was left out of a print, by name."""
    rows = session.execute(
        select(DocumentOmission.lacks, Registration.id, Registration.name, Registration.number)
        .join(Registration, Registration.id == DocumentOmission.registration_id)
        .where(DocumentOmission.document_id == printed.id)
        .order_by(Registration.sort_name, Registration.id)
    )
    return [
        Omission(row.id, row.name, row.number, [Lack(each) for each in row.lacks]) for row in rows
    ]


def ordered(session: Session, printed: Document) -> Job | None:
    """The job that made a print."""
    return session.scalars(select(Job).where(Job.document_id == printed.id)).first()


def changed_cards(session: Session, printed: Document, rows: Sequence[UUID]) -> int:
    """Of the cards of these workers in a print, how many are not in the office any more: handed
    over, spoiled, void, or printed anew since.
    """
    found = session.scalar(
        select(func.count(DocumentRow.registration_id)).where(
            DocumentRow.document_id == printed.id,
            DocumentRow.registration_id.in_(rows),
            ~select(Card.id)
            .where(
                Card.registration_id == DocumentRow.registration_id,
                Card.document_id == printed.id,
                Card.state == CardState.PRINTED,
            )
            .exists(),
        )
    )
    return found or 0


def made_by(session: Session, printed: Document) -> str:
    """The name of who made a print."""
    return session.scalars(select(User.name).where(User.id == printed.created_by)).one()


def ordered_by(session: Session, job: Job) -> str:
    """The name of who ordered a job."""
    return session.scalars(select(User.name).where(User.id == job.created_by)).one()
