"""The pages of cards after printing: Putu counts and voids, Wayan hands over, Komang checks."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_codes import spell
from fieldapp.domain.card_life import CardState
from fieldapp.domain.reconciliation import CardFigures
from fieldapp.models.audit import AuditEntry
from fieldapp.models.cards import Card
from fieldapp.models.registrations import Registration
from fieldapp.queries import cards as queries
from fieldapp.services import cards
from tests.cards import PEOPLE, approved, print_cards
from tests.web.browser import Browser, Page
from tests.world import World


@pytest.fixture
def batch_id(app: Flask) -> UUID:
    """Three workers, approved; the cards of two of them are printed."""
    now = now_utc()
    found, ids = approved(app, now)
    print_cards(app, ids[:2], now)
    return found


def at(app: Flask, username: str) -> Browser:
    browser = Browser(app, language="id")
    browser.sign_in(username)
    return browser


def states(app: Flask) -> list[CardState]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(Card.state).order_by(Card.serial, Card.copy)))


def card_ids(app: Flask) -> list[str]:
    with app.app_context(), reading() as session:
        return [str(each) for each in session.scalars(select(Card.id).order_by(Card.serial))]


def figures(app: Flask, batch_id: UUID) -> CardFigures:
    with app.app_context(), reading() as session:
        return queries.reconciliation(session, World(session).putu, batch_id)


def test_the_figures_of_a_batch_add_up_from_the_first_print_to_the_last_reprint(app, batch_id):
    found = figures(app, batch_id)
    assert (found.approved, found.in_office, found.without, found.printed) == (3, 2, 1, 2)
    assert found.adds_up
    with app.app_context(), transaction() as session:
        putu = World(session).putu
        first, second = session.scalars(select(Card).order_by(Card.serial)).all()
        cards.spoil(session, actor=putu, card=first, reason="Macet", now=now_utc())
        cards.void(session, actor=putu, card=second, reason="Hilang", now=now_utc())
        cards.reprint(session, actor=putu, card=first, reason="Macet", now=now_utc())

    found = figures(app, batch_id)

    assert (found.spoiled, found.void, found.waiting, found.lost) == (1, 1, 1, 1)
    assert found.adds_up


def test_figures_that_do_not_add_up_are_shouted_about():
    wrong = CardFigures(
        approved=3, without=0, lost=0, waiting=0, in_office=2, handed_over=0,
        printed=2, spoiled=0, void=0,
    )  # fmt: skip

    assert not wrong.adds_up


def test_the_clerk_marks_cards_as_spoiled_with_a_reason(app, batch_id):
    browser = at(app, "putu")
    page = browser.get(f"/cards/batches/{batch_id}")
    assert "Jumlahnya cocok" in page.text

    page = browser.submit("/cards/moves", card=card_ids(app), reason="", button="Tandai rusak")
    assert "perlu alasan" in page.messages.lower() or "alasan" in page.messages.lower()
    assert set(states(app)) == {CardState.PRINTED}

    page = browser.submit("/cards/moves", card=card_ids(app), reason="Macet", button="Tandai rusak")
    assert "Selesai untuk 2 kartu" in page.messages
    assert set(states(app)) == {CardState.SPOILED}


def test_the_coordinator_hands_over_by_list_and_is_offered_nothing_else(app, batch_id):
    browser = at(app, "wayan")
    page = browser.get(f"/cards/batches/{batch_id}")
    assert set(page.form("/cards/moves").buttons) == {"Serahkan"}

    browser.submit("/cards/moves", card=card_ids(app), button="Serahkan")

    assert set(states(app)) == {CardState.HANDED_OVER}


def test_a_spoiled_card_is_ordered_again_on_its_page(app, batch_id):
    browser = at(app, "putu")
    card_id = card_ids(app)[0]
    browser.get(f"/cards/{card_id}")
    browser.submit("/cards/moves", reason="Macet", button="Tandai rusak")

    page = browser.submit("/cards/moves", reason="Macet", button="Minta cetak ulang")

    assert "2026-000001/2" in page.text.replace(str(now_utc().year), "2026")
    assert states(app)[:2] == [CardState.SPOILED, CardState.ISSUED]


def test_another_agency_sees_and_moves_nothing(app, batch_id):
    browser = at(app, "made")
    ids = card_ids(app)

    assert browser.get(f"/cards/batches/{batch_id}").status == 404
    assert browser.get(f"/cards/{ids[0]}").status == 404


def test_the_permit_officer_checks_a_code_and_the_check_is_in_the_trail(app, batch_id):
    with app.app_context(), reading() as session:
        code = session.scalars(select(Card.code).order_by(Card.serial)).first()
    browser = at(app, "komang")
    browser.get("/cards/check")

    page = browser.submit("/cards/check", code=f"HTTPS://KARTU.CONTOH.ID/V/{spell(code)}")

    assert "Asli dan berlaku" in page.text
    assert PEOPLE[0] in page.text
    with app.app_context(), reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "card.check")).one()
        assert entry.facts == {"by_number": False, "verdict": "card_valid"}


def test_a_number_that_is_typed_is_told_to_prove_less(app, batch_id):
    with app.app_context(), reading() as session:
        number = session.scalars(select(Registration.number).order_by(Registration.number)).first()
    browser = at(app, "ketut")
    browser.get("/cards/check")

    page = browser.submit("/cards/check", code=number)

    assert "kodenya tidak diperiksa" in page.text
    assert "Terdaftar dan berlaku" in page.text
    assert "Asli" not in page.text
    assert PEOPLE[0] in page.text


def test_a_number_of_another_agency_is_not_genuine_to_its_supervisor(app, batch_id):
    with app.app_context(), reading() as session:
        number = session.scalars(select(Registration.number).order_by(Registration.number)).first()
    browser = at(app, "nyoman")
    browser.get("/cards/check")

    page = browser.submit("/cards/check", code=number)

    assert PEOPLE[0] not in page.text
    assert "Tidak asli" in page.text


def test_a_further_reprint_waits_on_the_page_of_the_second_person(app, batch_id):
    with app.app_context(), transaction() as session:
        putu = World(session).putu
        card = session.scalars(select(Card).order_by(Card.serial)).first()
        for _again in range(2):
            cards.void(session, actor=putu, card=card, reason="Hilang", now=now_utc())
            card = cards.reprint(session, actor=putu, card=card, reason="Hilang", now=now_utc())
        card_id = card.id
    browser = at(app, "ketut")
    page = browser.get("/cards/")
    assert PEOPLE[0] in page.text

    browser.get(f"/cards/{card_id}")
    browser.submit("/cards/moves", button="Izinkan cetak ulang")

    with app.app_context(), reading() as session:
        assert session.get_one(Card, card_id).state is CardState.ISSUED


def scan(browser: Browser, text: str) -> Page:
    browser.get("/cards/hand-over")
    return browser.submit("scan", code=text)


def test_wayan_scans_a_card_sees_whose_it_is_and_hands_it_over(app, batch_id):
    with app.app_context(), reading() as session:
        code = session.scalars(select(Card.code).order_by(Card.serial)).first()
    browser = at(app, "wayan")

    page = scan(browser, f"HTTPS://KARTU.CONTOH.ID/V/{spell(code)}")
    assert PEOPLE[0] in page.text
    assert states(app) == [CardState.PRINTED, CardState.PRINTED]

    page = browser.submit("hand-over")
    assert f"{PEOPLE[0]} sudah menerima kartu" in page.messages
    assert states(app) == [CardState.HANDED_OVER, CardState.PRINTED]
    assert page.path == "/cards/hand-over"


def test_a_number_is_typed_where_there_is_no_camera(app, batch_id):
    with app.app_context(), reading() as session:
        serial = session.scalars(select(Card.serial).order_by(Card.serial.desc())).first()

    page = scan(at(app, "wayan"), f" {serial} ")

    assert PEOPLE[1] in page.text


def test_a_card_that_is_handed_over_already_says_when_and_offers_nothing(app, batch_id):
    browser = at(app, "wayan")
    serial = serial_of_first(app)
    scan(browser, serial)
    browser.submit("hand-over")

    page = scan(browser, serial)

    assert page.status == 409
    assert "sudah diserahkan pada" in page.text
    assert not page.tree.xpath("//form[@id='hand-over']")


def test_a_confirmation_that_comes_too_late_says_so(app, batch_id):
    """Putu makes the card void while Wayan looks at the person before him."""
    browser = at(app, "wayan")
    scan(browser, serial_of_first(app))
    with app.app_context(), transaction() as session:
        card = session.scalars(select(Card).order_by(Card.serial)).first()
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())

    page = browser.submit("hand-over")

    assert "tidak berlaku lagi" in page.messages
    assert states(app)[0] is CardState.VOID


def test_what_is_not_ours_or_not_of_this_agency_is_not_handed_over(app, batch_id):
    forged = scan(at(app, "wayan"), "https://wa.me/62811")
    theirs = scan(at(app, "made"), serial_of_first(app))

    assert (forged.status, theirs.status) == (422, 404)
    assert "bukan buatan kami" in forged.text
    assert "Tidak ada kartu" in theirs.text
    assert PEOPLE[0] not in theirs.text
    card_id = card_ids(app)[0]
    token = theirs.form("scan").fields["csrf_token"]
    refused = theirs.browser.post(f"/cards/{card_id}/hand-over", {"csrf_token": token})
    assert refused.status == 404


def serial_of_first(app: Flask) -> str:
    with app.app_context(), reading() as session:
        return str(session.scalars(select(Card.serial).order_by(Card.serial)).first())
