"""Is this card genuine, and does it count today? And what phones need to ask it without signal.

The signature is checked before anything is looked up, and for text that is no code at all too: a
stranger who tries codes learns nothing, not even from the time it takes, and serials that follow
each other lead nowhere without a signature for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldapp.adapters.signing import CARD, VOID_LIST, is_signed
from fieldapp.adapters.signing import SigningKey as Hand
from fieldapp.domain import registrations as registration_life
from fieldapp.domain.card_codes import (
    BODY_BYTES,
    ISSUE,
    SIGNATURE_BYTES,
    CardCodeError,
    Claims,
    read_code,
)
from fieldapp.domain.card_life import CardState, CardVerdict, verdict
from fieldapp.domain.wita import day_of
from fieldapp.models.agencies import Agency
from fieldapp.models.cards import Card, CardAgency, SigningKey
from fieldapp.models.registrations import Registration
from fieldapp.services import signing_keys

_NOBODY: Final = Hand(bytes(32)).public_bytes
_NO_CODE: Final = bytes(BODY_BYTES + SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check says; facts only of a genuine card, `fault` only of a text that is no code."""

    verdict: CardVerdict
    claims: Claims | None = None
    agency: str = ""
    card_id: UUID | None = None
    fault: CardCodeError | None = None


def check(session: Session, text: str, *, now: datetime) -> Checked:
    """The verdict on a code or address, in any case."""
    code, fault = _NO_CODE, None
    try:
        code = read_code(text)
    except CardCodeError as error:
        fault = error
    key = session.get(SigningKey, code[1])
    body, signature = code[:BODY_BYTES], code[BODY_BYTES:]
    signed = is_signed(body, signature, public=key.public if key else _NOBODY, purpose=CARD)
    if fault or key is None or not signed:
        return Checked(CardVerdict.NOT_GENUINE, fault=fault)
    found = session.execute(
        select(Card.id, Card.state, Card.valid_until, Registration.stage, Agency.name)
        .join(Registration, Registration.id == Card.registration_id)
        .join(Agency, Agency.id == Card.agency_id)
        .where(Card.code == code)
    ).first()
    if found is None:  # a signature of ours without a card of ours: the key is in other hands
        return Checked(CardVerdict.NOT_GENUINE)
    said = verdict(
        found.state,
        valid_until=found.valid_until,
        ended=found.stage not in registration_life.PRINTABLE,
        today=day_of(now),
    )
    return Checked(said, Claims.of(code), found.name, found.id)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a phone needs of a key; of cards issued after `retired_on` none is genuine."""

    id: int
    public: bytes
    retired_on: date | None


def public_keys(session: Session) -> list[PublicKey]:
    """The keys that phones may trust without signal: all but those that leaked."""
    return [
        PublicKey(row.id, row.public, day_of(row.retired_at) if row.retired_at else None)
        for row in signing_keys.all_keys(session)
        if not row.leaked
    ]


def agency_names(session: Session) -> dict[int, str]:
    """The agencies by the numbers that codes carry."""
    rows = session.execute(
        select(CardAgency.number, Agency.name).join(Agency, Agency.id == CardAgency.agency_id)
    )
    return {row.number: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class VoidList:
    """Cards that count for nothing though not expired: 5 bytes each (year, number, copy), sorted;
    signed with the time (whole seconds since 1970) at which it was made."""

    made_at: int
    issues: bytes
    key_id: int
    signature: bytes


def void_list(session: Session, *, now: datetime) -> VoidList | None:
    """The list as it is now; None while no key signs (and then no card is printed either)."""
    keys = [row for row in signing_keys.all_keys(session) if row.retired_at is None]
    if not keys:
        return None
    codes = session.scalars(
        select(Card.code)
        .join(Registration, Registration.id == Card.registration_id)
        .where(
            or_(
                Card.state.in_([CardState.SPOILED, CardState.VOID]),
                Registration.stage.not_in(registration_life.PRINTABLE),
            ),
            Card.code.is_not(None),
            Card.valid_until >= day_of(now),
        )
    )
    issues = b"".join(sorted(code[ISSUE] for code in codes if code))
    made_at = int(now.timestamp())
    signature = signing_keys.hands(keys[-1]).sign(
        made_at.to_bytes(8, "big") + issues, purpose=VOID_LIST
    )
    return VoidList(made_at, issues, keys[-1].id, signature)
