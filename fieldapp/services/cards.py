"""Deeds on cards: issued with a signed code, printed, spoiled, void, reprinted, handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from fieldapp.adapters import signing
from fieldapp.domain import registrations as registration_life
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_codes import BODY_BYTES, MOST_COPIES, Claims, initials_of, read_serial
from fieldapp.domain.card_life import (
    LIVE,
    PRINTABLE,
    CardMove,
    CardState,
    needs_second_person,
    walk,
)
from fieldapp.domain.cards import valid_until
from fieldapp.domain.errors import (
    CardNotReadyError,
    FourEyesError,
    OutOfReachError,
    StaleError,
    WrongMoveError,
)
from fieldapp.domain.permissions import Permission
from fieldapp.domain.wita import day_of
from fieldapp.models.batches import Decision, Verdict
from fieldapp.models.cards import Card, CardAgency
from fieldapp.models.registrations import Registration
from fieldapp.queries.cards import of_this_number
from fieldapp.services import audit, numbers, signing_keys

CHUNK: Final = 500
REASON_LETTERS: Final = 300

T = TypeVar("T")


def issue(
    session: Session, *, actor: Actor, registration_ids: Sequence[UUID], now: datetime
) -> int:
    """Give its first card, with a signed code, to each approved registration that never had one.

    Returns how many. Who has had a card keeps it, or needs a reprint with a reason. Who was
    refused by BPJS and approved anew has another number, and so another card.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    numbers.hold(session, "card")  # two prints of one batch at once issue each card once
    issued = 0
    for part in _parts(registration_ids):
        rows = session.execute(
            select(
                Registration.id,
                Registration.number,
                Registration.name,
                Registration.term_to,
                Registration.agency_id,
                Registration.batch_id,
                func.max(Decision.decided_at).label("approved_at"),
            )
            .join(Decision, Decision.registration_id == Registration.id)
            .where(
                Registration.id.in_(part),
                Registration.stage.in_(registration_life.PRINTABLE),
                Decision.verdict == Verdict.APPROVE,
                ~of_this_number(select(Card.id)).exists(),
            )
            .group_by(Registration.id)
        ).all()
        if not rows:
            continue
        code = _Coder(session, actor, now)
        cards = [
            {
                "id": uuid4(),
                "registration_id": row.id,
                "agency_id": row.agency_id,
                "batch_id": row.batch_id,
                "serial": row.number,
                "copy": 1,
                "state": CardState.ISSUED,
                "valid_until": (until := valid_until(day_of(row.approved_at), row.term_to)),
                "code": code(row.number, 1, row.agency_id, until, row.name),
                "key_id": code.key_id,
                "issued_by": actor.id,
                "issued_at": now,
                "asked_reason": "",
                "reason": "",
                "changed_by": actor.id,
                "changed_at": now,
                "revision": 1,
            }
            for row in rows
        ]
        session.execute(insert(Card), cards)
        _note(session, actor, "card.issue", [card["id"] for card in cards], now)
        issued += len(cards)
    return issued


def mark_printed(
    session: Session, *, actor: Actor, card_ids: Sequence[UUID], document_id: UUID, now: datetime
) -> None:
    """Note that the bytes of these cards exist. Raises StaleError when one has changed since."""
    actor.must(Permission.DOCUMENT_PRINT)
    for part in _parts(card_ids):
        marked = session.execute(
            update(Card)
            .where(Card.id.in_(part), Card.state.in_(PRINTABLE))
            .values(
                state=CardState.PRINTED,
                document_id=document_id,
                changed_by=actor.id,
                changed_at=now,
                revision=Card.revision + 1,
            )
            .returning(Card.id)
            .execution_options(synchronize_session=False)
        ).all()
        if len(marked) != len(part):
            raise StaleError(subject="card", id=document_id)
    session.expire_all()


def spoil(session: Session, *, actor: Actor, card: Card, reason: str, now: datetime) -> None:
    """A card that came out badly and was destroyed: its code counts for nothing any more."""
    _move(session, actor, card, CardMove.SPOIL, now, reason=reason)


def void(session: Session, *, actor: Actor, card: Card, reason: str, now: datetime) -> None:
    """A card that counts for nothing any more: lost, stolen, wrong."""
    _move(session, actor, card, CardMove.VOID, now, reason=reason)


def hand_over(
    session: Session,
    *,
    actor: Actor,
    cards: Sequence[Card],
    now: datetime,
    handed_at: datetime | None = None,
) -> None:
    """Note that these cards are in the hands of their people; all of them, or none.

    handed_at: when, if that was before somebody told us; it stands in the trail.
    """
    facts = {"handed_at": handed_at.isoformat()} if handed_at else {}
    for card in cards:
        _move(session, actor, card, CardMove.HAND_OVER, now, facts=facts)


