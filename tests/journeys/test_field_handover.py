"""Wayan gives cards out where there is no signal: noted on the phone, told to the server once."""

from __future__ import annotations

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.card_codes import address
from fieldapp.domain.card_life import CardState
from fieldapp.models.cards import Card
from fieldapp.models.devices import Intake, IntakeKind
from fieldapp.services import cards
from tests.cards import approved, card_of, print_cards
from tests.journeys.field import Field
from tests.world import World

pytestmark = pytest.mark.journey

# A camera whose picture shows the code of `window.shown`, as Chromium on Android reads it.
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.shown ? [{ rawValue: window.shown }] : []; }
};
Object.defineProperty(navigator, "mediaDevices", { value: {
  async getUserMedia() { return document.createElement("canvas").captureStream(); },
} });
HTMLMediaElement.prototype.play = async () => {};
"""


@pytest.fixture
def printed(app):
    now = now_utc()
    _batch, ids = approved(app, now)
    return print_cards(app, ids[:2], now)


@pytest.fixture
def wayan(live, printed):
    phone = Field(live, "wayan")
    phone.flush()
    phone.context.add_init_script(CAMERA)
    return phone


def code_of(card):
    return address("https://kartu.contoh.id", card.code)


def noted(phone):
    def read(session):
        asked = select(Intake.subject_id).where(Intake.kind == IntakeKind.HANDOVER)
        return list(session.scalars(asked))

    return phone.on_server(read)


def test_cards_scanned_and_typed_without_a_signal_are_handed_over_once(app, wayan, printed):
    scanned, typed = printed
    with wayan.away():
        page = wayan.unlock()
        page.get_by_role("link", name="Serahkan kartu").click()
        page.evaluate("(code) => { window.shown = code; }", code_of(scanned))
        page.get_by_role("button", name="Buka kamera").click()
        page.get_by_text(f"Kartu {scanned.printed_serial} dicatat diserahkan").wait_for()
        box = page.get_by_label("Kode atau nomor kartu")
        button = page.get_by_role("button", name="Kartu sudah diserahkan")
        told = []
        for text in ("2026-12", code_of(scanned).lower(), typed.printed_serial):
            box.fill(text)
            button.click()
            page.wait_for_function(
                "(before) => document.querySelector('[data-slot=told]').textContent !== before",
                arg=told[-1]
                if told
                else f"Kartu {scanned.printed_serial} dicatat diserahkan, dikirim bila ada sinyal.",
            )
            told.append(page.locator("[data-slot=told]").inner_text())
        page.locator("[data-list=cards] li").nth(1).wait_for()
        violations = Axe().run(page).violations_count
        page.close()
        wayan.page = page = wayan.context.new_page()
        page.goto("/phone/id/")
        wayan.unlock("#/outbox")
        page.get_by_text(f"Penyerahan kartu {scanned.printed_serial}").wait_for()
        waiting = wayan.at_rest("outbox")
        assert noted(wayan) == []

    page.get_by_text("Tidak ada yang menunggu").wait_for()

    assert told == [
        "Itu bukan nomor atau kode kartu.",
        f"Kartu {scanned.printed_serial} sudah dicatat.",
        f"Kartu {typed.printed_serial} dicatat diserahkan, dikirim bila ada sinyal.",
    ]
    assert violations == 0
    assert [(each["kind"], each["sequence"]) for each in waiting] == [
        ("handover", 1),
        ("handover", 2),
    ]
    assert sorted(noted(wayan)) == sorted(UUID(each["id"]) for each in waiting)
    for card in printed:
        assert card_of(app, card.registration_id).state is CardState.HANDED_OVER


def test_a_void_card_waits_for_a_person_with_the_words_of_the_server(app, wayan, printed):
    card = printed[0]
    with app.app_context(), transaction() as session:
        kept = session.get(Card, card.id)
        cards.void(
            session, actor=World(session).putu, card=kept, reason="hilang", now=now_utc()
        )  # fmt: skip
    page = wayan.unlock("#/handover")
    page.get_by_label("Kode atau nomor kartu").fill(card.printed_serial)
    page.get_by_role("button", name="Kartu sudah diserahkan").click()
    page.get_by_text("dicatat diserahkan").wait_for()
    page.evaluate("location.hash = '#/outbox'")
    error = page.locator(".item-error span")
    error.wait_for()
    words, [item] = error.inner_text(), wayan.at_rest("outbox")

    page.get_by_role("button", name="Hapus dari daftar").click()

    page.get_by_text("Tidak ada yang menunggu").wait_for()
    assert (item["state"], item["error"]["code"]) == ("attention", "card_void")
    assert words == item["error"]["title"] != ""
    assert wayan.at_rest("outbox") == []
    assert noted(wayan) == []
    assert card_of(app, card.registration_id).state is CardState.VOID
