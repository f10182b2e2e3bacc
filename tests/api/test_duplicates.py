"""The filter against doubles: made by the worker, handed to a person, logged and limited."""

from __future__ import annotations

import base64
from uuid import uuid4

import pytest
from sqlalchemy import select

from fieldapp.database import reading
from fieldapp.domain.duplicates import place_of, read_filter, shuffled
from fieldapp.jobs.worker import Worker
from fieldapp.models.audit import AuditEntry
from tests.api.phone import Phone
from tests.world import World, filled_form

AGREED = {"given": True, "version": "2026-11"}
SUDARMA, STRANGER = "5171011205850003", "5171011205850004"


@pytest.fixture
def wayan(app):
    return Phone(app, "wayan")


def work(app):
    with app.app_context():
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=30)
        while worker.work_once():
            pass


def asks(phone, nik):
    """What a phone would tell of a NIK, without asking anybody."""
    told = phone.get("/duplicates/key").json
    city, user = (base64.b64decode(told[name]) for name in ("city_key", "user_key"))
    held = read_filter(phone.get("/duplicates").data)
    return shuffled([place_of(nik, city)], user)[0] in held


def send_sudarma(app, phone):
    with app.app_context(), reading() as session:
        form = dict(filled_form(World(session).category("juru parkir")))
    receipt = phone.send(fields=form, consent=AGREED)
    answer = phone.call(
        "PUT", f"/batches/{uuid4()}",
        json={**phone.next_item(), "registrations": [receipt["registration"]]},
    )  # fmt: skip
    assert answer.json["sent"] == [receipt["registration"]]


def test_before_the_first_is_made_the_phone_is_asked_to_wait(app, wayan):
    answer = wayan.get("/duplicates")

    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_live_nik_is_known_in_every_agency_and_a_draft_is_nobodys_business(app, wayan):
    wayan.send(fields={"nik": STRANGER})
    send_sudarma(app, wayan)
    made = Phone(app, "made")
    made.get("/duplicates")
    work(app)

    told = [(asks(phone, SUDARMA), asks(phone, STRANGER)) for phone in (wayan, made)]

    assert told == [(True, False), (True, False)]


def test_the_filter_is_noise_under_somebody_elses_key(app, wayan):
    send_sudarma(app, wayan)
    made = Phone(app, "made")
    made.get("/duplicates")
    work(app)

    theirs, mine = made.get("/duplicates/key").json, wayan.get("/duplicates/key").json

    assert theirs["city_key"] == mine["city_key"]
    assert theirs["user_key"] != mine["user_key"]
    assert made.get("/duplicates").data != wayan.get("/duplicates").data


def test_a_filter_is_fetched_once_and_each_one_handed_out_leaves_a_trace(app, wayan):
    wayan.get("/duplicates")
    work(app)
    first = wayan.get("/duplicates")

    again = wayan.get("/duplicates", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    with app.app_context(), reading() as session:
        handed = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "duplicates.filter")
        ).all()
    assert len(handed) == 1


def test_nobody_fetches_filters_all_day(app, wayan):
    answers = [wayan.get("/duplicates").status_code for _each in range(13)]

    assert answers == [503] * 12 + [429]


def test_how_often_a_phone_asked_is_told_and_logged(app, wayan):
    wayan.send(fields={"name": "Sudarma"})
    told = {"device": wayan.device, "day": "2026-11-22", "asked": 12, "warned": 1}

    answers = [wayan.call("POST", "/duplicates/lookups", json=told) for _twice in range(2)]
    theirs = Phone(app, "made").call("POST", "/duplicates/lookups", json=told)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (theirs.status_code, theirs.json["code"]) == (404, "out_of_reach")
    with app.app_context(), reading() as session:
        facts = session.scalars(
            select(AuditEntry.facts).where(AuditEntry.action == "duplicates.look_up")
        ).all()
    assert facts[0] == {"day": "2026-11-22", "asked": 12, "warned": 1}
