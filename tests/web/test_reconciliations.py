"""Putu puts the figures of a batch's cards on paper; Ketut, or anybody, checks the paper's code."""

from __future__ import annotations

import re
from hashlib import sha256
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_codes import spell
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.reconciliation import (
    ReconciliationClaims,
    address,
    mark_of,
    read_code,
)
from fieldapp.models.audit import AuditEntry
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document
from fieldapp.models.reconciliations import Reconciliation
from fieldapp.queries import cards as card_queries
from fieldapp.services import cards, signing_keys
from tests.cards import PEOPLE, approved, print_cards
from tests.documents.reading import codes_on
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def batch_id(app: Flask) -> UUID:
    """Three workers, approved; one card in its owner's hand, one spoiled, one still to print."""
    now = now_utc()
    found, ids = approved(app, now)
    first, second = print_cards(app, ids[:2], now)
    with app.app_context(), transaction() as session:
        world = World(session)
        given, bad = (session.get_one(Card, each.id) for each in (first, second))
        cards.hand_over(session, actor=world.wayan, cards=[given], now=now)
        cards.spoil(session, actor=world.putu, card=bad, reason="Macet di pencetak", now=now)
    return found


def at(app: Flask, username: str) -> Browser:
    browser = Browser(app, language="id")
    browser.sign_in(username)
    return browser


def print_sheet(app: Flask, batch_id: UUID) -> bytes:
    browser = at(app, "putu")
    browser.get(f"/cards/batches/{batch_id}")
    page = browser.submit(f"/cards/batches/{batch_id}/reconciliation.pdf")
    assert page.mimetype == "application/pdf"
    return page.body


def kept(app: Flask) -> list[Reconciliation]:
    with app.app_context(), reading() as session:
        rows = session.scalars(select(Reconciliation).order_by(Reconciliation.number)).all()
        session.expunge_all()
        return list(rows)


def stranger(app: Flask) -> Browser:
    return Browser(app, language="id")


def test_the_sheet_lies_in_the_ledger_with_its_hash_and_in_the_trail(app, batch_id):
    content = print_sheet(app, batch_id)

    with app.app_context(), reading() as session:
        (document,) = session.scalars(
            select(Document).where(Document.kind == DocumentKind.RECONCILIATION)
        )
        assert (document.sha256, document.batch_id) == (sha256(content).digest(), batch_id)
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "batch.reconcile")
        ).one()
        (row,) = kept(app)
        assert entry.facts == {"number": row.number, "adds_up": True}
        assert entry.subject_id == str(batch_id)


def test_the_figures_are_those_of_the_page_and_the_code_is_bound_to_them(app, batch_id):
    print_sheet(app, batch_id)

    (row,) = kept(app)
    with app.app_context(), reading() as session:
        figures = card_queries.reconciliation(session, World(session).putu, batch_id)
    assert row.figures == figures.as_row()
    assert (figures.handed_over, figures.spoiled, figures.lost, figures.to_print) == (1, 1, 1, 1)
    assert [each[1:] for each in row.set_aside] == [["spoiled", "Macet di pencetak"]]
    claims = ReconciliationClaims.of(row.code)
    assert claims.text == row.number
    assert claims.mark == mark_of("B-2026-0001", figures, row.set_aside)


def test_the_code_on_the_paper_leads_to_the_figures_that_were_signed(app, batch_id, tmp_path):
    content = print_sheet(app, batch_id)
    (symbol,) = codes_on(content, tmp_path)
    path = "/" + symbol.split("/", 3)[3]

    for spelling in (path, path.lower()):
        page = stranger(app).get(spelling)
        assert page.status == 200
        assert "Asli, dan jumlahnya cocok" in page.h1
        assert "B-2026-0001" in page.text
    for secret in (*PEOPLE, "Macet"):
        assert secret not in page.body.decode()


def test_the_page_shows_what_was_signed_and_not_what_is_now(app, batch_id):
    print_sheet(app, batch_id)
    (row,) = kept(app)
    with app.app_context(), transaction() as session:
        card = session.scalars(select(Card).where(Card.state == "handed_over")).one()
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())

    page = stranger(app).get(f"/r/{spell(row.code)}")

    assert re.search(r"Kartu sudah diserahkan\s*1|diserahkan\s+1", page.text)


@pytest.mark.parametrize("bit", [0, 9, 17, 40, 60, 100, 127, 128, 400, 639])
def test_a_flipped_bit_is_not_genuine_and_tells_nothing(app, batch_id, bit):
    print_sheet(app, batch_id)
    (row,) = kept(app)
    forged = bytearray(row.code)
    forged[bit // 8] ^= 1 << bit % 8

    page = stranger(app).get(f"/R/{spell(bytes(forged))}")

    assert page.status == 404
    assert "Tidak asli" in page.h1
    assert "B-2026" not in page.text


def test_a_signature_for_a_card_is_none_for_a_sheet(app, batch_id):
    with app.app_context(), reading() as session:
        code = session.scalars(select(Card.code).order_by(Card.serial)).first()

    for wrong in (spell(code), "ABC", "x" * 128):
        assert stranger(app).get(f"/r/{wrong}").status == 404


def test_a_retired_key_has_still_signed_what_it_signed(app, batch_id):
    print_sheet(app, batch_id)
    (row,) = kept(app)
    with app.app_context(), transaction() as session:
        signing_keys.new_key(session, actor=None, now=now_utc())
        signing_keys.retire_key(session, actor=None, key_id=1, leaked=False, now=now_utc())

    assert "Asli" in stranger(app).get(f"/r/{spell(row.code)}").h1


def test_a_signed_code_that_is_not_in_the_register_is_not_genuine(app, batch_id):
    print_sheet(app, batch_id)
    (row,) = kept(app)
    with app.app_context(), transaction() as session:
        session.execute(text("DELETE FROM reconciliation"))

    assert stranger(app).get(f"/r/{spell(row.code)}").status == 404


def test_two_clicks_are_one_sheet_and_a_change_makes_another(app, batch_id):
    first, again = print_sheet(app, batch_id), print_sheet(app, batch_id)
    assert first == again
    assert len(kept(app)) == 1

    with app.app_context(), transaction() as session:
        card = session.scalars(select(Card).where(Card.state == "handed_over")).one()
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())
    print_sheet(app, batch_id)

    rows = kept(app)
    assert [row.number[-6:] for row in rows] == ["000001", "000002"]
    assert rows[0].figures != rows[1].figures


def test_figures_that_do_not_add_up_are_signed_as_such(app, batch_id):
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE card SET batch_id = NULL WHERE state = 'handed_over'"))
    print_sheet(app, batch_id)
    (row,) = kept(app)

    assert "jumlahnya tidak cocok" in stranger(app).get(f"/r/{spell(row.code)}").h1


def test_a_coordinator_is_offered_no_sheet_and_gets_none(app, batch_id):
    browser = at(app, "wayan")
    page = browser.get(f"/cards/batches/{batch_id}")
    assert "Cetak pencocokan" not in page.text
    token = page.form("/cards/moves").fields["csrf_token"]

    refused = browser.post(f"/cards/batches/{batch_id}/reconciliation.pdf", {"csrf_token": token})

    assert refused.status == 403
    assert kept(app) == []


@given(code=st.binary(min_size=79, max_size=79))
def test_a_code_is_read_back_from_its_address_in_any_case(code):
    code = bytes([3]) + code
    spelled = address("https://kartu.contoh.id", code)

    assert read_code(spelled) == read_code(spelled.lower()) == code
