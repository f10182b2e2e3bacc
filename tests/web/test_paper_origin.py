"""Which print is this file? Asked by Putu on a page, and by whoever keeps the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from fieldapp.database import reading, transaction
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Verdict
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, cards, decisions
from tests.filing import register, send
from tests.web.browser import Browser
from tests.world import World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def sudarma(app: Flask) -> UUID:
    """A worker of Wayan's, approved by Ketut."""
    with app.app_context(), transaction() as session:
        world = World(session)
        row = register(session, world.wayan, NOW, serial=1)
        batch, _ = send(session, world.wayan, [row], NOW)
        verdict = decisions.RowVerdict(row.id, Verdict.APPROVE)
        decisions.decide(session, actor=world.ketut, batch=batch, verdicts=[verdict], now=NOW)
        return row.id


def print_of(
    app: Flask, registration_id: UUID, kind: DocumentKind, *, by: str = "putu", now: datetime = NOW
) -> tuple[Document, bytes]:
    """A print of the ledger, and its bytes."""
    house = app.extensions["fieldapp.house"]
    with app.app_context():
        with reading() as session:
            actor = getattr(World(session), by)
        made = press.print_one(
            house, actor=actor, kind=kind, registration_id=registration_id, now=now
        )
        with reading() as session:
            document = session.get_one(Document, made.document_id)
            session.expunge(document)
        return document, made.pdf


@pytest.fixture
def verify(app: Flask, tmp_path: Path):
    def verify(content: bytes, language: str = "en_US.UTF-8"):
        file = tmp_path / f"{uuid4()}.pdf"
        file.write_bytes(content)
        runner = app.test_cli_runner(env={"LANG": language})
        return runner.invoke(args=["documents", "verify", str(file)])

    return verify


def last_trace(app: Flask) -> AuditEntry:
    with app.app_context(), reading() as session:
        asked = select(AuditEntry).where(AuditEntry.action == "document.verify")
        entry = session.scalars(asked.order_by(AuditEntry.seq.desc()).limit(1)).one()
        session.expunge(entry)
        return entry


def test_a_card_of_ours_is_told_with_its_number_and_without_a_name(app, sudarma, verify):
    document, content = print_of(app, sudarma, DocumentKind.CARD)
    with app.app_context(), reading() as session:
        row = session.get_one(Registration, sudarma)
        name, number = row.name, row.number

    answer = verify(content)

    assert answer.exit_code == 0
    lines = dict(line.split(": ", 1) for line in answer.output.splitlines())
    assert lines == {
        "Kind": "Card",
        "Standing": "Official paper",
        "Template": document.template,
        "Workers in it": "1",
        "Printed on": "20 November 2026 10.00 WITA",
        "Printed by": "putu",
        "Times printed": "1",
        "Batch": "B-2026-0001",
        "Registration": str(sudarma),
        "Numbers": number,
        "Entry in the ledger": str(document.id),
    }
    assert name not in answer.output
    entry = last_trace(app)
    assert entry.subject_id == str(document.id)
    assert entry.facts == {"kind": "card", "sha256": sha256(content).hexdigest()}


def test_one_bit_makes_it_none_of_ours(app, sudarma, verify):
    _, content = print_of(app, sudarma, DocumentKind.CARD)
    for place in (0, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1

        answer = verify(bytes(changed))

        assert answer.exit_code == 1
        assert "none of ours" in answer.output
        assert "Kind" not in answer.output
    entry = last_trace(app)
    assert (entry.subject_id, entry.facts["kind"]) == ("unknown", None)


def test_the_terminal_speaks_its_readers_language(app, sudarma, verify, monkeypatch):
    monkeypatch.setenv("LANG", "id_ID.UTF-8")

    answer = verify(b"%PDF-1.7 made at home", "id_ID.UTF-8")

    assert answer.exit_code == 1
    assert "bukan cetakan kami" in answer.output


def test_a_file_that_is_not_there_is_another_matter(app):
    answer = app.test_cli_runner().invoke(args=["documents", "verify", "nowhere.pdf"])

    assert answer.exit_code == 2


def test_a_draft_is_told_as_one_and_has_no_number(app, sudarma, verify):
    with app.app_context(), transaction() as session:
        draft = register(session, World(session).wayan, NOW, serial=2).id

    _, content = print_of(app, draft, DocumentKind.ENROLMENT_FORM, by="wayan")
    answer = verify(content)

    assert "Standing: Draft, not official" in answer.output
    assert "Numbers" not in answer.output
    assert "Printed by: wayan" in answer.output


def test_the_same_bytes_printed_twice_are_one_answer(app, sudarma, verify):
    first, content = print_of(app, sudarma, DocumentKind.ENROLMENT_FORM)
    _, again = print_of(app, sudarma, DocumentKind.ENROLMENT_FORM, now=NOW + timedelta(days=1))
    assert content == again

    answer = verify(content)

    assert "Times printed: 2" in answer.output
    assert f"Entry in the ledger: {first.id}" in answer.output


def test_an_old_file_is_told_with_the_copy_that_it_holds(app, sudarma, verify):
    _, content = print_of(app, sudarma, DocumentKind.CARD)
    later = NOW + timedelta(days=1)
    with app.app_context(), transaction() as session:
        putu = World(session).putu
        card = session.scalars(select(Card)).one()
        number = card.serial
        cards.void(session, actor=putu, card=card, reason="Hilang", now=later)
        cards.reprint(session, actor=putu, card=card, reason="Hilang", now=later)
    _, reprint = print_of(app, sudarma, DocumentKind.CARD, now=later)

    assert f"Numbers: {number}\n" in verify(content).output
    assert f"Numbers: {number}/2\n" in verify(reprint).output


def test_a_paper_that_only_the_trail_knows_is_told_too(app, verify):
    content, check_id = b"%PDF a result", uuid4()
    with app.app_context(), transaction() as session:
        audit.record(
            session,
            actor=World(session).komang,
            action="permit.print",
            subject="permit_check",
            subject_id=check_id,
            now=NOW,
            sha256=sha256(content).hexdigest(),
        )

    answer = verify(content)

    assert "Kind: Result of a permit check" in answer.output
    assert f"Entry in the ledger: {check_id}" in answer.output


def test_the_clerk_asks_on_a_page_and_nothing_is_kept(app, sudarma, settings):
    _, content = print_of(app, sudarma, DocumentKind.CARD)
    browser = Browser(app)
    browser.sign_in("putu")
    browser.get("/press/")
    before = sorted(settings.data.rglob("*document*"))

    browser.get("/documents/verify")
    page = browser.submit("origin", file=(BytesIO(content), "kartu.pdf"))
    assert "dicetak di sini" in page.text
    page = browser.submit("origin", file=(BytesIO(content + b" "), "kartu.pdf"))
    assert "Bukan cetakan kami" in page.text
    page = browser.submit("origin", sha256=sha256(content).hexdigest().upper())
    assert "dicetak di sini" in page.text
    page = browser.submit("origin", sha256="abc")
    assert "64 huruf" in page.text
    assert sorted(settings.data.rglob("*document*")) == before
