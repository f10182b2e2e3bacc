"""The public page of a card: what anybody with a phone is told, and what nobody is."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from config import Environment
from fieldapp.adapters.signing import VOID_LIST, is_signed
from fieldapp.app import create_app
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_codes import ISSUE, address, read_code, spell
from fieldapp.domain.errors import PublicUrlMissingError
from fieldapp.domain.wita import day_of
from fieldapp.models.cards import Card, SigningKey
from fieldapp.models.registrations import Registration
from fieldapp.services import cards, signing_keys
from tests.cards import approved, print_cards
from tests.web.browser import Browser
from tests.world import World

NAME = "I Wayan Sudarma"


@dataclass
class Printed:
    """A card that Putu has printed for a worker of Wayan's."""

    registration_id: UUID
    card_id: UUID
    code: bytes
    nik: str

    @property
    def path(self) -> str:
        return "/V/" + spell(self.code)


def opened(app: Flask) -> Browser:
    """A stranger's phone, which speaks Indonesian."""
    return Browser(app, language="id")


@pytest.fixture
def printed(app) -> Printed:
    now = now_utc()
    _batch, ids = approved(app, now, [NAME])
    (card,) = print_cards(app, ids, now)
    with app.app_context(), reading() as session:
        nik = session.get_one(Registration, ids[0]).nik
    return Printed(ids[0], card.id, card.code, nik)


def change(app: Flask, printed: Printed, **values: object) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Card).where(Card.id == printed.card_id).values(**values))


def test_a_printed_card_is_genuine_and_valid_and_tells_initials_only(app, printed):
    page = opened(app).get(printed.path)

    assert page.status == 200
    assert "Asli dan berlaku" in page.h1
    assert "I. W. S." in page.text
    assert "Perumda Bhukti Praja Sewakadarma" in page.text
    for secret in (NAME, "Sudarma", printed.nik, printed.nik[-4:], "Sesetan"):
        assert secret not in page.body.decode()


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_the_address_is_read_in_any_case(app, printed, spelling):
    page = opened(app).get(spelling(printed.path))

    assert "Asli dan berlaku" in page.h1


def test_an_expired_card_is_told_from_a_valid_one(app, printed):
    change(app, printed, valid_until=now_utc().date() - timedelta(days=2))

    assert "sudah lewat" in opened(app).get(printed.path).h1


def test_a_void_card_is_refused(app, printed):
    with app.app_context(), transaction() as session:
        card = session.get_one(Card, printed.card_id)
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())

    page = opened(app).get(printed.path)

    assert "Batal" in page.h1
    assert "Hilang" not in page.body.decode()


def test_the_card_of_an_ended_registration_is_refused_even_if_nobody_voided_it(app, printed):
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE registration SET stage = 'ended' WHERE number IS NOT NULL"))

    assert "Batal" in opened(app).get(printed.path).h1
    issues = b64decode(app.test_client().get("/v/void.json").json["issues"])
    assert issues == printed.code[ISSUE]


def test_a_card_whose_bytes_were_never_produced_proves_nothing(app):
    now = now_utc()
    _batch, ids = approved(app, now, [NAME])
    with app.app_context(), transaction() as session:
        cards.issue(session, actor=World(session).putu, registration_ids=ids, now=now)
        code = session.scalars(select(Card.code)).one()

    assert "Batal" in opened(app).get("/v/" + spell(code)).h1


