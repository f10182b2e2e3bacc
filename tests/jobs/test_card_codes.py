"""The codes on printed cards, read back from the picture by a library that did not draw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from fieldapp.app import create_app
from fieldapp.database import db, reading, transaction
from fieldapp.documents.cards import qr_symbol
from fieldapp.domain.card_codes import Claims, read_code
from fieldapp.domain.card_life import CardState, CardVerdict
from fieldapp.domain.errors import CardNotReadyError, NoCardsLeftError, StaleError
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.jobs.worker import Worker
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.services import batches, card_checks, cards, decisions, jobs, registrations
from tests.documents.reading import codes_on
from tests.world import World, filled_form

ADDRESS = "https://kartu.denpasarkota.go.id"
ROWS = 13
MODULES_OF_VERSION_7 = 45


@pytest.fixture
def app(settings) -> Iterator[Flask]:
    app = create_app(replace(settings, public_url=ADDRESS))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> press.House:
    house: press.House = app.extensions["fieldapp.house"]
    return house


@pytest.fixture
def batch_id(app: Flask, now: datetime) -> UUID:
    """Thirteen workers of Wayan's, approved by Ketut: one sheet and three cards."""
    with transaction() as session:
        world = World(session)
        ids = [
            registrations.save(
                session,
                actor=world.wayan,
                registration_id=uuid4(),
                typed=filled_form(
                    world.category("juru parkir"),
                    nik=f"517101120585{number:04d}",
                    name=f"I Wayan {'ABCDEFGHIJKLMNOP'[number]}rtana",
                ),
                seen=None,
                now=now,
                consented=True,
            ).id
            for number in range(1, ROWS + 1)
        ]
        batch = batches.create_batch(
            session, actor=world.wayan, registration_ids=ids, note="", most=5000, now=now
        )
        sent = batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)
        verdicts = [decisions.RowVerdict(each, decisions.Verdict.APPROVE) for each in sent.sent]
        decisions.decide(session, actor=world.ketut, batch=batch, verdicts=verdicts, now=now)
        return batch.id


def print_sheets(house: press.House, batch_id: UUID, now: datetime) -> Job:
    with transaction() as session:
        world = World(session)
        job_id = jobs.enqueue(
            session,
            actor=world.putu,
            kind="print_batch",
            args={"kind": DocumentKind.CARD_SHEET, "batch_id": str(batch_id), "by_banjar": True},
            total=ROWS,
            agency_id=world.wayan.agency_id,
            now=now,
        ).id
    Worker(house, lease_seconds=30).work_once()
    with reading() as session:
        job = session.get_one(Job, job_id)
        session.expunge(job)
        return job


def pdf_of(house: press.House, job: Job) -> bytes:
    with reading() as session:
        return house.storage.get(session.get_one(Document, job.document_id).file)


def test_every_code_of_a_batch_is_read_from_paper_and_found_genuine(house, batch_id, now, tmp_path):
    job = print_sheets(house, batch_id, now)

    codes = codes_on(pdf_of(house, job), tmp_path)

    assert job.state is JobState.DONE
    assert len(codes) == len(set(codes)) == ROWS
    assert all(code.startswith(f"{ADDRESS}/v/".upper()) for code in codes)
    with reading() as session:
        verdicts = {card_checks.check(session, code, now=now).verdict for code in codes}
        numbers = set(session.scalars(select(Registration.number)))
    assert verdicts == {CardVerdict.VALID}
    assert {Claims.of(read_code(code)).serial for code in codes} == numbers
    assert max(qr_symbol(code)[1] for code in codes) == MODULES_OF_VERSION_7


def test_a_single_card_and_the_same_card_on_a_sheet_carry_one_code(house, batch_id, now, tmp_path):
    sheets = codes_on(pdf_of(house, print_sheets(house, batch_id, now)), tmp_path)
    with reading() as session:
        putu = World(session).putu
        row_id = session.scalars(select(Registration.id).order_by(Registration.number)).first()

    made = press.print_one(
        house, actor=putu, kind=DocumentKind.CARD, registration_id=row_id, now=now
    )

    assert set(codes_on(made.pdf, tmp_path)) < set(sheets)


def test_a_code_is_read_from_a_poor_copy(house, batch_id, now, tmp_path):
    with reading() as session:
        putu = World(session).putu
        row_id = session.scalars(select(Registration.id)).first()
    made = press.print_one(
        house, actor=putu, kind=DocumentKind.CARD, registration_id=row_id, now=now
    )

    assert len(codes_on(made.pdf, tmp_path, dpi=150)) == 1


def test_cards_handed_over_are_not_printed_again_with_their_batch(house, batch_id, now, tmp_path):
    print_sheets(house, batch_id, now)
    with transaction() as session:
        handed = session.scalars(select(Card).order_by(Card.serial).limit(2)).all()
        cards.hand_over(session, actor=World(session).wayan, cards=handed, now=now)
        registration_id = handed[0].registration_id

    job = print_sheets(house, batch_id, now)

    assert len(codes_on(pdf_of(house, job), tmp_path)) == ROWS - 2
    with reading() as session:
        putu = World(session).putu
    with pytest.raises(CardNotReadyError):
        press.print_one(
            house, actor=putu, kind=DocumentKind.CARD, registration_id=registration_id, now=now
        )


def test_a_batch_whose_cards_are_all_handed_over_says_so(house, batch_id, now):
    print_sheets(house, batch_id, now)
    with transaction() as session:
        every = session.scalars(select(Card)).all()
        cards.hand_over(session, actor=World(session).wayan, cards=every, now=now)

    job = print_sheets(house, batch_id, now)

    assert (job.state, job.problem["code"]) == (JobState.FAILED, NoCardsLeftError.code)


def test_a_card_made_void_while_it_is_printed_keeps_the_file_out_of_the_ledger(
    house, batch_id, now, monkeypatch
):
    """Putu prints; at her colleague's desk one of the cards is made void before she is done."""
    enter = press.enter

    def late(session, *, actor, made, now):
        card = session.get_one(Card, made.card_ids[0])
        cards.void(session, actor=actor, card=card, reason="Nama salah", now=now)
        return enter(session, actor=actor, made=made, now=now)

    monkeypatch.setattr(press, "enter", late)
    with reading() as session:
        putu = World(session).putu
        row_id = session.scalars(select(Registration.id)).first()

    with pytest.raises(StaleError):
        press.print_one(house, actor=putu, kind=DocumentKind.CARD, registration_id=row_id, now=now)

    with reading() as session:
        assert session.scalar(select(func.count(Document.id))) == 0
        assert set(session.scalars(select(Card.state))) == {CardState.ISSUED}
