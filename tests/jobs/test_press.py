"""Printing for real: rows from the database, bytes on disk, a line in the ledger."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select

from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import EmptyBatchError, ForbiddenError, OutOfReachError
from fieldapp.domain.press import DocumentKind, PressOrder
from fieldapp.jobs import press
from fieldapp.jobs.worker import Worker
from fieldapp.models.audit import AuditEntry
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.services import batches, decisions, jobs, registrations
from tests.world import World, filled_form

ROWS = 12


@pytest.fixture
def house(app: Flask) -> Iterator[press.House]:
    with app.app_context():
        yield app.extensions["fieldapp.house"]


@pytest.fixture
def people(house: press.House) -> dict[str, Actor]:
    with reading() as session:
        world = World(session)
        return {name: getattr(world, name) for name in ("wayan", "ketut", "putu", "made")}


def register(session, wayan: Actor, now: datetime, number: int) -> UUID:
    row = registrations.save(
        session,
        actor=wayan,
        registration_id=uuid4(),
        typed=filled_form(
            World(session).category("juru parkir"),
            nik=f"517101120585{number:04d}",
            name=f"Sudarma {'ABCDEFGHIJKLMNOP'[number % 16]}",
        ),
        seen=None,
        now=now,
        consented=True,
    )
    return row.id


@pytest.fixture
def batch_id(people: dict[str, Actor], now: datetime) -> UUID:
    """A batch of twelve, approved by Ketut."""
    with transaction() as session:
        ids = [register(session, people["wayan"], now, n) for n in range(1, ROWS + 1)]
        batch = batches.create_batch(
            session, actor=people["wayan"], registration_ids=ids, note="", most=5000, now=now
        )
        sent = batches.submit_batch(
            session, actor=people["wayan"], batch=batch, seen=None, now=now
        ).sent
        verdicts = [decisions.RowVerdict(each, decisions.Verdict.APPROVE) for each in sent]
        decisions.decide(session, actor=people["ketut"], batch=batch, verdicts=verdicts, now=now)
        return batch.id


def enqueue(people: dict[str, Actor], batch_id: UUID, kind: DocumentKind, now: datetime) -> UUID:
    with transaction() as session:
        return jobs.enqueue(
            session,
            actor=people["putu"],
            kind="print_batch",
            args={"kind": kind, "batch_id": str(batch_id), "by_banjar": True},
            total=ROWS,
            agency_id=people["wayan"].agency_id,
            now=now,
        ).id


@pytest.mark.parametrize(
    ("kind", "pages"),
    [
        (DocumentKind.ENROLMENT_FORM, ROWS),
        (DocumentKind.CARD_SHEET, 4),
        (DocumentKind.BATCH_LIST, 2),
        (DocumentKind.HANDOVER_LIST, 1),
    ],
)
def test_a_batch_is_printed_by_the_worker_and_entered_in_the_ledger(
    house, people, batch_id, now, kind, pages
):
    job_id = enqueue(people, batch_id, kind, now)

    assert Worker(house, lease_seconds=30).work_once()

    with reading() as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.done) == (JobState.DONE, ROWS)
        document = session.get_one(Document, job.document_id)
        assert (document.pages, document.rows, document.draft) == (pages, ROWS, False)
        pdf = house.storage.get(document.file)
        rows = session.scalar(select(func.count()).where(DocumentRow.document_id == document.id))
        printed = session.scalar(select(func.count()).where(AuditEntry.action == "document.print"))
    assert len(pdf) == document.size
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == pages
    assert rows == printed == ROWS


def test_the_same_facts_make_the_same_bytes_and_the_ledger_says_so(house, people, batch_id, now):
    for _ in range(2):
        enqueue(people, batch_id, DocumentKind.CARD_SHEET, now)
        Worker(house, lease_seconds=30).work_once()

    with reading() as session:
        hashes = session.scalars(select(Document.sha256)).all()
    assert len(hashes) == 2
    assert hashes[0] == hashes[1]


def test_a_cancelled_print_is_not_in_the_ledger(house, people, batch_id, now):
    job_id = enqueue(people, batch_id, DocumentKind.ENROLMENT_FORM, now)
    worker = Worker(house, lease_seconds=30)
    with transaction() as session:
        claimed = jobs.claim(session, owner=worker.owner, lease=worker.lease, now=now)
        jobs.cancel(session, actor=people["putu"], job=claimed, now=now)

    with reading() as session:
        job = session.get_one(Job, job_id)
        kind, args = job.kind, dict(job.args)
    worker.beat_seconds = 0
    worker.do(job_id, kind, args, people["putu"])

    with reading() as session:
        assert session.get_one(Job, job_id).state is JobState.CANCELLED
        assert session.scalar(select(func.count(Document.id))) == 0


def test_a_draft_is_a_watermarked_print_without_a_number(house, people, now):
    with transaction() as session:
        row_id = register(session, people["wayan"], now, 77)

    made = press.print_one(
        house,
        actor=people["wayan"],
        kind=DocumentKind.ENROLMENT_FORM,
        registration_id=row_id,
        now=now,
    )

    with reading() as session:
        assert session.get_one(Document, made.document_id).draft


def test_a_coordinator_may_print_drafts_but_no_official_paper(house, people, batch_id, now):
    with reading() as session:
        order = PressOrder(DocumentKind.CARD, batch_id)
        row_id = press.press_queries.chosen_ids(session, people["putu"], order)[0]

    with pytest.raises(ForbiddenError):
        press.print_one(
            house,
            actor=people["wayan"],
            kind=DocumentKind.CARD,
            registration_id=row_id,
            now=now,
        )


def test_another_agencys_worker_cannot_be_printed(house, people, now):
    with transaction() as session:
        row_id = register(session, people["wayan"], now, 78)

    with pytest.raises(OutOfReachError):
        press.print_one(
            house,
            actor=people["made"],
            kind=DocumentKind.CARD,
            registration_id=row_id,
            now=now,
        )


def test_an_empty_batch_has_no_list_and_says_so(house, people, now):
    with transaction() as session:
        row_id = register(session, people["wayan"], now, 79)
        batch = batches.create_batch(
            session, actor=people["wayan"], registration_ids=[row_id], note="", most=5000, now=now
        )
        row = session.get_one(Registration, row_id)
        batches.remove_row(session, actor=people["wayan"], batch=batch, row=row, now=now)
        batch_id = batch.id

    with pytest.raises(EmptyBatchError):
        press.print_list(
            house,
            actor=people["wayan"],
            kind=DocumentKind.BATCH_LIST,
            batch_id=batch_id,
            now=now,
        )
