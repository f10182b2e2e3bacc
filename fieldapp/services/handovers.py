"""A card is given to its person: found by its code or number, judged, noted once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldapp.domain import registrations as registration_life
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_codes import CardCodeError, read_serial
from fieldapp.domain.card_life import (
    CardNotGenuineError,
    CardUnknownError,
    CardVerdict,
    against_handing_over,
)
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.models.cards import Card
from fieldapp.models.registrations import Registration
from fieldapp.queries import cards as queries
from fieldapp.services import card_checks, cards


def find(
    session: Session, *, actor: Actor, code: str = "", serial: str = "", now: datetime
) -> Card:
    """The card of what was scanned, or of the number that was typed.

    A code must be signed by us. A card of another agency does not exist.
    Raises CardNotGenuineError, CardUnknownError, ForbiddenError.
    """
    actor.must(Permission.CARD_HAND_OVER)
    if code:
        checked = card_checks.check(session, code, now=now)
        if checked.verdict is CardVerdict.NOT_GENUINE or checked.card_id is None:
            raise CardNotGenuineError
        line = queries.card(session, actor, checked.card_id)
        shown = checked.claims.serial if checked.claims else ""
    else:
        line, shown = queries.card_of_serial(session, actor, serial), serial[:20]
    if line is None:
        raise CardUnknownError(serial=shown)
    return line.card


def find_shown(session: Session, *, actor: Actor, text: str, now: datetime) -> Card:
    """The same for one field that takes either: a number, or what a camera reads."""
    try:
        read_serial(text)
    except CardCodeError:
        return find(session, actor=actor, code=text, now=now)
    return find(session, actor=actor, serial=text, now=now)


def check(session: Session, card: Card) -> None:
    """Raise CardVoidError, CardNotPrintedError or CardHandedOverError for what may not be given."""
    stage = session.get_one(Registration, card.registration_id).stage
    refusal = against_handing_over(card.state, ended=stage not in registration_life.PRINTABLE)
    if refusal is not None:
        raise refusal(
            serial=card.printed_serial, reason=card.reason, changed_on=day_of(card.changed_at)
        )


def hand_over(
    session: Session,
    *,
    actor: Actor,
    card: Card,
    now: datetime,
    handed_at: datetime | None = None,
) -> None:
    """Note that this card is in the hands of its person. Raises as `check` does."""
    session.refresh(card, with_for_update=True)  # of two phones with one card, the second waits
    check(session, card)
    cards.hand_over(session, actor=actor, cards=[card], now=now, handed_at=handed_at)
