"""A market inspector checks cards on a phone: first with a signal, then without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select, update

from fieldapp.adapters.signing import CARD, SigningKey
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_codes import Claims, spell
from fieldapp.models.cards import Card
from fieldapp.models.cards import SigningKey as KeyRow
from fieldapp.services import cards, signing_keys
from tests.cards import PEOPLE, approved, print_cards
from tests.journeys.conftest import PHONE, Live
from tests.world import World

pytestmark = pytest.mark.journey


@pytest.fixture
def codes(app: Flask) -> list[bytes]:
    """Three cards that Putu has printed: one counts, one is void, one has expired."""
    now = now_utc()
    _batch, ids = approved(app, now)
    printed = print_cards(app, ids, now)
    with app.app_context(), transaction() as session:
        void = session.get_one(Card, printed[1].id)
        cards.void(session, actor=World(session).putu, card=void, reason="Hilang", now=now)
    return [card.code for card in printed if card.code]


@pytest.fixture
def phone(live: Live) -> Page:
    """A phone of nobody in particular: no session, no account."""
    context = live.browser.new_context(
        base_url=live.url, viewport=PHONE, has_touch=True, locale="id-ID"
    )
    live.contexts.append(context)
    page = context.new_page()
    page.on("pageerror", live._complain)
    return page


def scanned(code: bytes) -> str:
    return f"/V/{spell(code)}"


def ready(page: Page) -> None:
    """Until the page says that it can do without a signal."""
    page.reload()
    expect(page.locator("[data-check-ready]").first).to_be_visible()


def no_signal(page: Page) -> None:
    context: BrowserContext = page.context
    context.set_offline(True)


def axe_finds_nothing(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_card_is_checked_with_a_signal_and_others_without(live, phone, codes):
    phone.goto(scanned(codes[0]))
    expect(phone.locator("h1")).to_have_text("Asli dan berlaku")
    axe_finds_nothing(phone)
    ready(phone)

    no_signal(phone)
    phone.goto(scanned(codes[0]))

    expect(phone.locator("h1")).to_have_text("Asli dan berlaku")
    expect(phone.locator('[data-fact="initials"]')).to_have_text("I. W. S.")
    expect(phone.locator('[data-fact="agency"]')).to_have_text("Perumda Bhukti Praja Sewakadarma")
    expect(phone.locator('[data-fact="age"]')).to_contain_text("menit yang lalu")
    assert PEOPLE[0] not in phone.content()
    axe_finds_nothing(phone)

    phone.goto(scanned(codes[1]))
    expect(phone.locator("h1")).to_have_text("Batal")

    forged = bytearray(codes[0])
    forged[5] ^= 4
    phone.goto(scanned(bytes(forged)))
    expect(phone.locator("h1")).to_have_text("Tidak asli")


def test_small_letters_work_without_a_signal_too(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)

    no_signal(phone)
    phone.goto(scanned(codes[0]).lower())

    expect(phone.locator("h1")).to_have_text("Asli dan berlaku")


def test_what_expired_while_there_was_no_signal_is_told(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)

    no_signal(phone)
    phone.clock.install(time=datetime.now() + timedelta(days=400))  # noqa: DTZ005
    phone.goto(scanned(codes[2]))

    expect(phone.locator("h1")).to_have_text("Asli, tetapi sudah lewat masa berlaku")


def test_a_void_list_a_day_old_is_told_from_a_fresh_one(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)
    fetched = datetime.now()  # noqa: DTZ005

    no_signal(phone)
    phone.clock.install(time=fetched + timedelta(hours=23))
    phone.goto(scanned(codes[0]))
    age = phone.locator('[data-fact="age"]')
    expect(age).to_have_text("Daftar kartu batal: 23 jam yang lalu.")

    phone.clock.set_system_time(fetched + timedelta(hours=25))
    phone.goto(scanned(codes[0]))
    expect(age).to_contain_text("sudah lama: 25 jam yang lalu")
    expect(phone.locator("h1")).to_have_text("Asli dan berlaku")


def test_a_card_made_void_after_the_list_was_fetched_is_known_with_the_next_signal(
    live, phone, codes
):
    phone.goto(scanned(codes[0]))
    ready(phone)
    with live.app.app_context(), transaction() as session:
        session.execute(
            update(Card)
            .where(Card.code == codes[0])
            .values(state="void", reason="Hilang", valid_until=date(2030, 1, 1))
        )
    phone.goto("/v/")
    expect(phone.locator("[data-check-ready]").first).to_be_visible()

    no_signal(phone)
    phone.goto(scanned(codes[0]))

    expect(phone.locator("h1")).to_have_text("Batal")


def test_a_key_that_this_phone_has_not_seen_needs_a_signal(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)
    with live.app.app_context(), transaction() as session:
        signing_keys.new_key(session, actor=None, now=now_utc())
        card = session.get_one(Card, session.query(Card.id).filter_by(code=codes[1]).scalar())
        again = cards.reprint(
            session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc()
        )
        code = again.code

    no_signal(phone)
    phone.goto(scanned(code))

    expect(phone.locator("h1")).to_have_text("Perlu sinyal")


def retire(live: Live, *, leaked: bool) -> SigningKey:
    """Another key signs from now on; the old one, as a thief would have it."""
    with live.app.app_context(), transaction() as session:
        hand = signing_keys.hands(session.get_one(KeyRow, 1))
        signing_keys.new_key(session, actor=None, now=now_utc())
        signing_keys.retire_key(session, actor=None, key_id=1, leaked=leaked, now=now_utc())
    return hand


def lists_anew(page: Page) -> None:
    """Keys and void list as they are now; then the signal is gone."""
    page.goto("/v/")
    expect(page.locator("[data-check-ready]").first).to_be_visible()
    no_signal(page)


def test_without_a_signal_a_retired_key_vouches_for_its_own_days_alone(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)
    thief = retire(live, leaked=False)
    tomorrow = replace(Claims.of(codes[0]), issued_on=now_utc().date() + timedelta(days=2))
    forged = tomorrow.body() + thief.sign(tomorrow.body(), purpose=CARD)
    lists_anew(phone)

    phone.goto(scanned(codes[0]))
    expect(phone.locator("h1")).to_have_text("Asli dan berlaku")

    phone.goto(scanned(forged))
    expect(phone.locator("h1")).to_have_text("Tidak asli")


def test_without_a_signal_a_leaked_key_vouches_for_nothing(live, phone, codes):
    phone.goto(scanned(codes[0]))
    ready(phone)
    retire(live, leaked=True)
    lists_anew(phone)

    phone.goto(scanned(codes[0]))

    expect(phone.locator("h1")).to_have_text("Perlu sinyal")


def test_a_phone_that_never_opened_the_page_is_simply_without_a_signal(live, phone, codes):
    no_signal(phone)

    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        phone.goto(scanned(codes[0]))


@pytest.mark.parametrize("username", ["putu", "wayan", "ketut"])
def test_the_pages_of_cards_fit_a_phone_and_a_screen_reader(live, codes, username):
    with live.app.app_context(), reading() as session:
        card = session.scalars(select(Card).where(Card.code == codes[0])).one()
        addresses = ["/cards/", f"/cards/batches/{card.batch_id}", f"/cards/{card.id}"]
    page = live.phone(username)

    for address in addresses + (["/cards/check"] if username != "wayan" else []):
        page.goto(address)
        axe_finds_nothing(page)
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wider), address


SEES = """(texts) => {
  window.seen = texts;
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").fillRect(0, 0, 9, 9);
    return canvas.captureStream(9);
  };
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return window.seen.map((rawValue) => ({ rawValue })); }
  };
}"""
"""What a phone's camera would read: Debian's Chromium has neither camera nor detector."""


def test_wayan_hands_cards_over_one_after_the_other(live, codes):
    page = live.phone("wayan")
    page.add_init_script(f"({SEES})({[scanned(codes[0])]!r})")
    page.goto("/cards/hand-over")
    axe_finds_nothing(page)

    page.get_by_role("button", name="Buka kamera").click()
    expect(page.get_by_text(PEOPLE[0])).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_role("button", name="Kartu sudah diserahkan").click()
    expect(page.get_by_text(f"{PEOPLE[0]} sudah menerima kartu")).to_be_visible()

    # The camera is open again by itself, and the card that is still before it is not read twice.
    page.wait_for_timeout(1_000)
    expect(page.get_by_text(f"{PEOPLE[0]} sudah menerima kartu")).to_be_visible()
    page.evaluate("text => window.seen.push(text)", scanned(codes[1]))
    expect(page.get_by_text("Jangan diserahkan", exact=True)).to_be_visible()
    expect(page.get_by_text("tidak berlaku lagi")).to_be_visible()
    axe_finds_nothing(page)


def test_an_officer_types_the_number_where_there_is_no_camera(live, codes):
    page = live.phone("komang")
    page.goto("/cards/check")
    with live.app.app_context(), reading() as session:
        number = session.scalars(select(Card.serial).order_by(Card.serial)).first()

    page.get_by_label("Kode atau nomor kartu").fill(number)
    page.get_by_role("button", name="Periksa kartunya").click()

    expect(page.get_by_text("Terdaftar dan berlaku")).to_be_visible()
    expect(page.get_by_text(PEOPLE[0])).to_be_visible()
    axe_finds_nothing(page)