@pytest.mark.parametrize("bit", [0, 9, 17, 40, 50, 70, 90, 100, 126, 128, 300, 639])
def test_a_flipped_bit_anywhere_is_not_genuine_and_tells_nothing(app, printed, bit):
    forged = bytearray(printed.code)
    forged[bit // 8] ^= 128 >> bit % 8

    page = opened(app).get("/v/" + spell(bytes(forged)))

    assert page.status == 404
    assert "Tidak asli" in page.h1
    assert "Perumda" not in page.text


def test_the_next_serial_cannot_be_guessed_from_this_one(app, printed):
    next_one = bytearray(printed.code)
    next_one[5] += 1

    assert "Tidak asli" in opened(app).get("/v/" + spell(bytes(next_one))).h1


@pytest.mark.parametrize("code", ["hello", "A" * 127, "A" * 128, "Q" * 128, "5171011708850012"])
def test_what_is_no_code_is_not_genuine_either(app, printed, code):
    assert "Tidak asli" in opened(app).get(f"/v/{code}").h1


def test_a_card_signed_by_a_retired_key_stays_genuine(app, printed):
    with app.app_context(), transaction() as session:
        signing_keys.retire_key(session, actor=None, key_id=1, leaked=False, now=now_utc())

    assert "Asli dan berlaku" in opened(app).get(printed.path).h1


def test_a_leaked_key_makes_no_card_of_its_own(app, printed):
    """Whoever has the key signs for a worker who was never approved: the register knows no such."""
    with app.app_context(), reading() as session:
        key = signing_keys.hands(session.get_one(SigningKey, 1))
    body = bytearray(printed.code[:16])
    body[5] += 1
    forged = bytes(body) + key.sign(bytes(body), purpose=b"Fieldapp card\0")

    assert "Tidak asli" in opened(app).get("/v/" + spell(forged)).h1


def test_phones_are_not_handed_a_leaked_key(app, printed):
    with app.app_context(), transaction() as session:
        signing_keys.retire_key(session, actor=None, key_id=1, leaked=True, now=now_utc())
        signing_keys.new_key(session, actor=None, now=now_utc())

    told = app.test_client().get("/v/keys.json").json

    assert [key["id"] for key in told["keys"]] == [2]


def test_the_void_list_is_signed_and_holds_what_is_void_and_not_expired(app, printed):
    client = app.test_client()
    assert client.get("/v/void.json").json["issues"] == ""
    with app.app_context(), transaction() as session:
        card = session.get_one(Card, printed.card_id)
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())

    told = client.get("/v/void.json").json

    issues = b64decode(told["issues"])
    assert issues == printed.code[ISSUE]
    public = b64decode(client.get("/v/keys.json").json["keys"][0]["public"])
    message = told["made_at"].to_bytes(8, "big") + issues
    signature = b64decode(told["signature"])
    assert is_signed(message, signature, public=public, purpose=VOID_LIST)
    change(app, printed, valid_until=date(2026, 1, 1))
    assert client.get("/v/void.json").json["issues"] == ""


def test_before_the_first_card_there_is_no_list_and_no_key(app):
    client = app.test_client()

    assert client.get("/v/void.json").status_code == 404
    assert client.get("/v/keys.json").json == {"agencies": {}, "keys": []}


def test_one_address_cannot_ask_for_ever(settings):
    app = create_app(replace(settings, checks_a_minute=3))
    client = app.test_client()

    answers = [client.get(f"/v/{'A' * 128}").status_code for _ in range(5)]

    assert answers == [404, 404, 404, 429, 429]


def test_the_page_itself_says_what_to_do_and_leads_on(app, printed):
    browser = opened(app)
    browser.get("/v/")

    page = browser.get(f"/v/?code={address('https://kartu.contoh.id', printed.code)}")

    assert "Asli dan berlaku" in page.h1


def test_the_service_worker_is_for_the_pages_of_checks_and_names_files_that_exist(app):
    client = app.test_client()
    answer = client.get("/v/sw.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    files = re.findall(r'"(/static/[^"]+)"', answer.get_data(as_text=True))
    assert len(files) > 5
    for path in files:
        with client.get(path) as file:
            assert file.status_code == 200, path


def test_the_code_on_paper_leads_to_the_address_that_was_set(settings):
    app = create_app(replace(settings, public_url="https://kartu.denpasarkota.go.id"))
    now = now_utc()
    _batch, ids = approved(app, now, [NAME])
    (card,) = print_cards(app, ids, now)
    with app.app_context(), reading() as session:
        row = session.get_one(Registration, ids[0])
        shown = app.extensions["fieldapp.house"].verifier(row, day_of(now))

    assert shown.startswith("HTTPS://KARTU.DENPASARKOTA.GO.ID/V/")
    assert read_code(shown) == card.code


def test_production_without_an_address_prints_no_card_and_says_why(settings):
    app = create_app(replace(settings, env=Environment.PRODUCTION))
    now = now_utc()
    _batch, ids = approved(app, now, [NAME])
    with pytest.raises(PublicUrlMissingError):
        print_cards(app, ids, now)
