"""Looking for doubles: by NIK everywhere, by likeness where two NIKs may be one person."""

from __future__ import annotations

from datetime import date

import pytest

from fieldapp.domain.errors import OutOfReachError, ReasonMissingError
from fieldapp.queries import registrations as queries
from fieldapp.services import registrations
from tests.filing import codes, register, send

BORN = date(1985, 5, 12)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("I Wayan Sudarma", "Wayan Sudarma"),
        ("Ida Bagus Putra Manuaba", "IB. Putra Manuaba"),
        ("I Gusti Ngurah Rai", "Gst. Ngr. Rai"),
        ("Anak Agung Gede Oka", "A.A. Gde Oka"),
        ("I Made Suwitra", "I Md. Soewitra"),
        ("Ni Ketut Sukerti", "Ktut Sukerti, S.Pd."),
        ("Tjokorda Raka", "Cokorda Raka"),
    ],
)
def test_one_person_written_two_ways_is_found(session, world, now, name, other):
    known = register(session, world.wayan, now, serial=1, born=BORN, name=name)

    row = register(session, world.wayan, now, serial=2, born=BORN, name=other)

    [found] = [each for each in row.findings if each["code"] == "look_alike"]
    assert found["facts"] == {"registration_id": str(known.id), "dates": "same"}


@pytest.mark.parametrize(
    ("born", "dates"),
    [
        (date(1985, 12, 5), "swapped"),
        (date(1986, 5, 12), "year_off"),
        (date(1984, 5, 12), "year_off"),
    ],
)
def test_a_date_written_down_wrongly_does_not_hide_a_double(session, world, now, born, dates):
    register(session, world.wayan, now, serial=1, born=BORN, name="I Nyoman Suarta")

    row = register(session, world.wayan, now, serial=2, born=born, name="Nyoman Suarta")

    [found] = [each for each in row.findings if each["code"] == "look_alike"]
    assert found["facts"]["dates"] == dates


@pytest.mark.parametrize(
    ("born", "name"),
    [
        (BORN, "I Made Sukadana"),
        (date(1985, 5, 13), "I Nyoman Suarta"),
        (date(1987, 5, 12), "I Nyoman Suarta"),
    ],
)
def test_two_people_are_not_taken_for_one(session, world, now, born, name):
    register(session, world.wayan, now, serial=1, born=BORN, name="I Nyoman Suarta")

    row = register(session, world.wayan, now, serial=2, born=born, name=name)

    assert "look_alike" not in codes(row)


def test_born_on_29_february_has_no_day_a_year_off_and_that_is_no_error(session, world, now):
    leap = date(1984, 2, 29)
    register(session, world.wayan, now, serial=1, born=leap, name="I Nyoman Suarta")

    row = register(session, world.wayan, now, serial=2, born=leap, name="Nyoman Suarta")

    assert "look_alike" in codes(row)


def test_two_in_one_batch_who_look_alike_both_go_and_both_say_so(session, world, now):
    rows = [
        register(session, world.wayan, now, serial=serial, born=BORN, name=name)
        for serial, name in ((1, "I Wayan Sudarma"), (2, "Wayan Sudarma"))
    ]

    _batch, sending = send(session, world.wayan, rows, now)

    assert len(sending.sent) == 2
    assert all("look_alike" in codes(row) for row in rows)


def test_a_draft_of_another_agency_is_no_business_of_this_one(session, world, now):
    theirs = register(session, world.made, now, serial=1, born=BORN, name="I Nyoman Suarta")

    before = register(session, world.wayan, now, serial=2, born=BORN, name="Nyoman Suarta")
    assert "look_alike" not in codes(before)

    send(session, world.made, [theirs], now)
    registrations.rejudge(session, before, now=now)
    assert "look_alike" in codes(before)


def test_a_warning_is_confirmed_with_a_reason_and_the_reason_can_be_taken_back(session, world, now):
    row = register(session, world.wayan, now, serial=1, income="20.000.000")
    key = "income_high:income"

    registrations.confirm_finding(
        session, actor=world.wayan, row=row, key=key, reason=" Juga punya toko ", now=now
    )
    session.flush()
    assert queries.confirmations(session, [row.id]) == {row.id: {key: "Juga punya toko"}}

    registrations.confirm_finding(session, actor=world.wayan, row=row, key=key, reason="", now=now)
    session.flush()
    assert queries.confirmations(session, [row.id]) == {row.id: {}}
    with pytest.raises(ReasonMissingError):
        registrations.confirm_finding(
            session, actor=world.wayan, row=row, key=key, reason=" ", now=now
        )


@pytest.mark.parametrize("key", ["missing:nik", "income_high:income", "anything" * 20])
def test_only_a_warning_that_is_there_can_be_confirmed(session, world, now, key):
    row = register(session, world.wayan, now, serial=1, nik="")

    with pytest.raises(OutOfReachError):
        registrations.confirm_finding(
            session, actor=world.wayan, row=row, key=key, reason="Sudah diperiksa", now=now
        )
