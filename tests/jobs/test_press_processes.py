"""Real workers: killed with SIGKILL, out of disk, and two clerks at the same moment."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import db, reading, transaction
from fieldapp.domain.card_life import CardState
from fieldapp.domain.errors import BeingPrintedError
from fieldapp.domain.press import DocumentKind, PressOrder
from fieldapp.jobs import press_parts
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.services import press
from tests.jobs.test_press_parts import text_of
from tests.printing import (
    approved_batch,
    document_of,
    ended,
    files_of,
    give_faces,
    job_of,
    order,
    paper_of,
    parts_on_disk,
    wait_until,
    worker_process,
)
from tests.world import World


def test_with_every_worker_killed_twice_no_card_is_missing_and_none_is_there_twice(
    app, settings, now, tmp_path
):
    rows = 2 * press_parts.PART_ROWS + 100
    job_id = order(app, approved_batch(app, now, rows), now)

    for parts in (1, 2):
        with worker_process(settings) as worker:
            wait_until(lambda: parts_on_disk(app) >= parts, worker, f"part {parts}")  # noqa: B023
        assert job_of(app, job_id).state is JobState.RUNNING
    with worker_process(settings) as worker:
        wait_until(lambda: ended(app, job_id), worker, "the end")
        wait_until(lambda: not parts_on_disk(app), worker, "its parts were swept")

    job = job_of(app, job_id)
    assert (job.state, job.total, job.done_before) == (
        JobState.DONE, rows, 2 * press_parts.PART_ROWS,
    )  # fmt: skip
    told = text_of(paper_of(app, job), tmp_path)
    printed = Counter(re.findall(r"\b\d{4}-\d{6}\b", told))
    with app.app_context(), reading() as session:
        numbers = set(session.scalars(select(Registration.number)))
        ledger = session.scalars(select(DocumentRow.registration_id)).all()
        states = Counter(session.scalars(select(Card.state)))
        documents = session.scalar(select(func.count()).select_from(Document))
    assert set(printed) == numbers
    assert set(printed.values()) == {2}  # on its front and on its back
    assert len(ledger) == len(set(ledger)) == rows
    assert (states, documents) == ({CardState.PRINTED: rows}, 1)
    assert files_of(settings)[press_parts.PART] == 0


def test_a_disk_that_is_full_while_the_parts_are_put_together_marks_nothing_printed(
    app, settings, now
):
    rows = press_parts.PART_ROWS + 50
    batch_id = approved_batch(app, now, rows)
    give_faces(app, batch_id, now)
    before = files_of(settings)
    job_id = order(app, batch_id, now)
    whole = rows * 22_000

    with worker_process(settings, largest_file=whole) as worker:
        wait_until(lambda: ended(app, job_id), worker, "the end")
        wait_until(lambda: not parts_on_disk(app), worker, "its parts were swept")

    job = job_of(app, job_id)
    assert (job.state, job.problem["code"], job.done) == (JobState.FAILED, "storage_full", rows)
    with app.test_request_context():
        assert "penuh" in words.problem_words(job.problem)
    with app.app_context(), reading() as session:
        assert session.scalars(select(Document.id)).all() == []
        assert set(session.scalars(select(Card.state))) == {CardState.ISSUED}
    assert files_of(settings) == {**before, press_parts.PART: 0}

    again = order(app, batch_id, now)
    with worker_process(settings) as worker:
        wait_until(lambda: ended(app, again), worker, "the end")
    job = job_of(app, again)
    assert (job.state, document_of(app, job).rows) == (JobState.DONE, rows)
    assert document_of(app, job).size > whole


def test_of_two_clerks_who_print_the_same_at_the_same_moment_one_is_told(app: Flask, now):
    batch_id = approved_batch(app, now, 12)
    ready = threading.Barrier(2)
    told: list[object] = []

    def start(name: str, kind: DocumentKind) -> None:
        with app.app_context():
            with reading() as session:
                clerk = getattr(World(session), name)
            ready.wait()
            try:
                with transaction() as session:
                    asked = PressOrder(kind, batch_id)
                    facts = {"rows": 12, "pages": 4, "told": (), "now": now_utc()}
                    told.append(press.start(session, actor=clerk, order=asked, **facts).id)
            except BeingPrintedError as error:
                told.append(error)
            db.session.remove()

    clerks = [
        threading.Thread(target=start, args=("putu", DocumentKind.CARD_SHEET)),
        threading.Thread(target=start, args=("putu", DocumentKind.CARD)),
    ]
    for each in clerks:
        each.start()
    for each in clerks:
        each.join()

    errors = [each for each in told if isinstance(each, BeingPrintedError)]
    assert (len(told), len(errors)) == (2, 1)
    assert errors[0].facts["shared"] == 12
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_worker_whose_database_cannot_be_written_waits_until_it_can(app, settings, now):
    if settings.database_url:
        pytest.skip("the disk of a database server is its own")
    job_id = order(app, approved_batch(app, now, 12), now)

    with worker_process(settings, largest_file=1_000) as worker:
        told = bytearray()
        os.set_blocking(worker.stderr.fileno(), False)

        def complains() -> bool:
            told.extend(worker.stderr.read() or b"")
            return b"cannot work and tries again" in told

        wait_until(complains, worker, "it found the disk full")
        assert job_of(app, job_id).state is JobState.WAITING
        subprocess.run(["prlimit", f"--pid={worker.pid}", "--fsize=unlimited:"], check=True)
        wait_until(lambda: ended(app, job_id), worker, "the end")

    assert job_of(app, job_id).state is JobState.DONE
