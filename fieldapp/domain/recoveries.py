"""Forgotten PINs: what a phone asks, how a request stands, and the number that both sides see."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from fieldapp.domain.errors import FieldError
from fieldapp.domain.intake import BodyError

LIFE: Final = timedelta(days=7)
MOST_BYTES: Final = 1_000


class RecoveryState(StrEnum):
    """How a request stands. A newer one of the same phone replaces it."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    REPLACED = "replaced"
    EXPIRED = "expired"
    TAKEN = "taken"


OPEN: Final = frozenset({RecoveryState.WAITING, RecoveryState.APPROVED})


class WrongCheckError(FieldError):
    """The number that was typed is not the one that the phone shows."""

    code: ClassVar[str] = "wrong_check"


class OwnPhoneError(FieldError):
    """Nobody lets their own phone open again."""

    code: ClassVar[str] = "own_phone"
    status: ClassVar[int] = 403


class EscrowBrokenError(FieldError):
    """What the phone sent does not open with the agency's key."""

    code: ClassVar[str] = "escrow_broken"


@dataclass(frozen=True, slots=True)
class Request:
    """What a phone asks with.

    key_id: the agency's key; wrapped: the data key, wrapped to it; public_key: SPKI of a key pair
    that the phone has made for this request alone.
    """

    id: UUID
    device_id: UUID
    key_id: UUID
    wrapped: bytes
    public_key: bytes


def read_request(body: Any) -> Request:
    """The request of a body. Raises BodyError."""
    wanted = ("id", "device", "key", "wrapped", "public_key")
    if not isinstance(body, Mapping):
        raise BodyError(where="")
    for name in (*wanted, *body):
        if name not in body or name not in wanted:
            raise BodyError(where=repr(name)[1:-1][:40])
    return Request(
        id=_uuid(body, "id"),
        device_id=_uuid(body, "device"),
        key_id=_uuid(body, "key"),
        wrapped=_bytes(body, "wrapped"),
        public_key=_bytes(body, "public_key"),
    )


def state_at(state: RecoveryState, asked_at: datetime, now: datetime) -> RecoveryState:
    """How a request stands now: what nobody took up within a week has expired."""
    return RecoveryState.EXPIRED if state in OPEN and now - asked_at >= LIFE else state


def check_of(public_key: bytes) -> str:
    """Six digits of the phone's key: shown there, typed by the supervisor."""
    number = int.from_bytes(hashlib.sha256(public_key).digest()[:4], "big") % 1_000_000
    return f"{number:06}"


def same_check(typed: str, public_key: bytes) -> bool:
    """Whether somebody typed these digits, in whatever groups."""
    return "".join(sign for sign in typed if sign.isdecimal()) == check_of(public_key)


def held_for(user_id: UUID) -> str:
    """The label under which a person's phones wrap their keys to the agency's."""
    return f"fieldapp-escrow:{user_id}"


def released_for(recovery_id: UUID) -> str:
    """The label under which a key goes back to the phone that asked."""
    return f"fieldapp-recovery:{recovery_id}"


def _uuid(body: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(body[name])
    except (ValueError, TypeError, AttributeError):
        raise BodyError(where=name) from None


def _bytes(body: Mapping[str, Any], name: str) -> bytes:
    text = body[name]
    if not isinstance(text, str) or not 0 < len(text) <= MOST_BYTES * 4 // 3:
        raise BodyError(where=name)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BodyError(where=name) from None
