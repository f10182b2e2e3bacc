"""What one phone could not send is brought by another: once, and in its maker's name."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from fieldapp.database import reading, transaction
from fieldapp.models.audit import AuditEntry
from fieldapp.models.devices import Device
from fieldapp.models.parts import Quarantined
from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.models.users import User
from fieldapp.services import audit
from tests.api.phone import Phone, picture
from tests.world import World, filled_form


@pytest.fixture
def wayan(app):
    """The phone that fell into the subak."""
    return Phone(app, "wayan")


@pytest.fixture
def ketut(app):
    """His supervisor, who has the file and a signal."""
    return Phone(app, "ketut")


@pytest.fixture
def form(app):
    with app.app_context(), reading() as session:
        return dict(filled_form(World(session).category("juru parkir")))


def carry(carrier, maker, record_id, body, revision=1):
    return carrier.call(
        "PUT", f"/rescued/{maker.account}/registrations/{record_id}/revisions/{revision}", json=body
    )


def carry_photo(carrier, maker, data):
    sha256 = hash_of(data)
    return carrier.call(
        "PUT", f"/rescued/{maker.account}/photos/{sha256}", data=data, content_type="image/jpeg"
    )


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def hands(app, record_id):
    with app.app_context(), reading() as session:
        return set(
            session.scalars(
                select(User.username)
                .join(RegistrationHand, RegistrationHand.user_id == User.id)
                .where(RegistrationHand.registration_id == record_id)
            )
        )


def test_a_supervisor_brings_a_record_and_it_is_its_makers(app, wayan, ketut, form):
    record_id, data = uuid4(), picture(1)
    body = {
        **wayan.next_item(), "base": 0, "fields": form, "parts": {"ktp": hash_of(data)},
    }  # fmt: skip

    assert carry_photo(ketut, wayan, data).status_code == 200
    answer = carry(ketut, wayan, record_id, body)

    assert answer.status_code == 200
    assert answer.json["parts"]["ktp"] == hash_of(data)
    own = wayan.get("/registrations").json["registrations"]
    assert [row["id"] for row in own] == [str(record_id)], "it is on the list of its maker"
    with app.app_context(), reading() as session:
        row = session.get_one(Registration, record_id)
        device = session.get_one(Device, UUID(wayan.device))
        assert str(row.created_by) == str(device.user_id) == wayan.account
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "registration.rescue")
        ).one()
        assert entry.facts["maker"] == wayan.account
        assert audit.verify(session)[1] is None


def test_who_brought_it_may_not_decide_on_it(app, wayan, ketut, form):
    record_id = uuid4()

    carry(ketut, wayan, record_id, {**wayan.next_item(), "base": 0, "fields": form})

    assert hands(app, record_id) == {"wayan", "ketut"}


def test_brought_twice_and_then_sent_by_the_phone_itself_it_is_one(app, wayan, ketut, form):
    record_id = uuid4()
    body = {**wayan.next_item(), "base": 0, "fields": form}

    first = carry(ketut, wayan, record_id, body)
    again = carry(ketut, wayan, record_id, body)
    itself = wayan.put(record_id, 1, body)

    assert first.data == again.data == itself.data
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Registration.id))) == 1


def test_who_brings_what_is_here_already_lays_no_hand_on_it(app, wayan, ketut, form):
    record_id = uuid4()
    body = {**wayan.next_item(), "base": 0, "fields": form}
    sent = wayan.put(record_id, 1, body)

    brought = carry(ketut, wayan, record_id, body)

    assert brought.data == sent.data
    assert hands(app, record_id) == {"wayan"}


def test_what_changed_since_is_not_shown_to_who_brings_it(app, wayan, ketut, form):
    first = wayan.send(fields=form)
    other = Phone(app, "wayan")
    other.send(
        first["registration"], revision=2, base=first["server_revision"], fields={"name": "Darma"}
    )
    body = {**wayan.next_item(), "base": first["server_revision"], "fields": {"name": "I Sudarma"}}

    answer = carry(ketut, wayan, first["registration"], body, revision=3)

    assert (answer.status_code, answer.json["code"]) == (409, "stale")
    assert "Darma" not in answer.text


def test_another_agency_brings_nothing(app, wayan, form):
    made, nyoman = Phone(app, "made"), Phone(app, "nyoman")
    body = {**wayan.next_item(), "base": 0, "fields": form}

    answers = [carry(each, wayan, uuid4(), body) for each in (made, nyoman)]
    photos = [carry_photo(each, wayan, picture(1)) for each in (made, nyoman)]

    assert {answer.json["code"] for answer in answers + photos} == {"out_of_reach"}
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Quarantined.sha256))) == 0


def test_nothing_is_brought_in_the_name_of_somebody_who_makes_no_registrations(wayan, ketut, form):
    answer = carry(wayan, ketut, uuid4(), {**wayan.next_item(), "base": 0, "fields": form})

    assert (answer.status_code, answer.json["code"]) == (404, "out_of_reach")


def test_the_phone_of_somebody_who_has_left_is_rescued_too(app, wayan, ketut, form):
    with app.app_context(), transaction() as session:
        session.execute(update(User).where(User.username == "wayan").values(active=False))

    answer = carry(ketut, wayan, uuid4(), {**wayan.next_item(), "base": 0, "fields": form})

    assert answer.status_code == 200
