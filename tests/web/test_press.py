"""The press room on pages: started once, told how far it is, stopped, and held by few hands."""

from __future__ import annotations

from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import func, select

from fieldapp.database import reading, transaction
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.jobs.worker import Worker
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Verdict
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.services import decisions
from tests.conftest import NOW
from tests.filing import register, send
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def kept(app):
    """The database, for a moment: a context left open would keep the first visitor of all."""

    @contextmanager
    def open_for_a_moment():
        with app.app_context(), transaction() as session:
            yield session

    return open_for_a_moment


@pytest.fixture
def work(app):
    """The worker does what waits."""

    def work_once() -> None:
        with app.app_context():
            Worker(app.extensions["fieldapp.house"], lease_seconds=30).work_once()

    return work_once


@pytest.fixture
def print_one(app):
    """One document at request, by somebody; its id."""

    def made(username: str, kind: DocumentKind, row_id: UUID) -> UUID:
        with app.app_context():
            with reading() as session:
                actor = getattr(World(session), username)
            house = app.extensions["fieldapp.house"]
            return press.print_one(
                house, actor=actor, kind=kind, registration_id=row_id, now=NOW
            ).document_id

    return made


@pytest.fixture
def approved(kept) -> tuple[UUID, UUID]:
    """A batch of Wayan's with one approved row, and that row."""
    with kept() as session:
        world = World(session)
        row = register(session, world.wayan, NOW, serial=1)
        batch, _ = send(session, world.wayan, [row], NOW)
        verdict = decisions.RowVerdict(row.id, Verdict.APPROVE)
        decisions.decide(session, actor=world.ketut, batch=batch, verdicts=[verdict], now=NOW)
        return batch.id, row.id


@pytest.fixture
def putu(app) -> Browser:
    browser = Browser(app)
    browser.sign_in("putu")
    return browser


def start(browser: Browser, batch_id: UUID, kind: str = "card_sheet"):
    browser.get("/press/")
    return browser.submit("/press/jobs", batch_id=str(batch_id), kind=kind)


def count(kept, of) -> int:
    with kept() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def status(browser: Browser, address: str) -> int:
    answer = browser.client.get(address)
    answer.close()
    return answer.status_code


def test_a_print_is_started_done_and_downloaded_with_an_entry_for_it(kept, work, putu, approved):
    page = start(putu, approved[0])
    assert "Menunggu giliran" in page.text

    work()
    page = putu.get(page.path)
    file = putu.get(page.links["Buka file"])

    assert page.path.startswith("/press/documents/")
    assert (file.mimetype, file.body[:5]) == ("application/pdf", b"%PDF-")
    with kept() as session:
        assert session.scalars(select(Document.size)).one() == len(file.body)
        entries = select(func.count()).where(AuditEntry.action == "document.download")
        assert session.scalar(entries) == 1


def test_the_second_clerk_is_told_that_the_batch_is_being_printed_already(kept, putu, approved):
    first = start(putu, approved[0])

    again = start(putu, approved[0])

    assert again.path == first.path
    assert "sedang dicetak" in again.messages
    assert count(kept, Job) == 1


def test_a_batch_without_an_approved_row_is_not_put_into_the_queue(kept, putu):
    with kept() as session:
        wayan = World(session).wayan
        batch, _ = send(session, wayan, [register(session, wayan, NOW, serial=2)], NOW)
        waiting = batch.id

    token = putu.get("/account/sessions").forms[0].fields["csrf_token"]
    page = putu.post(
        "/press/jobs", {"csrf_token": token, "batch_id": str(waiting), "kind": "card_sheet"}
    )

    assert "Belum ada baris" in page.messages
    assert count(kept, Job) == 0


def test_a_stopped_print_leaves_nothing_in_the_ledger(kept, work, putu, approved):
    page = start(putu, approved[0])

    putu.submit(f"{page.path}/cancel")
    work()

    with kept() as session:
        assert session.scalars(select(Job.state)).one() is JobState.CANCELLED
    assert count(kept, Document) == 0


def test_how_far_a_print_is_can_be_asked_by_a_script(putu, approved):
    page = start(putu, approved[0])

    told = putu.client.get(f"{page.path}.json").get_json()

    assert (told["state"], told["done"], told["total"], told["ended"]) == ("waiting", 0, 1, False)


@pytest.mark.parametrize("username", ["wayan", "ketut", "made"])
def test_official_paper_is_for_those_who_may_print_it(app, print_one, approved, username):
    document_id = print_one("putu", DocumentKind.CARD, approved[1])
    browser = Browser(app)
    browser.sign_in(username)

    found = {status(browser, f"/press/documents/{document_id}{form}") for form in ("", ".pdf")}

    assert found == {404}


def test_a_draft_is_for_who_made_it(app, kept, print_one):
    with kept() as session:
        row_id = register(session, World(session).wayan, NOW, serial=3).id
    document_id = print_one("wayan", DocumentKind.ENROLMENT_FORM, row_id)

    answers = {}
    for username in ("wayan", "ketut", "putu", "made"):
        browser = Browser(app)
        browser.sign_in(username)
        answers[username] = status(browser, f"/press/documents/{document_id}.pdf")

    assert answers == {"wayan": 200, "ketut": 404, "putu": 404, "made": 404}


def test_a_coordinator_prints_the_draft_of_a_list_from_the_page_of_the_batch(app, kept):
    with kept() as session:
        wayan = World(session).wayan
        batch, _ = send(session, wayan, [register(session, wayan, NOW, serial=4)], NOW)
        batch_id = batch.id
    browser = Browser(app)
    browser.sign_in("wayan")

    browser.get(f"/batches/{batch_id}")
    file = browser.submit(f"/batches/{batch_id}/list.pdf")

    assert (file.mimetype, file.body[:5]) == ("application/pdf", b"%PDF-")
    with kept() as session:
        assert session.scalars(select(Document.draft)).one()
