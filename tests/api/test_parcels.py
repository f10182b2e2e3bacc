"""What an outbox holds, in one request: each item comes of it as if it had come alone."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from fieldapp.database import reading
from fieldapp.domain.intake import MOST_RECORDS
from fieldapp.models.audit import AuditEntry
from fieldapp.models.devices import Device, Intake
from fieldapp.models.jobs import Job
from fieldapp.models.parts import Quarantined, RegistrationPart
from fieldapp.models.registrations import NameGram, Registration, RegistrationHand
from fieldapp.services import audit
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


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def record(phone, record_id=None, *, revision=1, base=0, **body):
    """A record of an outbox: its key, and the body that a PUT of it would have."""
    return (
        str(record_id or uuid4()),
        revision,
        json.dumps({**phone.next_item(), "base": base, **body}).encode(),
    )


def pack(records=(), photos=()):
    """The parcel: a line that names the pieces, then the pieces."""
    head = {
        "records": [
            {"id": key, "revision": revision, "size": len(data)} for key, revision, data in records
        ],
        "photos": [{"sha256": sha256(data), "size": len(data)} for data in photos],
    }
    pieces = [*(data for _key, _revision, data in records), *photos]
    return json.dumps(head).encode() + b"\n" + b"".join(pieces)


def post(phone, data):
    return phone.call("POST", "/parcels", data=data, content_type="application/vnd.fieldapp.parcel")


def statuses(answers):
    return [
        (each["status"], each["problem"]["code"] if "problem" in each else "") for each in answers
    ]


def test_a_record_and_its_photos_come_in_one_request(app, wayan, form):
    ktp, face = picture(1), picture(2)
    one = record(
        wayan, fields=form, consent=AGREED, parts={"ktp": sha256(ktp), "face": sha256(face)}
    )

    told = post(wayan, pack([one], [ktp, face])).json

    assert statuses(told["photos"]) == [(200, ""), (200, "")]
    assert statuses(told["records"]) == [(200, "")]
    receipt = told["records"][0]["receipt"]
    assert receipt["parts"] == {"ktp": sha256(ktp), "face": sha256(face), "signature": None}
    assert {each["code"] for each in receipt["findings"]} == {"photo_on_the_way"}
    assert count(app, Quarantined.sha256) == 2
    assert count(app, Job.id) == 1


def test_a_parcel_leaves_what_its_items_would_have_left_alone(app, form):
    """One coordinator sends five records together, another sends the same five one by one."""
    wayan, made = Phone(app, "wayan"), Phone(app, "made")
    with app.app_context(), reading() as session:
        theirs = str(World(session).category("kelian adat").id)

    def bodies(category_id):
        return [
            {"fields": {**form, "name": name, "nik": nik, "category_id": category_id}}
            for name, nik in (
                ("Sudarma", form["nik"]),
                ("I Sudarma", ""),
                ("Ni Luh Sari", form["nik"]),
                ("Sudharma", ""),
                ("", "5171O1"),
            )
        ]

    mine = [record(wayan, **body) for body in bodies(form["category_id"])]
    together = [each["receipt"] for each in post(wayan, pack(mine)).json["records"]]
    apart = [made.send(**body) for body in bodies(theirs)]

    def said(receipts):
        return [
            [(each["code"], each["field"], each["text"]) for each in receipt["findings"]]
            for receipt in receipts
        ]

    def left(phone):
        """Rows in every table that a record touches, by whose they are."""
        with app.app_context(), reading() as session:
            mine = select(RegistrationHand.registration_id).where(
                RegistrationHand.user_id == UUID(phone.account)
            )
            tables = {
                "grams": select(func.count()).where(NameGram.registration_id.in_(mine)),
                "rows": select(func.count()).where(Registration.id.in_(mine)),
                "receipts": select(func.count()).where(Intake.subject_id.in_(mine)),
            }
            return {name: session.scalar(asked) for name, asked in tables.items()}

    assert said(together) == said(apart)
    assert any("look_alike" in code for code, _field, _text in said(together)[1])
    assert left(wayan) == left(made)
    assert [each["sequence"] for each in together] == [1, 2, 3, 4, 5]
    with app.app_context(), reading() as session:
        assert audit.verify(session)[1] is None


def test_a_parcel_sent_twice_gets_the_same_answer_byte_for_byte(app, wayan, form):
    ktp = picture(1)
    data = pack(
        [record(wayan, fields=form, parts={"ktp": sha256(ktp)}), record(wayan, fields=form)], [ktp]
    )
    first = post(wayan, data)

    again = post(wayan, data)

    assert again.data == first.data
    assert count(app, Registration.id) == 2
    assert count(app, Intake.subject_id) == 2


def test_what_came_in_a_parcel_and_comes_alone_again_gets_the_same_receipt(app, wayan, form):
    record_id, revision, data = record(wayan, fields=form, consent=AGREED)
    told = post(wayan, pack([(record_id, revision, data)])).json["records"][0]

    again = wayan.put(record_id, revision, json.loads(data))

    assert again.json == told["receipt"]


def test_what_is_refused_holds_up_none_of_the_others_and_leaves_no_trace(app, wayan, form):
    known = wayan.send(fields=form)
    other = Phone(app, "wayan")
    parcel = [
        record(wayan, fields=form),
        record(wayan, fields=form, parts={"ktp": "ab" * 32}),
        record(wayan, fields={"stage": "approved"}),
        record(wayan, known["registration"], fields={"name": "Darma"}),
        record(other, known["registration"], revision=2, fields={**form, "name": "I Darma"}),
        record(wayan, fields={"street": "x" * 1900, "name": "y" * 1900}),
        (str(uuid4()), 1, b"{"),
        (str(uuid4()), 1, b" " * 200_001),
    ]
    before = count(app, AuditEntry.seq)

    told = post(wayan, pack(parcel)).json["records"]

    assert statuses(told) == [
        (200, ""),
        (409, "parts_missing"),
        (422, "body_wrong"),
        (409, "key_reused"),
        (409, "stale"),
        (200, ""),
        (422, "body_wrong"),
        (413, "too_large"),
    ]
    stale = told[4]["problem"]
    assert stale["differing"] == {"name": {"yours": "I Darma", "theirs": "Sudarma"}}
    assert stale["registration"]["revision"] == known["server_revision"]
    assert count(app, Registration.id) == 3
    assert count(app, Device.id) == 1, "the phone that was refused is not known"
    assert count(app, AuditEntry.seq) == before + 3, "two were begun, and a stale one was shown"
    with app.app_context(), reading() as session:
        assert audit.verify(session)[1] is None


def test_two_revisions_of_one_record_come_one_after_the_other(app, wayan, form):
    record_id = uuid4()
    data = pack(
        [
            record(wayan, record_id, fields=form),
            record(wayan, record_id, revision=2, fields={"name": "I Sudarma"}),
        ]
    )

    told = post(wayan, data).json["records"]

    assert statuses(told) == [(200, ""), (200, "")]
    with app.app_context(), reading() as session:
        assert session.get_one(Registration, record_id).name == "I Sudarma"


def test_a_photo_that_is_none_is_refused_and_the_record_that_names_it_is_told(app, wayan, form):
    good, none = picture(1), b"GIF89a"
    parcel = [
        record(wayan, fields=form, parts={"ktp": sha256(good)}),
        record(wayan, fields=form, parts={"ktp": sha256(none)}),
    ]

    told = post(wayan, pack(parcel, [good, none])).json

    assert statuses(told["photos"]) == [(200, ""), (415, "photo_unsupported")]
    assert statuses(told["records"]) == [(200, ""), (409, "parts_missing")]
    assert count(app, RegistrationPart.sha256) == 1


def test_a_photo_that_was_torn_on_the_way_is_not_kept_under_its_name(app, wayan):
    whole = picture(1)
    data = bytearray(pack([], [whole]))
    data[-9] ^= 1

    told = post(wayan, bytes(data)).json

    assert statuses(told["photos"]) == [(422, "photo_hash")]
    assert count(app, Quarantined.sha256) == 0


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", ""),
        (b"[]\n", ""),
        (b'{"records": []}\n', "photos"),
        (b'{"records": {}, "photos": []}\n', "records"),
        (b'{"records": [], "photos": [], "more": 1}\n', "more"),
        (b'{"records": [], "photos": []}\nleft over', "size"),
        (b'{"records": [], "photos": [{"sha256": "x", "size": 0}]}\n', "photos/0/sha256"),
        (b'{"records": [], "photos": [{"sha256": "%s", "size": 5}]}\nab' % (b"ab" * 32),
         "photos/0/size"),
        (b'{"records": [{"id": "x", "revision": 1, "size": 0}], "photos": []}\n', "records/0/id"),
        (b'{"records": [{"id": "%s", "revision": 0, "size": 0}], "photos": []}\n'
         % str(uuid4()).encode(), "records/0/revision"),
        (pack([(str(uuid4()), 1, b"{}")] * (MOST_RECORDS + 1)), "records"),
    ],
)  # fmt: skip
def test_a_parcel_that_cannot_be_taken_apart_is_refused_whole(app, wayan, data, where):
    answer = post(wayan, data)

    assert (answer.status_code, answer.json["code"]) == (422, "body_wrong")
    assert answer.json["facts"] == {"where": where}


def test_a_parcel_above_nine_megabytes_is_too_large(app, wayan):
    answer = post(wayan, bytes(9_100_000))

    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
