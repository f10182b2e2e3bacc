"""Cards for tests, made as people make them: Wayan registers, Ketut approves, Putu prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from fieldapp.database import reading, transaction
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.models.batches import Verdict
from fieldapp.models.cards import Card
from fieldapp.services import decisions
from tests.filing import register, send
from tests.world import World

PEOPLE = ("I Wayan Sudarma", "Ni Luh Sari", "Sudarma")


def approved(app: Flask, now: datetime, names: Sequence[str] = PEOPLE) -> tuple[UUID, list[UUID]]:
    """A batch of these people, all of them approved; the batch and its registrations by id."""
    with app.app_context(), transaction() as session:
        world = World(session)
        rows = [
            register(session, world.wayan, now, serial=7000 + number, name=name)
            for number, name in enumerate(names, start=1)
        ]
        batch, _ = send(session, world.wayan, rows, now)
        verdicts = [decisions.RowVerdict(row.id, Verdict.APPROVE) for row in rows]
        decisions.decide(session, actor=world.ketut, batch=batch, verdicts=verdicts, now=now)
        return batch.id, [row.id for row in rows]


def print_cards(app: Flask, registration_ids: Sequence[UUID], now: datetime) -> list[Card]:
    """Print the card of each, one file each, and return them as they then are."""
    house = app.extensions["fieldapp.house"]
    with app.app_context():
        with reading() as session:
            putu = World(session).putu
        for each in registration_ids:
            press.print_one(
                house, actor=putu, kind=DocumentKind.CARD, registration_id=each, now=now
            )
        return [card_of(app, each) for each in registration_ids]


def card_of(app: Flask, registration_id: UUID) -> Card:
    """The last card of a registration, as it stands now."""
    with app.app_context(), reading() as session:
        card = session.scalars(
            select(Card)
            .where(Card.registration_id == registration_id)
            .order_by(Card.serial.desc(), Card.copy.desc())
            .limit(1)
        ).one()
        session.expunge(card)
        return card
