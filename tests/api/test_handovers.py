"""Wayan gives cards out at the market, scanned on a phone that has no signal until the evening."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.card_codes import address, spell
from fieldapp.domain.card_life import CardState
from fieldapp.domain.wita import day_of
from fieldapp.models.audit import AuditEntry
from fieldapp.models.cards import Card
from fieldapp.models.devices import Intake
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, cards, registrations
from tests.api.phone import Phone
from tests.cards import approved, card_of, print_cards
from tests.world import World

AT = "2026-11-22T02:20:00+00:00"


@pytest.fixture
def wayan(app):
    return Phone(app, "wayan")


@pytest.fixture
def printed(app):
    """Two cards, ready in the office's box, and a third worker whose card is not printed."""
    now = now_utc()
    _batch, ids = approved(app, now)
    return print_cards(app, ids[:2], now)


def scanned(card):
    return {"code": address("https://kartu.contoh.id", card.code), "at": AT}


def put(phone, body, handover_id=None):
    sent = {**phone.next_item(), **body}
    return phone.call("PUT", f"/handovers/{handover_id or uuid4()}", json=sent)


def refused(answer):
    return answer.status_code, answer.json["code"]


def trail(app, action="card.hand_over"):
    with app.app_context(), reading() as session:
        asked = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)
        return [(entry.subject_id, entry.facts) for entry in session.scalars(asked)]


def test_a_scanned_card_is_handed_over_and_the_receipt_names_it(app, wayan, printed):
    card, handover_id = printed[0], uuid4()

    receipt = put(wayan, scanned(card), handover_id)

    assert receipt.status_code == 200
    told = receipt.json
    assert told["handover"] == str(handover_id)
    assert told["card"] == {
        "id": str(card.id),
        "serial": card.printed_serial,
        "state": "handed_over",
    }
    assert told["registration"] == str(card.registration_id)
    assert (told["device"], told["sequence"], told["last"]) == (wayan.device, 1, 1)
    assert told["handed_at"] == AT
    assert card_of(app, card.registration_id).state is CardState.HANDED_OVER
    assert trail(app) == [(str(card.id), {"handed_at": AT})]


def test_a_number_that_is_typed_does_as_well(app, wayan, printed):
    answer = put(wayan, {"serial": f" {printed[1].printed_serial} ", "at": AT})

    assert answer.status_code == 200
    assert card_of(app, printed[1].registration_id).state is CardState.HANDED_OVER
    assert card_of(app, printed[0].registration_id).state is CardState.PRINTED


def test_the_same_again_gets_the_same_answer_byte_for_byte(app, wayan, printed):
    handover_id, body = uuid4(), {**wayan.next_item(), **scanned(printed[0])}

    first = wayan.call("PUT", f"/handovers/{handover_id}", json=body)
    again = wayan.call("PUT", f"/handovers/{handover_id}", json=body)

    assert (first.status_code, first.data) == (200, again.data)
    assert len(trail(app)) == 1


def test_the_same_again_next_month_when_the_card_is_void_long_since(app, wayan, printed):
    handover_id, body = uuid4(), {**wayan.next_item(), **scanned(printed[0])}
    first = wayan.call("PUT", f"/handovers/{handover_id}", json=body)
    with app.app_context(), transaction() as session:
        card = session.get_one(Card, printed[0].id)
        cards.void(session, actor=World(session).putu, card=card, reason="Hilang", now=now_utc())

    again = wayan.call("PUT", f"/handovers/{handover_id}", json=body)

    assert again.data == first.data
    assert card_of(app, printed[0].registration_id).state is CardState.VOID


def test_thirty_posts_of_one_hand_over_at_once_are_one(app, printed):
    phones = [Phone(app, "wayan") for _each in range(3)]
    handover_id = uuid4()
    body = {"device": str(uuid4()), "sequence": 1, "minted": 1, **scanned(printed[0])}

    def post(number):
        phone = phones[number % 3]
        client = app.test_client()
        client._cookies.update(phone.browser.client._cookies)
        return client.put(
            f"/api/v1/handovers/{handover_id}",
            json=body,
            headers={"X-CSRFToken": phone.token, "X-Account": phone.account},
            environ_overrides=phone.browser.environ,
        )

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(post, range(30)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len(trail(app)) == 1
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Intake.subject_id))) == 1
        assert audit.verify(session)[1] is None


def test_another_card_under_the_same_id_is_refused(app, wayan, printed):
    handover_id = uuid4()
    put(wayan, scanned(printed[0]), handover_id)

    answer = put(wayan, scanned(printed[1]), handover_id)

    assert refused(answer) == (409, "key_reused")
    assert card_of(app, printed[1].registration_id).state is CardState.PRINTED


def test_a_card_that_is_handed_over_already_says_when(app, wayan, printed):
    put(wayan, scanned(printed[0]))

    answer = put(wayan, scanned(printed[0]))

    assert refused(answer) == (409, "card_handed_over")
    assert answer.json["facts"]["serial"] == printed[0].printed_serial
    assert len(trail(app)) == 1


