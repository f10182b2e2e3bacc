"""A print that is killed, stopped or given up: what is kept, what is done again, what is left."""

from __future__ import annotations

import math
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.documents import batch_list
from fieldapp.documents.cards import _CARDS, _SHEETS
from fieldapp.documents.enrolment_form import _FORMS
from fieldapp.domain.card_life import CardState
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press_parts, sweeping
from fieldapp.jobs.worker import HeldPress, Worker
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.services import cards, jobs, registrations
from tests.cards import print_cards
from tests.documents.reading import opened
from tests.printing import (
    approved_batch,
    document_of,
    files_of,
    job_of,
    order,
    paper_of,
    parts_on_disk,
)
from tests.world import World

ROWS = 35
TEN = 10


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ten rows, and of one page of a list."""
    monkeypatch.setattr(press_parts, "PART_ROWS", TEN)
    monkeypatch.setattr(batch_list, "PAGES_IN_ONE_PART", 1)


class Killed(BaseException):
    """Stands for kill -9: nothing in the app catches it, and nothing is written down."""


def work(
    app: Flask,
    *,
    dies_after: int | None = None,
    at: str = "keep",
) -> None:
    """A worker of its own, with layouts of its own, takes the next job; it may die after a part
    is kept, or at its beginning.
    """
    for template in (_FORMS, _CARDS, *_SHEETS.values()):
        template.plans.clear()
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=30)
        worker.beat_seconds = 0
        if dies_after is not None:
            kept = 0
            whole = getattr(HeldPress, at)

            def dying(self: HeldPress, *args: object, **named: object) -> None:
                nonlocal kept
                whole(self, *args, **named)
                kept += 1
                if kept == dies_after:
                    raise Killed

            patch.setattr(HeldPress, at, dying)
            with pytest.raises(Killed):
                worker.work_once()
            lapse(app)
        else:
            assert worker.work_once()


def lapse(app: Flask) -> None:
    """The leases of dead workers run out, and pauses end."""
    past = now_utc() - timedelta(seconds=1)
    with app.app_context(), transaction() as session:
        session.execute(update(Job).where(Job.leased_until > past).values(leased_until=past))
        session.execute(update(Job).values(not_before=past))


@pytest.fixture
def batch_id(app: Flask, now) -> Iterator:
    return approved_batch(app, now, ROWS)


KINDS = (
    DocumentKind.CARD_SHEET,
    DocumentKind.CARD,
    DocumentKind.ENROLMENT_FORM,
    DocumentKind.BATCH_LIST,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_print_goes_on_behind_its_last_part_and_is_the_same_byte_for_byte(
    app, settings, batch_id, now, kind
):
    unbroken = order(app, batch_id, now, kind)
    work(app)
    whole = document_of(app, job_of(app, unbroken))

    broken = order(app, batch_id, now, kind)
    work(app, dies_after=1)
    assert job_of(app, broken).state is JobState.RUNNING
    assert parts_on_disk(app) == 1
    first = job_of(app, broken).done
    work(app)

    job = job_of(app, broken)
    again = document_of(app, job)
    assert (job.state, job.done, job.total, job.done_before) == (JobState.DONE, ROWS, ROWS, first)
    assert (again.sha256, again.pages, again.rows) == (whole.sha256, whole.pages, whole.rows)
    assert paper_of(app, job) == paper_of(app, job_of(app, unbroken))
    assert parts_on_disk(app) == 0
    left = files_of(settings)
    assert left.get(press_parts.PART, 0) == left["incoming"] == 0


def test_the_page_that_each_paper_begins_on_outlives_the_worker(app, batch_id, now):
    job_id = order(app, batch_id, now, DocumentKind.CARD_SHEET)
    work(app, dies_after=2)
    work(app)

    job = job_of(app, job_id)
    with app.app_context(), reading() as session:
        pages = session.scalars(
            select(DocumentRow.page)
            .join(Registration, Registration.id == DocumentRow.registration_id)
            .where(DocumentRow.document_id == job.document_id)
            .order_by(Registration.batch_row)
        ).all()
    assert pages == [1 + 2 * (row // TEN) for row in range(ROWS)]


def test_killed_between_its_last_part_and_the_ledger_it_only_puts_the_parts_together(
    app, batch_id, now, monkeypatch
):
    job_id = order(app, batch_id, now)
    work(app, dies_after=4)

    def refuse(*_args: object) -> None:
        raise AssertionError("stamped again")

    monkeypatch.setattr(press_parts, "facts_of", refuse)
    work(app)

    assert job_of(app, job_id).state is JobState.DONE


def test_however_often_it_is_killed_work_that_gets_on_is_not_given_up(app, batch_id, now):
    job_id = order(app, batch_id, now)
    for _ in range(4):
        work(app, dies_after=1)

    work(app)

    assert job_of(app, job_id).state is JobState.DONE


def test_work_that_stands_still_is_given_up_and_its_parts_are_swept(app, settings, batch_id, now):
    job_id = order(app, batch_id, now)
    work(app, dies_after=1)
    for _ in range(jobs.MOST_ATTEMPTS):
        work(app, dies_after=1, at="begin")

    with app.app_context():
        house = app.extensions["fieldapp.house"]
        assert not Worker(house, lease_seconds=30).work_once()
        sweeping.sweep_ended(house.storage)

    job = job_of(app, job_id)
    assert (job.state, job.problem) == (JobState.FAILED, {"code": "worker_lost"})
    assert (parts_on_disk(app), files_of(settings)[press_parts.PART]) == (0, 0)


def end(session, world, row):
    registrations.end(
        session,
        actor=world.ketut,
        row=row,
        reason="Pindah",
        ended_on=date(2026, 11, 22),
        now=now_utc(),
    )


def rename(session, world, row):
    row.name = "I Nyoman Berubah"


def void_card(session, world, row):
    card = session.scalars(select(Card).where(Card.registration_id == row.id)).one()
    cards.void(session, actor=world.putu, card=card, reason="Salah orang", now=now_utc())


@pytest.mark.parametrize(
    ("change", "left"), [(end, ROWS - 1), (rename, ROWS), (void_card, ROWS - 1)]
)
def test_what_changed_while_nobody_worked_is_printed_as_it_is_now(
    app, settings, batch_id, now, tmp_path, change, left
):
    job_id = order(app, batch_id, now)
    work(app, dies_after=2)
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Registration).where(Registration.batch_row == 7)).one()
        number, name = row.number, row.name
        change(session, World(session), row)

    work(app)

    job = job_of(app, job_id)
    told = text_of(paper_of(app, job), tmp_path)
    assert (job.state, job.total, job.done) == (JobState.DONE, left, left)
    assert document_of(app, job).rows == left
    assert (number in told) == (left == ROWS)
    assert ("I Nyoman Berubah" in told) == (change is rename)
    if change is rename:
        assert f"{name}\n" not in told
    assert (parts_on_disk(app), files_of(settings)[press_parts.PART]) == (0, 0)


def test_a_card_made_void_while_it_is_printed_is_left_out_of_another_try(app, batch_id, now):
    job_id = order(app, batch_id, now)
    begun = press_parts.assemble

    with pytest.MonkeyPatch.context() as patch:

        def while_it_prints(*args):
            with transaction() as session:
                row = session.scalars(select(Registration).where(Registration.batch_row == 5)).one()
                void_card(session, World(session), row)
            return begun(*args)

        patch.setattr("fieldapp.jobs.press.assemble", while_it_prints)
        work(app)
    job = job_of(app, job_id)
    assert (job.state, job.problem["code"]) == (JobState.WAITING, "stale")
    with app.app_context(), reading() as session:
        assert session.scalars(select(Document.id)).all() == []

    lapse(app)
    work(app)

    job = job_of(app, job_id)
    assert (job.state, job.total) == (JobState.DONE, ROWS - 1)


def test_parts_of_another_template_count_for_nothing(app, batch_id, now, monkeypatch):
    job_id = order(app, batch_id, now)
    work(app, dies_after=2)
    monkeypatch.setattr(press_parts, "made_by", lambda _kind: "another release")

    work(app)

    job = job_of(app, job_id)
    assert (job.state, job.done_before) == (JobState.DONE, 0)


def test_a_part_that_is_gone_from_the_disk_makes_it_begin_anew(app, settings, batch_id, now):
    job_id = order(app, batch_id, now)
    work(app, dies_after=2)
    part = next(path for path in (settings.files_path / press_parts.PART).glob("*/*"))
    part.unlink()

    work(app)

    job = job_of(app, job_id)
    assert (job.state, job.done, job.done_before) == (JobState.DONE, ROWS, 0)


def test_stopped_in_the_middle_nothing_is_left(app, settings, batch_id, now):
    before = files_of(settings)
    job_id = order(app, batch_id, now)
    work(app, dies_after=2)
    with app.app_context(), transaction() as session:
        job = session.get_one(Job, job_id)
        jobs.cancel(session, actor=World(session).putu, job=job, now=now_utc())

    with app.app_context():
        house = app.extensions["fieldapp.house"]
        assert not Worker(house, lease_seconds=30).work_once()
        sweeping.sweep_ended(house.storage)

    assert job_of(app, job_id).state is JobState.CANCELLED
    assert nothing_printed(app)
    assert (parts_on_disk(app), {**files_of(settings), press_parts.PART: 0}) == (
        0, {**before, press_parts.PART: 0},
    )  # fmt: skip
    assert files_of(settings)[press_parts.PART] == 0


def test_stopped_while_a_worker_prints_nothing_is_left(app, settings, batch_id, now, monkeypatch):
    before = files_of(settings)
    job_id = order(app, batch_id, now)
    keep = HeldPress.keep

    def somebody_stops_it(self: HeldPress, part: jobs.Part) -> None:
        if part.number == 2:
            with transaction() as session:
                job = session.get_one(Job, job_id)
                jobs.cancel(session, actor=World(session).putu, job=job, now=now_utc())
        keep(self, part)

    monkeypatch.setattr(HeldPress, "keep", somebody_stops_it)
    work(app)

    assert job_of(app, job_id).state is JobState.CANCELLED
    assert nothing_printed(app)
    assert parts_on_disk(app) == 0
    assert {**files_of(settings), press_parts.PART: 0} == {**before, press_parts.PART: 0}
    assert files_of(settings)[press_parts.PART] == 0


def nothing_printed(app: Flask) -> bool:
    with app.app_context(), reading() as session:
        states = set(session.scalars(select(Card.state)))
        return states <= {CardState.ISSUED} and not session.scalars(select(Document.id)).all()


def test_a_worker_that_is_told_to_stop_leaves_its_parts_to_the_next(app, batch_id, now):
    job_id = order(app, batch_id, now)
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=30)
        keep = HeldPress.keep

        def then_told(self: HeldPress, part: jobs.Part) -> None:
            keep(self, part)
            worker._stop.set()

        patch.setattr(HeldPress, "keep", then_told)
        worker.work_once()
    given = job_of(app, job_id)
    assert (given.state, given.attempt) == (JobState.WAITING, 0)

    work(app)

    job = job_of(app, job_id)
    assert (job.state, job.done_before, job.attempt) == (JobState.DONE, TEN, 1)


def test_a_worker_that_lost_its_job_keeps_nothing_and_strikes_nothing_out(app, batch_id, now):
    job_id = order(app, batch_id, now)
    work(app, dies_after=1)
    with app.app_context(), transaction() as session:
        lost: dict = {"job_id": job_id, "owner": "dead", "now": now}
        part = jobs.Part(2, 20, 1, "press_part/x", b"x" * 32)
        told = jobs.keep_part(session, part=part, lease=timedelta(seconds=30), **lost)

    assert told is jobs.Beat.LOST
    assert parts_on_disk(app) == 1


def test_the_total_is_what_is_really_printed(app, batch_id, now):
    with app.app_context(), reading() as session:
        ids = session.scalars(select(Registration.id).order_by(Registration.batch_row)).all()
    print_cards(app, ids[:3], now)
    with app.app_context(), transaction() as session:
        given = session.scalars(select(Card)).all()
        cards.hand_over(session, actor=World(session).putu, cards=given, now=now)

    job_id = order(app, batch_id, now)
    work(app)

    job = job_of(app, job_id)
    assert (job.total, job.done, document_of(app, job).rows) == (ROWS - 3, ROWS - 3, ROWS - 3)


def test_what_no_row_names_is_swept_once_it_is_old(app, settings, batch_id, now):
    order(app, batch_id, now)
    work(app)
    storage = app.extensions["fieldapp.storage"]
    unnamed = [storage.put(b"lost", kind) for kind in (press_parts.PART, press_parts.DOCUMENT)]
    torn = settings.files_path / "incoming" / "torn"
    torn.write_bytes(b"torn")
    named = files_of(settings)

    with app.app_context():
        sweeping.sweep_unnamed(storage, now_utc())
    assert files_of(settings) == named

    long_ago = time.time() - 2 * 3600
    for path in settings.files_path.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    with app.app_context():
        sweeping.sweep_unnamed(storage, now_utc())

    assert not any(storage.exists(key) for key in unnamed)
    assert not torn.exists()
    assert files_of(settings)[press_parts.DOCUMENT] == 1


def test_the_moment_in_a_file_is_that_of_the_newest_of_its_facts(app, batch_id, now):
    newest = now + timedelta(hours=3)
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Registration).where(Registration.batch_row == ROWS)).one()
        row.changed_at = newest

    job_id = order(app, batch_id, now)
    work(app)

    with opened(paper_of(app, job_of(app, job_id))) as pdf:
        moment = str(pdf.docinfo["/CreationDate"])
    assert moment.startswith(newest.strftime("D:%Y%m%d%H%M%S"))


def text_of(content: bytes, folder: Path) -> str:
    """All words of a file."""
    path = folder / "printed.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True)
    return done.stdout.decode()


def test_every_card_of_a_broken_print_is_on_it_once(app, batch_id, now, tmp_path):
    job_id = order(app, batch_id, now)
    work(app, dies_after=1)
    work(app, dies_after=1)
    work(app)

    told = text_of(paper_of(app, job_of(app, job_id)), tmp_path)
    with app.app_context(), reading() as session:
        numbers = set(session.scalars(select(Registration.number)))
    found = Counter(re.findall(r"\b\d{4}-\d{6}\b", told))
    assert set(found) == numbers
    assert set(found.values()) == {2}  # on its front and on its back


def test_a_print_that_crashes_is_tried_again_later_each_time_and_given_up_in_the_end(
    app, settings, batch_id, now, monkeypatch
):
    job_id = order(app, batch_id, now)
    facts_of = press_parts.facts_of

    def breaks_off(house, actor, ids, make):
        if len(ids) < TEN:
            raise RuntimeError("a fault of ours")
        return facts_of(house, actor, ids, make)

    monkeypatch.setattr(press_parts, "facts_of", breaks_off)
    pauses = []
    for _ in range(jobs.MOST_ATTEMPTS + 1):
        work(app)
        job = job_of(app, job_id)
        pauses.append(5 * math.ceil((job.not_before - now_utc()).total_seconds() / 5))
        assert nothing_printed(app)
        if job.state is JobState.FAILED:
            break
        assert (job.state, job.problem["code"]) == (JobState.WAITING, "crashed")
        with app.app_context():
            assert not Worker(app.extensions["fieldapp.house"], lease_seconds=30).work_once()
        lapse(app)

    # The first attempt made three parts; standing still is counted from the second on.
    assert (job.state, pauses[:-1]) == (JobState.FAILED, [5, 5, 10])
    assert (parts_on_disk(app), files_of(settings)[press_parts.PART]) == (0, 0)
