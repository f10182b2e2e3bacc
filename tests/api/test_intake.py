"""What phones send arrives exactly once, or comes back with the reason."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from fieldapp.api import registrations
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.registrations import Stage
from fieldapp.jobs.worker import Worker
from fieldapp.models.audit import AuditEntry
from fieldapp.models.devices import Device, Intake
from fieldapp.models.jobs import Job
from fieldapp.models.parts import Quarantined, RegistrationPart
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.models.users import UserSession
from fieldapp.services import audit, parts
from tests.api.phone import Phone, picture
from tests.world import World, filled_form

AGREED = {"given": True, "version": "2026-11", "at": "2026-11-22T02:20:00+00:00"}


@pytest.fixture
def wayan(app):
    return Phone(app, "wayan")


@pytest.fixture
def form(app):
    """What somebody types for Sudarma."""
    with app.app_context(), reading() as session:
        return dict(filled_form(World(session).category("juru parkir")))


def count(app, column):
    with app.app_context(), reading() as session:
        return session.scalar(select(func.count(column)))


def work(app):
    """What the worker does in the meantime."""
    with app.app_context():
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=30)
        while worker.work_once():
            pass


def receipt_id(receipt):
    return UUID(receipt["registration"])


def row_of(app, record_id):
    with app.app_context(), reading() as session:
        row = session.get_one(Registration, record_id)
        session.expunge(row)
        return row


def test_a_record_and_its_photos_arrive_and_the_receipt_names_every_part(app, wayan, form):
    ktp, face = wayan.send_photo(picture(1)), wayan.send_photo(picture(2))

    receipt = wayan.send(fields=form, consent=AGREED, parts={"ktp": ktp, "face": face})

    assert receipt["parts"] == {"ktp": ktp, "face": face, "signature": None}
    assert (receipt["sequence"], receipt["last"], receipt["device"]) == (1, 1, wayan.device)
    assert {each["code"] for each in receipt["findings"]} == {"photo_on_the_way"}
    row = row_of(app, receipt_id(receipt))
    assert (row.name, row.consent_version, row.revision) == (
        "Sudarma", "2026-11", receipt["server_revision"]
    )  # fmt: skip


def test_the_worker_makes_clean_photos_of_them_and_empties_the_quarantine(app, wayan, form):
    ktp, face = wayan.send_photo(picture(1)), wayan.send_photo(picture(2))
    receipt = wayan.send(fields=form, consent=AGREED, parts={"ktp": ktp, "face": face})
    before = count(app, Photo.id)

    work(app)

    assert (before, count(app, Photo.id), count(app, Quarantined.sha256)) == (0, 2, 0)
    shown = wayan.get("/registrations").json["registrations"][0]
    assert {kind: part and part["state"] for kind, part in shown["parts"].items()} == {
        "ktp": "kept", "face": "kept", "signature": None
    }  # fmt: skip
    assert shown["parts"]["ktp"]["sha256"] == ktp
    assert "photo_on_the_way" not in {each["code"] for each in shown["findings"]}
    assert shown["revision"] == receipt["server_revision"], "a cleaned photo makes no form stale"


def test_a_photo_that_turns_out_to_be_none_is_told_beside_its_record(app, wayan, form):
    broken = wayan.send_photo(b"\xff\xd8\xff" + bytes(400))
    wayan.send(fields=form, parts={"ktp": broken})

    work(app)

    shown = wayan.get("/registrations").json["registrations"][0]
    assert shown["parts"]["ktp"]["state"] == "refused"
    assert "damaged" in shown["parts"]["ktp"]["text"]
    assert "photo_missing" in {each["code"] for each in shown["findings"]}


def test_a_batch_sent_before_its_photos_are_cleaned_still_gets_them(app, wayan, form):
    ktp = wayan.send_photo(picture(1))
    receipt = wayan.send(fields=form, consent=AGREED, parts={"ktp": ktp})
    sent = send_batch(wayan, [receipt["registration"]])
    assert sent.json["sent"] == [receipt["registration"]]

    work(app)

    assert count(app, Photo.id) == 1
    row = row_of(app, receipt_id(receipt))
    assert row.stage is Stage.SUBMITTED
    assert "photo_on_the_way" not in {each["code"] for each in row.findings}


def send_batch(phone, ids, batch_id=None, **changes):
    body = {**phone.next_item(), "registrations": ids, **changes}
    return phone.call("PUT", f"/batches/{batch_id or uuid4()}", json=body)


def test_a_signature_comes_like_a_photo_and_can_be_taken_back(app, wayan, form):
    drawing = Image.new("RGB", (400, 160), "white")
    ImageDraw.Draw(drawing).line([(20, 20), (380, 140)], fill="black", width=6)
    out = BytesIO()
    drawing.save(out, "PNG")
    signed = wayan.send(fields=form, parts={"signature": wayan.send_photo(out.getvalue())})
    work(app)
    kept = row_of(app, receipt_id(signed)).signature_file

    again = wayan.send(
        signed["registration"], revision=2, base=signed["server_revision"],
        parts={"signature": None},
    )  # fmt: skip

    assert kept
    assert again["parts"]["signature"] is None
    assert row_of(app, receipt_id(signed)).signature_file is None


def test_a_record_sent_twice_over_a_bad_line_gets_the_same_receipt_byte_for_byte(app, wayan, form):
    body = {**wayan.next_item(), "base": 0, "fields": form, "consent": AGREED}
    record_id = uuid4()
    first = wayan.put(record_id, 1, body)
    wayan.send(record_id, revision=2, base=first.json["server_revision"], fields={"name": "Darma"})

    again = wayan.put(record_id, 1, dict(reversed(body.items())))

    assert again.data == first.data
    assert row_of(app, record_id).name == "Darma", "the old one did not come back over the new one"


def test_fifty_posts_of_one_record_at_once_make_one_registration(app, form):
    phones = [Phone(app, "wayan") for _each in range(5)]
    record_id, device = uuid4(), str(uuid4())
    photo = phones[0].send_photo(picture(1))
    body = {"device": device, "sequence": 1, "minted": 1, "base": 0, "fields": form,
            "consent": AGREED, "parts": {"ktp": photo}}  # fmt: skip

    def post(number):
        # A client of its own for each thread, with the cookies of one of the phones.
        phone = phones[number % 5]
        client = app.test_client()
        client._cookies.update(phone.browser.client._cookies)
        return client.put(
            f"/api/v1/registrations/{record_id}/revisions/1",
            json=body,
            headers={"X-CSRFToken": phone.token, "X-Account": phone.account},
            environ_overrides=phone.browser.environ,
        )

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert count(app, Registration.id) == 1
    assert count(app, Intake.subject_id) == 1
    assert count(app, RegistrationPart.sha256) == 1
    with app.app_context(), reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "registration.start")
        ).all()
        assert len(entries) == 1
        assert audit.verify(session)[1] is None


def test_a_reply_that_is_lost_after_the_commit_is_given_again(app, wayan, form, monkeypatch):
    record_id, body = uuid4(), {**wayan.next_item(), "base": 0, "fields": form}

    def lost(_value):
        raise ConnectionResetError("the line broke after the commit")

    with monkeypatch.context() as line:
        line.setattr(registrations, "answer", lost)
        with pytest.raises(ConnectionResetError):
            wayan.put(record_id, 1, body)

    receipt = wayan.put(record_id, 1, body).json

    assert count(app, Registration.id) == 1
    assert (receipt["registration"], receipt["revision"]) == (str(record_id), 1)


def test_a_phone_that_lost_its_receipt_and_went_on_typing_is_not_stale(app, wayan, form):
    record_id = uuid4()
    wayan.send(record_id, fields=form)

    receipt = wayan.send(record_id, revision=2, base=0, fields={**form, "name": "I Sudarma"})

    assert receipt["server_revision"] > 1
    assert row_of(app, record_id).name == "I Sudarma"


def test_another_record_under_the_same_key_is_refused_and_nothing_is_overwritten(app, wayan, form):
    record_id = uuid4()
    wayan.send(record_id, fields=form)

    answer = wayan.put(record_id, 1, {**wayan.next_item(), "base": 0, "fields": {"name": "Darma"}})

    assert problem(answer) == (409, "key_reused")
    assert row_of(app, record_id).name == "Sudarma"


def problem(answer):
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == f"/api/v1/problems#{answer.json['code']}"
    assert answer.json["title"].strip()
    assert answer.json["status"] == answer.status_code
    return answer.status_code, answer.json["code"]


def test_two_phones_that_change_one_record_are_both_heard(app, wayan, form):
    first = wayan.send(fields=form)
    other = Phone(app, "wayan")
    other.send(
        first["registration"], revision=2, base=first["server_revision"], fields={"name": "I Darma"}
    )
    mine = {"name": "Sudarma Yasa", "street": form["street"]}

    refused = wayan.put(
        first["registration"], 3,
        {**wayan.next_item(), "base": first["server_revision"], "fields": mine},
    )  # fmt: skip
    told = refused.json
    chosen = wayan.send(
        first["registration"], revision=3, base=told["registration"]["revision"],
        fields={"name": "Sudarma Yasa"},
    )  # fmt: skip

    assert problem(refused) == (409, "stale")
    assert told["differing"] == {"name": {"yours": "Sudarma Yasa", "theirs": "I Darma"}}
    assert told["registration"]["received_revision"] == 2
    assert chosen["server_revision"] > told["registration"]["revision"]


def test_two_phones_that_counted_alike_are_both_heard_too(app, wayan, form):
    record_id = wayan.send(fields=form)["registration"]
    other = Phone(app, "wayan")

    refused = other.put(
        record_id, 1, {**other.next_item(), "base": 0, "fields": {**form, "name": "I Darma"}}
    )

    assert problem(refused) == (409, "stale")
    assert refused.json["differing"] == {"name": {"yours": "I Darma", "theirs": "Sudarma"}}


def test_the_same_typed_on_two_phones_is_no_conflict(app, wayan, form):
    record_id = wayan.send(fields=form)["registration"]
    other = Phone(app, "wayan")

    receipt = other.send(record_id, revision=2, base=0, fields=form)

    assert receipt["revision"] == 2


def test_a_record_that_names_photos_that_are_not_here_is_told_which(app, wayan, form):
    here, gone = wayan.send_photo(picture(1)), "ab" * 32

    answer = wayan.put(
        uuid4(), 1,
        {**wayan.next_item(), "base": 0, "fields": form, "parts": {"ktp": here, "face": gone}},
    )  # fmt: skip

    assert problem(answer) == (409, "parts_missing")
    assert answer.json["facts"] == {"missing": [gone], "count": 1}
    assert count(app, Registration.id) == 0
    assert count(app, Device.id) == 0


def test_a_photo_of_another_agency_is_no_photo_here(app, wayan, form):
    theirs = Phone(app, "made").send_photo(picture(1))

    answer = wayan.put(
        uuid4(), 1, {**wayan.next_item(), "base": 0, "fields": form, "parts": {"ktp": theirs}}
    )

    assert problem(answer) == (409, "parts_missing")


def test_a_photo_sent_again_gets_the_same_answer_and_lies_there_once(app, wayan):
    data = picture(1)
    first = wayan.put_photo(data)

    again = wayan.put_photo(data)

    assert again.data == first.data
    assert count(app, Quarantined.sha256) == 1


def test_a_photo_in_quarantine_cannot_be_read_from_the_database(app, wayan):
    data = picture(1)
    wayan.send_photo(data)

    with app.app_context(), reading() as session:
        stored = session.scalar(select(Quarantined.sealed))

    assert stored
    assert data[:64] not in stored


def test_a_photo_that_no_record_names_is_dropped_after_a_month(app, wayan, form):
    wayan.send_photo(picture(1))
    with app.app_context(), transaction() as session:
        session.execute(update(Quarantined).values(received_at=now_utc() - timedelta(days=31)))
    fresh = wayan.send_photo(picture(2))
    wayan.send(fields=form, parts={"ktp": wayan.send_photo(picture(3))})

    work(app)

    with app.app_context(), reading() as session:
        assert session.scalars(select(Quarantined.sha256)).all() == [bytes.fromhex(fresh)]


@pytest.mark.parametrize(
    ("data", "sha256", "expected"),
    [
        (b"\xff\xd8\xff", "00" * 32, (422, "photo_hash")),
        (b"\xff\xd8\xff", "not a hash", (422, "body_wrong")),
        (b"", "", (422, "photo_not_an_image")),
        (b"%PDF-1.7", "", (422, "photo_not_an_image")),
        (b"GIF89a", "", (415, "photo_unsupported")),
        (b"\xff\xd8\xff" + bytes(8_500_000), "", (413, "photo_too_large")),
        (b"\xff\xd8\xff" + bytes(9_100_000), "", (413, "too_large")),
    ],
)
def test_what_can_never_be_a_photo_is_refused_at_the_door(app, wayan, data, sha256, expected):
    answer = wayan.put_photo(data, sha256=sha256)

    assert problem(answer) == expected
    assert count(app, Quarantined.sha256) == 0


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"device": "mine"}, "device"),
        ({"sequence": 0}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"minted": 0}, "minted"),
        ({"base": -1}, "base"),
        ({"base": 2**40}, "base"),
        ({"fields": []}, ""),
        ({"fields": {"stage": "approved"}}, "fields/stage"),
        ({"fields": {"name": 5}}, "fields/name"),
        ({"fields": {"name": "a\0b"}}, "fields/name"),
        ({"fields": {"name": "\ud800"}}, "fields/name"),
        ({"fields": {"name": "a" * 2001}}, "fields/name"),
        ({"fields": {"family": [{"relation": {}}]}}, "fields/family/0"),
        ({"fields": {"family": [{"role": "king"}]}}, "fields/family/0"),
        ({"consent": {"given": "yes"}}, "consent"),
        ({"consent": {"given": True, "version": "1999-1"}}, "consent/version"),
        ({"consent": {"given": True, "version": "2026-11", "at": "noon"}}, "consent/at"),
        ({"parts": {"passport": "00" * 32}}, "parts/passport"),
        ({"parts": {"ktp": None}}, "parts/ktp"),
        ({"confirmations": {"key": 1}}, "confirmations/key"),
        ({"role": "admin"}, "role"),
    ],
)
def test_a_body_that_no_form_makes_is_refused_and_says_where(app, wayan, change, where):
    body = {**wayan.next_item(), "base": 0, **change}
    if where == "":
        body["fields"] = [1]
        where = "fields"

    answer = wayan.call(
        "PUT", f"/registrations/{uuid4()}/revisions/1",
        data=json.dumps(body), content_type="application/json",
    )  # fmt: skip

    assert problem(answer) == (422, "body_wrong")
    assert answer.json["facts"] == {"where": where}
    assert count(app, Registration.id) == 0


def test_what_cannot_be_read_is_kept_as_it_was_typed_and_told_in_words(app, wayan, form):
    receipt = wayan.send(fields={**form, "nik": "5171O11205850003", "income": "banyak"})

    told = {each["field"]: each for each in receipt["findings"]}

    assert told["nik"]["code"] == "nik_form"
    assert "digits only" in told["nik"]["text"]
    shown = wayan.get("/registrations").json["registrations"][0]
    assert shown["fields"]["nik"] == "5171O11205850003"
    assert shown["fields"]["income"] == "banyak"


def test_a_reason_for_a_warning_is_kept_and_one_for_nothing_is_handed_back(app, wayan, form):
    receipt = wayan.send(
        fields=form,
        confirmations={"photo_missing:ktp_photo": "KTP is being renewed", "minor:birth_date": "?"},
    )

    assert receipt["unused"] == ["minor:birth_date"]
    shown = wayan.get("/registrations").json["registrations"][0]
    assert shown["confirmations"] == {"photo_missing:ktp_photo": "KTP is being renewed"}


def test_who_sent_a_record_may_not_decide_on_it(app, wayan, form):
    wayan.send(fields=form)

    assert count(app, RegistrationHand.user_id) == 1


def test_without_a_session_nothing_is_taken_and_the_phone_is_told_to_sign_in(app, wayan, form):
    with app.app_context(), transaction() as session:
        session.execute(delete(UserSession))

    answer = wayan.put(uuid4(), 1, {**wayan.next_item(), "base": 0, "fields": form})

    assert problem(answer) == (401, "signed_out")
    assert answer.json["sign_in"] == "/sign-in"
    assert count(app, Registration.id) == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-CSRFToken": ""}, (400, "csrf")),
        ({"X-CSRFToken": "forged"}, (400, "csrf")),
        ({"X-Account": ""}, (400, "account_missing")),
        ({"X-Account": str(uuid4())}, (409, "other_account")),
    ],
)
def test_nothing_is_taken_that_the_app_of_this_person_did_not_send(app, wayan, headers, expected):
    body = {**wayan.next_item(), "base": 0}

    answer = wayan.call("PUT", f"/registrations/{uuid4()}/revisions/1", json=body, headers=headers)

    assert problem(answer) == expected
    assert count(app, Registration.id) == 0


def test_the_other_agencys_records_do_not_exist(app, wayan, form):
    record_id = Phone(app, "made").send(fields={"name": "Nyoman"})["registration"]

    answers = [
        wayan.put(record_id, 1, {**wayan.next_item(), "base": 0, "fields": form}),
        wayan.put(record_id, 2, {**wayan.next_item(), "base": 1, "fields": form}),
    ]

    assert [problem(answer) for answer in answers] == [(404, "out_of_reach")] * 2
    assert wayan.get("/registrations?whose=agency").json["registrations"] == []
    assert row_of(app, receipt_id({"registration": record_id})).name == "Nyoman"


def test_a_supervisor_sends_no_records(app, form):
    ketut = Phone(app, "ketut")

    answers = [
        ketut.put(uuid4(), 1, {**ketut.next_item(), "base": 0, "fields": form}),
        ketut.put_photo(picture(1)),
    ]

    assert [problem(answer) for answer in answers] == [(403, "forbidden")] * 2


def test_a_sent_record_can_no_longer_be_changed_and_says_so(app, wayan, form):
    receipt = wayan.send(fields=form, consent=AGREED)
    send_batch(wayan, [receipt["registration"]])
    shown = wayan.get("/registrations").json["registrations"][0]

    answer = wayan.put(
        receipt["registration"], 2,
        {**wayan.next_item(), "base": shown["revision"], "fields": {"name": "Darma"}},
    )  # fmt: skip

    assert problem(answer) == (409, "wrong_move")
    assert shown["fields"] is None
    assert shown["editable"] is False


def test_a_database_that_is_full_says_so_and_keeps_nothing(app, wayan, form):
    with app.app_context(), reading() as session:
        if session.connection().dialect.name != "sqlite":
            pytest.skip("PostgreSQL's disk cannot be filled from here")

    def full(*_args, **_named):
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(parts, "quarantine", full)
        answer = wayan.put_photo(picture(1))

    assert problem(answer) == (507, "storage_full")


def test_one_job_waits_for_many_records(app, wayan, form):
    for number in range(3):
        wayan.send(fields={"name": "Sudarma"}, parts={"ktp": wayan.send_photo(picture(number))})

    assert count(app, Job.id) == 1