def reprint(session: Session, *, actor: Actor, card: Card, reason: str, now: datetime) -> Card:
    """Order another copy in place of a spoiled or void card; from the second on, somebody else
    has to confirm it.

    Raises WrongMoveError while a card of this registration is live, or the registration has ended.
    """
    _check_reach(card, actor)
    walk(card.state, CardMove.REPRINT, role=actor.role, reason=reason)
    numbers.hold(session, f"card-{card.serial}")
    family = session.scalars(
        select(Card).where(Card.registration_id == card.registration_id).order_by(Card.copy)
    ).all()
    row = session.get_one(Registration, card.registration_id)
    live = next((each for each in family if each.state in LIVE), None)
    copy = max(each.copy for each in family if each.serial == card.serial) + 1
    ended = row.stage not in registration_life.PRINTABLE or row.number != card.serial
    if live is not None or ended or copy > MOST_COPIES:
        raise WrongMoveError(move=CardMove.REPRINT, stage=live.state if live else row.stage)
    alone = not needs_second_person(copy)
    again = Card(
        registration_id=card.registration_id,
        agency_id=card.agency_id,
        batch_id=card.batch_id,
        serial=card.serial,
        copy=copy,
        state=CardState.ISSUED if alone else CardState.ASKED,
        valid_until=card.valid_until,
        issued_by=actor.id,
        issued_at=now,
        asked_reason=reason.strip()[:REASON_LETTERS],
        changed_by=actor.id,
        changed_at=now,
    )
    if alone:
        _sign(session, actor, again, row.name, now)
    session.add(again)
    session.flush()
    audit.record(
        session, actor=actor, action="card.reprint", subject="card", subject_id=again.id, now=now,
        copy=copy,
    )  # fmt: skip
    return again


def confirm(session: Session, *, actor: Actor, card: Card, now: datetime) -> None:
    """Allow a further reprint. Raises FourEyesError for whoever asked for it."""
    _check_reach(card, actor)
    state = walk(card.state, CardMove.CONFIRM, role=actor.role)
    if card.issued_by == actor.id:
        raise FourEyesError(ids=[card.id])
    row = session.get_one(Registration, card.registration_id)
    _sign(session, actor, card, row.name, now)
    card.state, card.confirmed_by = state, actor.id
    card.changed_by, card.changed_at = actor.id, now
    session.flush()
    _note(session, actor, "card.confirm", [card.id], now)


def end_cards(
    session: Session,
    *,
    actor: Actor,
    registration_id: UUID,
    reason: str,
    now: datetime,
    move: CardMove = CardMove.END,
) -> None:
    """The registration has ended, or was refused: its card is void, wherever it is."""
    cards = session.scalars(
        select(Card)
        .where(Card.registration_id == registration_id, Card.state.in_(LIVE))
        .with_for_update()
    ).all()
    for card in cards:
        _move(session, actor, card, move, now, reason=reason)


def ready_to_print(session: Session, registration_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The cards that may be printed, by registration."""
    found: dict[UUID, UUID] = {}
    for part in _parts(registration_ids):
        rows = session.execute(
            select(Card.registration_id, Card.id).where(
                Card.registration_id.in_(part), Card.state.in_(PRINTABLE)
            )
        )
        found |= {row.registration_id: row.id for row in rows}
    return found


def not_ready(session: Session, registration_id: UUID) -> CardNotReadyError:
    """Why this registration has no card that may be printed."""
    last = session.scalars(
        select(Card)
        .where(Card.registration_id == registration_id)
        .order_by(Card.serial.desc(), Card.copy.desc())
    ).first()
    if last is None:
        raise OutOfReachError(subject="card", id=registration_id)
    return CardNotReadyError(serial=last.printed_serial, state=last.state)


class _Coder:
    """Makes codes under the key that signs now; agencies get their numbers as they come."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        row = signing_keys.signing_key(session, actor=actor, now=now)
        self.key_id = row.id
        self._key = signing_keys.hands(row)
        self._session = session
        self._today = day_of(now)
        self._agencies: dict[UUID, int] = {}

    def __call__(self, serial: str, copy: int, agency_id: UUID, until: date, name: str) -> bytes:
        year, number, _first = read_serial(serial)
        body = Claims(
            key_id=self.key_id,
            year=year,
            number=number,
            copy=copy,
            agency=self._agency(agency_id),
            issued_on=self._today,
            valid_until=until,
            initials=initials_of(name),
        ).body()
        assert len(body) == BODY_BYTES
        return body + self._key.sign(body, purpose=signing.CARD)

    def _agency(self, agency_id: UUID) -> int:
        if agency_id not in self._agencies:
            self._agencies[agency_id] = _agency_number(self._session, agency_id)
        return self._agencies[agency_id]


def _agency_number(session: Session, agency_id: UUID) -> int:
    numbers.hold(session, "card_agency")
    known = session.scalar(select(CardAgency.number).where(CardAgency.agency_id == agency_id))
    if known is not None:
        return known
    number = (session.scalar(select(func.max(CardAgency.number))) or 0) + 1
    session.add(CardAgency(number=number, agency_id=agency_id))
    session.flush()
    return number


def _sign(session: Session, actor: Actor, card: Card, name: str, now: datetime) -> None:
    code = _Coder(session, actor, now)
    card.code = code(card.serial, card.copy, card.agency_id, card.valid_until, name)
    card.key_id = code.key_id


def _move(
    session: Session,
    actor: Actor,
    card: Card,
    move: CardMove,
    now: datetime,
    *,
    reason: str = "",
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    _check_reach(card, actor)
    card.state = walk(card.state, move, role=actor.role, reason=reason)
    card.reason = reason.strip()[:REASON_LETTERS]
    card.changed_by, card.changed_at = actor.id, now
    session.flush()
    _note(session, actor, move.value.replace("_", ".", 1), [card.id], now, facts)


def _check_reach(card: Card, actor: Actor) -> None:
    if not (actor.reaches_all or card.agency_id == actor.agency_id):
        raise OutOfReachError(subject="card", id=card.id)


def _note(
    session: Session,
    actor: Actor,
    action: str,
    ids: Sequence[Any],
    now: datetime,
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    events = [audit.Event(action, "card", each, facts) for each in ids]
    audit.record_all(session, actor=actor, events=events, now=now)


def _parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