@pytest.mark.parametrize("deed", [cards.spoil, cards.void])
def test_a_card_that_counts_for_nothing_is_not_handed_over(app, wayan, printed, deed):
    with app.app_context(), transaction() as session:
        card = session.get_one(Card, printed[0].id)
        deed(session, actor=World(session).putu, card=card, reason="Macet", now=now_utc())

    for body in (scanned(printed[0]), {"serial": printed[0].printed_serial, "at": AT}):
        assert refused(put(wayan, body)) == (409, "card_void")
    assert trail(app) == []


def test_the_card_of_whose_registration_has_ended_is_not_handed_over(app, wayan, printed):
    with app.app_context(), transaction() as session:
        registrations.end(
            session,
            actor=World(session).ketut,
            row=session.get_one(Registration, printed[0].registration_id),
            reason="Pindah kerja",
            ended_on=day_of(now_utc()),
            now=now_utc(),
        )

    assert refused(put(wayan, scanned(printed[0]))) == (409, "card_void")


def test_a_card_without_a_print_cannot_be_in_anybodys_hand(app, wayan, printed):
    now = now_utc()
    with app.app_context(), transaction() as session:
        ids = session.scalars(select(Registration.id)).all()
        cards.issue(session, actor=World(session).putu, registration_ids=ids, now=now)
        card = session.scalars(select(Card).where(Card.state == CardState.ISSUED)).one()
        serial = card.printed_serial

    assert refused(put(wayan, {"serial": serial, "at": AT})) == (409, "card_not_printed")


@pytest.mark.parametrize("bit", [3, 40, 130, 600])
def test_a_flipped_bit_is_none_of_our_cards(app, wayan, printed, bit):
    forged = bytearray(printed[0].code)
    forged[bit // 8] ^= 1 << bit % 8

    answer = put(wayan, {"code": spell(bytes(forged)), "at": AT})

    assert refused(answer) == (422, "card_not_genuine")
    assert trail(app) == []


def test_what_is_no_code_at_all_is_not_genuine_either(app, wayan, printed):
    assert refused(put(wayan, {"code": "https://wa.me/62", "at": AT})) == (
        422,
        "card_not_genuine",
    )


def test_a_card_of_another_agency_is_unknown_and_so_is_one_that_never_was(app, printed):
    made = Phone(app, "made")

    assert refused(put(made, scanned(printed[0]))) == (404, "card_unknown")
    theirs = put(made, {"serial": printed[0].printed_serial, "at": AT})
    never = put(made, {"serial": printed[0].printed_serial[:-1] + "9", "at": AT})
    assert refused(theirs) == refused(never) == (404, "card_unknown")
    assert theirs.json["facts"].keys() == never.json["facts"].keys() == {"serial"}
    assert card_of(app, printed[0].registration_id).state is CardState.PRINTED


def test_what_was_refused_may_be_tried_again_under_the_same_id(app, wayan, printed):
    handover_id = uuid4()
    body = {**wayan.next_item(), "serial": "2026-999999", "at": AT}
    assert refused(wayan.call("PUT", f"/handovers/{handover_id}", json=body)) == (
        404,
        "card_unknown",
    )

    body["serial"] = printed[0].printed_serial

    assert wayan.call("PUT", f"/handovers/{handover_id}", json=body).status_code == 200


def test_a_fast_clock_does_not_hand_over_tomorrow(app, wayan, printed):
    tomorrow = (now_utc() + timedelta(days=1)).isoformat()

    told = put(wayan, {**scanned(printed[0]), "at": tomorrow}).json

    assert told["handed_at"] == told["received_at"] < tomorrow


def test_receipts_of_a_phone_hold_its_hand_overs(app, wayan, printed):
    handover_id = uuid4()
    put(wayan, scanned(printed[0]), handover_id)

    told = wayan.get(f"/receipts?device={wayan.device}").json

    assert [(each["kind"], each["id"]) for each in told["receipts"]] == [
        ("handover", str(handover_id))
    ]
    assert told["missing"] == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": None}, "serial"),
        ({"serial": "2026-000001"}, "code"),
        ({"at": None}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"code": 7}, "code"),
        ({"name": "Sudarma"}, "name"),
    ],
)
def test_a_body_that_no_app_makes_is_refused_and_says_where(app, wayan, printed, change, where):
    body = {**scanned(printed[0]), **change}

    answer = put(wayan, {name: value for name, value in body.items() if value is not None})

    assert refused(answer) == (422, "body_wrong")
    assert answer.json["facts"]["where"] == where


def test_only_who_hands_out_cards_gets_in(app, printed):
    ketut, putu = Phone(app, "ketut"), Phone(app, "putu")

    assert refused(put(ketut, scanned(printed[0]))) == (403, "forbidden")
    assert put(putu, scanned(printed[0])).status_code == 200


@pytest.mark.parametrize("statement", ["UPDATE intake SET sequence = 9", "DELETE FROM intake"])
def test_the_database_itself_keeps_receipts_for_ever(app, wayan, printed, statement):
    put(wayan, scanned(printed[0]))

    with (
        app.app_context(),
        pytest.raises(DBAPIError, match="never changed"),
        transaction() as session,
    ):
        session.execute(text(statement))
