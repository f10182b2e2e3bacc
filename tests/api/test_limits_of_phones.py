"""How much a phone may send and how often, and what becomes of what it took back."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image, ImageDraw

from fieldapp.adapters.storage import FileMissingError
from fieldapp.api.answers import LARGEST_RECORD
from fieldapp.app import create_app
from fieldapp.database import db, reading
from fieldapp.jobs.worker import Worker
from fieldapp.models.registrations import Registration
from tests.api.phone import Phone, picture
from tests.web.browser import Browser

RATE = 600
"""Requests a minute that one account's phones may make."""


@pytest.fixture
def wayan(app):
    return Phone(app, "wayan")


def problem(answer):
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.json["code"]


def test_the_six_hundred_and_first_request_of_a_minute_waits_and_is_told_how_long(app, settings):
    assert settings.phone_requests_a_minute == RATE
    wayan = Phone(app, "wayan")  # asks once for its session
    same_person = Phone(app, "wayan")  # as does a second phone of the same account
    other = Phone(app, "made")

    answers = [wayan.browser.client.get("/api/v1/session") for _each in range(RATE - 2)]
    late = [wayan.get("/session"), same_person.put_photo(picture(1))]

    assert {answer.status_code for answer in answers} == {200}
    assert [problem(answer) for answer in late] == [(429, "too_many_requests")] * 2
    assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in late)
    assert other.get("/session").status_code == 200
    assert Browser(app).client.get("/sign-in").status_code == 200, "pages are not counted"


def test_the_rate_is_a_setting(settings):
    app = create_app(replace(settings, phone_requests_a_minute=2))
    app.testing = True
    wayan = Phone(app, "wayan")

    answers = [wayan.get("/session") for _each in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_record_above_two_hundred_kilobytes_is_no_form(app, wayan):
    record = json.dumps({**wayan.next_item(), "base": 0}).encode()
    path = f"/registrations/{uuid4()}/revisions/1"

    answers = [
        wayan.call("PUT", path, data=record.ljust(size), content_type="application/json")
        for size in (LARGEST_RECORD + 1, LARGEST_RECORD)
    ]

    assert problem(answers[0]) == (413, "too_large")
    assert answers[1].status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/photos/" + "ab" * 32), ("POST", "/parcels")]
)
def test_a_body_above_nine_megabytes_is_refused_unread(app, wayan, method, path):
    answer = wayan.call(method, path, data=bytes(9_000_001), content_type="image/jpeg")

    assert problem(answer) == (413, "too_large")


def test_the_file_of_a_signature_that_was_taken_back_is_dropped(app, wayan):
    first, second = (wayan.send(parts={"signature": wayan.send_photo(drawing())}) for _ in "ab")
    work(app)
    files = [signature_of(app, receipt) for receipt in (first, second)]
    assert files[0] == files[1], "the same drawing lies there once"

    take_back(wayan, first)
    work(app)
    still_there = is_stored(app, files[0])
    take_back(wayan, second)
    work(app)

    assert still_there, "another form was signed with the same drawing"
    assert not is_stored(app, files[0])
    assert signature_of(app, second) is None


def drawing():
    page = Image.new("RGB", (400, 160), "white")
    ImageDraw.Draw(page).line([(20, 20), (380, 140)], fill="black", width=6)
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def take_back(phone, receipt):
    return phone.send(
        receipt["registration"], revision=2, base=receipt["server_revision"],
        parts={"signature": None},
    )  # fmt: skip


def work(app):
    with app.app_context():
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=30)
        while worker.work_once():
            pass


def signature_of(app, receipt):
    with app.app_context(), reading() as session:
        return session.get_one(Registration, UUID(receipt["registration"])).signature_file


def is_stored(app, key):
    try:
        app.extensions["fieldapp.storage"].get(key)
    except FileMissingError:
        return False
    return True
