"""A forgotten PIN: nothing is opened before somebody else has agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fieldapp.domain.errors import ForbiddenError, OutOfReachError, StaleError
from fieldapp.domain.intake import BodyError, KeyReusedError
from fieldapp.domain.permissions import Role
from fieldapp.domain.recoveries import (
    LIFE,
    EscrowBrokenError,
    OwnPhoneError,
    RecoveryState,
    WrongCheckError,
)
from fieldapp.models.audit import AuditEntry
from fieldapp.queries import recoveries as queries
from fieldapp.services import recoveries
from tests.lost_pin import LostPin


@pytest.fixture
def key(session, world, now):
    return recoveries.escrow_key(session, actor=world.wayan, now=now)


@pytest.fixture
def pin(world, key):
    return LostPin(world.wayan.id, key_id=key.id, agency_key=key.public)


@pytest.fixture
def asked(session, world, pin, now):
    return ask(session, world.wayan, pin, now)


def ask(session, actor, pin, now):
    return recoveries.ask(
        session, actor=actor, request=pin.request, device_name="Chrome, Android", now=now
    )


def approve(session, actor, row, pin, now):
    recoveries.approve(session, actor=actor, row=row, typed=pin.check, now=now)


def deeds(session):
    return session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.action.startswith("recovery.") | AuditEntry.action.startswith("escrow"))
        .order_by(AuditEntry.seq)
    ).all()


def test_an_agency_has_one_key_for_all_its_phones_sealed_at_rest(session, world, now, key):
    again = recoveries.escrow_key(session, actor=world.ketut, now=now)
    theirs = recoveries.escrow_key(session, actor=world.made, now=now)

    assert again is key
    assert theirs.id != key.id
    assert bytes.fromhex(key.private) not in key.private_sealed
    assert key.private.encode() not in key.private_sealed


def test_a_supervisor_who_types_the_number_lets_the_key_go_back_to_that_phone(
    session, world, now, pin, asked
):
    approve(session, world.ketut, asked, pin, now)
    released = asked.released
    recoveries.take(session, actor=world.wayan, row=asked, now=now)
    session.flush()

    assert pin.open(released) == pin.data_key
    assert (asked.state, asked.wrapped, asked.released) == (RecoveryState.TAKEN, None, None)
    assert asked.decided_by == world.ketut.id
    assert deeds(session) == [
        "escrow_key.new", "recovery.ask", "recovery.approve", "recovery.take",
    ]  # fmt: skip


def test_the_same_request_again_is_one_request(session, world, now, pin, asked):
    assert ask(session, world.wayan, pin, now) is asked

    pin.__dict__.pop("_pair")  # another key under the same id
    with pytest.raises(KeyReusedError):
        ask(session, world.wayan, pin, now)


def test_nobody_lets_their_own_phone_open_again(session, world, now, pin, asked):
    promoted = replace(world.wayan, role=Role.SUPERVISOR)

    with pytest.raises(OwnPhoneError):
        approve(session, promoted, asked, pin, now)
    with pytest.raises(OwnPhoneError):
        recoveries.refuse(session, actor=promoted, row=asked, now=now)
    assert asked.state is RecoveryState.WAITING


def test_the_database_itself_holds_to_four_eyes(session, world, now, asked):
    asked.state, asked.decided_by, asked.wrapped = RecoveryState.REFUSED, world.wayan.id, None

    with pytest.raises(IntegrityError, match=r"four_eyes|CHECK"), session.begin_nested():
        session.flush()


@pytest.mark.parametrize("who", ["wayan", "putu", "komang", "gede", "luh"])
def test_only_supervisors_decide(session, world, now, pin, asked, who):
    with pytest.raises(ForbiddenError):
        approve(session, getattr(world, who), asked, pin, now)


def test_a_supervisor_of_another_agency_does_not_know_of_it(session, world, asked):
    assert queries.recovery(session, world.nyoman, asked.id) is None
    assert list(queries.newest(session, world.nyoman)) == []
    assert queries.own_recovery(session, world.ketut, asked.id) is None
    assert [row.id for row in queries.newest(session, world.ketut)] == [asked.id]


@pytest.mark.parametrize("typed", ["", "000000", "12345"])
def test_without_the_number_of_that_phone_nothing_is_opened(session, world, now, asked, typed):
    with pytest.raises(WrongCheckError):
        recoveries.approve(session, actor=world.ketut, row=asked, typed=typed, now=now)

    assert (asked.state, asked.released) == (RecoveryState.WAITING, None)


def test_what_was_wrapped_for_somebody_else_does_not_open(session, world, now, key):
    """Wayan asks with what he copied from a colleague's phone."""
    stolen = LostPin(world.ketut.id, key_id=key.id, agency_key=key.public)
    row = ask(session, world.wayan, stolen, now)

    with pytest.raises(EscrowBrokenError):
        approve(session, world.ketut, row, stolen, now)
    assert row.released is None


def test_what_is_decided_is_decided(session, world, now, pin, asked):
    recoveries.refuse(session, actor=world.ketut, row=asked, now=now)

    with pytest.raises(StaleError):
        approve(session, world.ketut, asked, pin, now)
    recoveries.take(session, actor=world.wayan, row=asked, now=now)
    assert (asked.state, asked.wrapped) == (RecoveryState.REFUSED, None)


def test_a_week_later_a_request_has_expired_and_what_was_wrapped_goes(
    session, world, now, pin, asked, key
):
    later = now + LIFE

    with pytest.raises(StaleError):
        approve(session, world.ketut, asked, pin, later)
    other = LostPin(world.ketut.id, key_id=key.id, agency_key=key.public)
    ask(session, world.ketut, other, later)

    assert (asked.state, asked.wrapped) == (RecoveryState.EXPIRED, None)


def test_asking_anew_replaces_what_was_asked_before_even_when_it_was_approved(
    session, world, now, pin, asked, key
):
    approve(session, world.ketut, asked, pin, now)
    anew = LostPin(world.wayan.id, key_id=key.id, agency_key=key.public)
    anew.device_id = pin.device_id
    row = ask(session, world.wayan, anew, now + timedelta(minutes=1))

    assert (asked.state, asked.released) == (RecoveryState.REPLACED, None)
    assert row.state is RecoveryState.WAITING


def test_another_phone_of_the_same_person_asks_for_itself(session, world, now, asked, key):
    other = LostPin(world.wayan.id, key_id=key.id, agency_key=key.public)
    ask(session, world.wayan, other, now)

    assert asked.state is RecoveryState.WAITING


def test_a_weak_key_and_an_unknown_one_are_refused_at_once(session, world, now, pin):
    weak = replace(pin.request, public_key=b"no key")
    unknown = replace(pin.request, key_id=pin.id)

    with pytest.raises(BodyError):
        recoveries.ask(session, actor=world.wayan, request=weak, device_name="", now=now)
    with pytest.raises(OutOfReachError):
        recoveries.ask(session, actor=world.wayan, request=unknown, device_name="", now=now)


def test_nobody_takes_up_a_request_of_somebody_else(session, world, now, pin, asked):
    with pytest.raises(OutOfReachError):
        ask(session, world.ketut, pin, now)
    with pytest.raises(OutOfReachError):
        recoveries.take(session, actor=world.ketut, row=asked, now=now)
