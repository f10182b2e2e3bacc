"""Forgotten PINs over the API, each answer held to its description."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.models.recoveries import EscrowKey, Recovery
from fieldapp.services import recoveries
from tests.api.phone import Phone
from tests.lost_pin import LostPin
from tests.world import World


@pytest.fixture
def wayan(app):
    return Phone(app, "wayan")


def forgotten(phone: Phone) -> LostPin:
    """A PIN of this phone, forgotten."""
    told = phone.get("/recoveries/key").json
    return LostPin(
        UUID(phone.account),
        key_id=UUID(told["id"]),
        agency_key=base64.b64decode(told["public_key"]),
    )


def agree(app, pin: LostPin) -> None:
    with app.app_context(), transaction() as session:
        row = session.get_one(Recovery, pin.id)
        recoveries.approve(
            session, actor=World(session).ketut, row=row, typed=pin.check, now=now_utc()
        )


def test_a_phone_asks_waits_and_gets_its_key_back_once_agreed(app, wayan):
    pin = forgotten(wayan)

    asked = wayan.call("POST", "/recoveries", json=pin.body).json["recovery"]
    again = wayan.call("POST", "/recoveries", json=pin.body).json["recovery"]
    waiting = wayan.get(f"/recoveries/{pin.id}").json["recovery"]
    agree(app, pin)
    approved = wayan.get(f"/recoveries/{pin.id}").json["recovery"]
    taken = wayan.call("POST", f"/recoveries/{pin.id}/taken", json={}).json["recovery"]
    taken_again = wayan.call("POST", f"/recoveries/{pin.id}/taken", json={}).json["recovery"]

    assert asked == again == waiting
    assert (waiting["state"], waiting["released"]) == ("waiting", None)
    assert approved["state"] == "approved"
    assert pin.open(base64.b64decode(approved["released"])) == pin.data_key
    assert (taken["state"], taken["released"]) == ("taken", None)
    assert taken_again == taken


def test_what_is_asked_by_one_does_not_exist_for_others(app, wayan):
    pin = forgotten(wayan)
    wayan.call("POST", "/recoveries", json=pin.body)
    ketut = Phone(app, "ketut")

    seen = ketut.get(f"/recoveries/{pin.id}")
    taken = ketut.call("POST", f"/recoveries/{pin.id}/taken", json={})
    nobody = wayan.get(f"/recoveries/{uuid4()}")

    assert [seen.status_code, taken.status_code, nobody.status_code] == [404, 404, 404]


@pytest.mark.parametrize("name", ["id", "device", "key", "wrapped", "public_key"])
def test_a_body_without_all_of_it_is_refused(wayan, name):
    body = forgotten(wayan).body
    del body[name]

    answer = wayan.call("POST", "/recoveries", json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "body_wrong")
    assert answer.json["facts"] == {"where": name}


def test_another_site_and_another_account_cannot_ask(wayan):
    body = forgotten(wayan).body

    forged = wayan.call("POST", "/recoveries", json=body, headers={"X-CSRFToken": ""})
    other = wayan.call("POST", "/recoveries", json=body, headers={"X-Account": str(uuid4())})

    assert (forged.status_code, forged.json["code"]) == (400, "csrf")
    assert (other.status_code, other.json["code"]) == (409, "other_account")


def test_many_phones_that_ask_at_once_are_given_one_key(app):
    phones = [Phone(app, name) for name in ("wayan", "ketut", "wayan", "ketut")]

    with ThreadPoolExecutor(len(phones)) as pool:
        keys = list(pool.map(lambda phone: phone.get("/recoveries/key").json["id"], phones))

    assert len(set(keys)) == 1
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(EscrowKey.id))) == 1
