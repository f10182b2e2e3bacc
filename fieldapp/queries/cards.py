"""Questions about cards, each scoped by who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.card_codes import CardCodeError, read_serial, serial_text
from fieldapp.domain.card_life import LIVE, CardState
from fieldapp.domain.reconciliation import CardFigures
from fieldapp.domain.registrations import PRINTABLE, Stage
from fieldapp.models.cards import Card
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.queries.reach import of_agency


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card and whose it is."""

    card: Card
    name: str
    banjar: str
    stage: Stage


def card(session: Session, actor: Actor, card_id: UUID) -> CardLine | None:
    """One card."""
    return next(iter(_lines(session, actor, Card.id == card_id)), None)


def cards_of(session: Session, actor: Actor, ids: Sequence[UUID]) -> Sequence[Card]:
    """These cards, in the order of their serials; those out of reach are left out."""
    return session.scalars(
        select(Card)
        .where(Card.id.in_(ids), of_agency(actor, Card.agency_id))
        .order_by(Card.serial, Card.copy)
        .with_for_update()
    ).all()


def copies(session: Session, actor: Actor, registration_id: UUID) -> list[CardLine]:
    """Every card of a registration, the first one first."""
    return _lines(session, actor, Card.registration_id == registration_id)


def card_of_serial(session: Session, actor: Actor, text: str) -> CardLine | None:
    """The card of a serial as it is printed. None when the text is none, or out of reach."""
    try:
        year, number, copy = read_serial(text)
    except CardCodeError:
        return None
    serial = serial_text(year, number)
    return next(iter(_lines(session, actor, Card.serial == serial, Card.copy == copy)), None)


def cards_of_batch(
    session: Session, actor: Actor, batch_id: UUID, *, after: tuple[str, int], limit: int
) -> list[CardLine]:
    """Cards of a batch in the order of their serials, from the one after this serial and copy."""
    return _lines(
        session,
        actor,
        Card.batch_id == batch_id,
        tuple_(Card.serial, Card.copy) > tuple_(*after),
        limit=limit,
    )


def awaiting_confirmation(session: Session, actor: Actor, *, limit: int) -> list[CardLine]:
    """Reprints that wait for a second person."""
    return _lines(session, actor, Card.state == CardState.ASKED, limit=limit)


def names_of(session: Session, ids: Sequence[UUID | None]) -> Mapping[UUID, str]:
    """The names of people of ours."""
    wanted = [each for each in ids if each is not None]
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def reconciliation(session: Session, actor: Actor, batch_id: UUID) -> CardFigures:
    """The figures of one batch."""
    here = (Card.batch_id == batch_id, of_agency(actor, Card.agency_id))
    by_state: dict[CardState, int] = {
        row.state: row.cards
        for row in session.execute(
            select(Card.state, func.count().label("cards")).where(*here).group_by(Card.state)
        )
    }
    printed = Card.document_id.is_not(None)
    void = session.scalar(select(func.count()).where(*here, printed, Card.state == CardState.VOID))
    of_batch = (
        Registration.batch_id == batch_id,
        Registration.number.is_not(None),
        of_agency(actor, Registration.agency_id),
    )
    any_card = of_this_number(select(Card.id))
    live = any_card.where(Card.state.in_(LIVE)).exists()
    return CardFigures(
        approved=_count(session, select(func.count(Registration.id)).where(*of_batch)),
        without=_count(
            session, select(func.count(Registration.id)).where(*of_batch, ~any_card.exists())
        ),
        lost=_count(
            session,
            select(func.count(Registration.id)).where(*of_batch, any_card.exists(), ~live),
        ),
        waiting=by_state.get(CardState.ISSUED, 0) + by_state.get(CardState.ASKED, 0),
        in_office=by_state.get(CardState.PRINTED, 0),
        handed_over=by_state.get(CardState.HANDED_OVER, 0),
        printed=_count(session, select(func.count(Card.id)).where(*here, printed)),
        spoiled=by_state.get(CardState.SPOILED, 0),
        void=void or 0,
    )


def of_this_number(cards: Select[Any]) -> Select[Any]:
    """Of a question about cards, those of a registration under the number that it has now.

    BPJS's refusal takes a number away for good; cards that carry it are nobody's any more.
    """
    return cards.where(Card.registration_id == Registration.id, Card.serial == Registration.number)


def may_be_reprinted(lines: Sequence[CardLine]) -> bool:
    """Whether another copy may be ordered: no card is live, and the registration is."""
    return lines[-1].stage in PRINTABLE and not any(each.card.state in LIVE for each in lines)


def _count(session: Session, question: object) -> int:
    found: int | None = session.scalar(question)  # type: ignore[call-overload]
    return found or 0


def _lines(
    session: Session, actor: Actor, *where: object, limit: int | None = None
) -> list[CardLine]:
    rows = session.execute(
        select(Card, Registration.name, Registration.banjar, Registration.stage)
        .join(Registration, Registration.id == Card.registration_id)
        .where(of_agency(actor, Card.agency_id), *where)  # type: ignore[arg-type]
        .order_by(Card.serial, Card.copy)
        .limit(limit)
    )
    return [CardLine(row.Card, row.name, row.banjar, row.stage) for row in rows]
