"""Forgotten PINs: how requests are read, how long they live, and the number of both sides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from fieldapp.domain.intake import BodyError
from fieldapp.domain.recoveries import (
    LIFE,
    RecoveryState,
    check_of,
    read_request,
    same_check,
    state_at,
)

ASKED = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
BODY = {
    "id": str(uuid4()), "device": str(uuid4()), "key": str(uuid4()), "wrapped": "AAEC",
    "public_key": "AwQF",
}  # fmt: skip


def test_the_number_is_that_of_the_key_and_is_forgiven_its_spaces():
    assert check_of(b"key") == "595179", "SHA-256 of it, first four bytes, modulo a million"
    assert same_check(" 595 179 ", b"key")
    assert same_check("595-179", b"key")
    assert not same_check("595170", b"key")
    assert not same_check("", b"key")
    assert not same_check("0595179", b"key")


def test_a_request_that_nobody_took_up_within_a_week_has_expired():
    late, in_time = ASKED + LIFE, ASKED + LIFE - timedelta(seconds=1)

    assert state_at(RecoveryState.WAITING, ASKED, in_time) is RecoveryState.WAITING
    assert state_at(RecoveryState.WAITING, ASKED, late) is RecoveryState.EXPIRED
    assert state_at(RecoveryState.APPROVED, ASKED, late) is RecoveryState.EXPIRED
    assert state_at(RecoveryState.REFUSED, ASKED, late) is RecoveryState.REFUSED
    assert state_at(RecoveryState.TAKEN, ASKED, late) is RecoveryState.TAKEN


def test_a_request_is_read_from_its_body():
    request = read_request(BODY)

    assert request.id == UUID(BODY["id"])
    assert (request.wrapped, request.public_key) == (b"\x00\x01\x02", b"\x03\x04\x05")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"id": "1"}, "id"),
        ({"device": None}, "device"),
        ({"key": 7}, "key"),
        ({"wrapped": "no base64!"}, "wrapped"),
        ({"wrapped": ""}, "wrapped"),
        ({"public_key": "A" * 2_000}, "public_key"),
        ({"more": 1}, "more"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_name(changed, where):
    with pytest.raises(BodyError) as refused:
        read_request({**BODY, **changed})

    assert refused.value.facts["where"] == where


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(BodyError):
        read_request(body)
