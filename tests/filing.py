"""Registrations and batches for tests, made through the services as people make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.models.agencies import AgencyCategory, Category
from fieldapp.models.batches import Batch
from fieldapp.models.registrations import Registration
from fieldapp.services import batches, registrations
from tests.world import filled_form

MOST = 5000


def nik_for(born: date, serial: int, *, woman: bool = False) -> str:
    """A well-formed NIK of Denpasar Selatan."""
    return f"517101{born.day + 40 * woman:02}{born:%m%y}{serial:04}"


def register(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    serial: int,
    born: date = date(1985, 5, 12),
    category: str = "",
    consented: bool = True,
    **typed: Any,
) -> Registration:
    """A complete draft of a man with the NIK of his birth date and serial.

    category: by its name; else the first one of the actor's agency.
    """
    wanted = (
        select(Category).where(Category.name == category)
        if category
        else select(Category)
        .join(AgencyCategory, AgencyCategory.category_id == Category.id)
        .where(AgencyCategory.agency_id == actor.agency_id)
        .order_by(Category.name)
    )
    form = filled_form(
        session.scalars(wanted).first(),
        **{
            "nik": nik_for(born, serial),
            "birth_date": f"{born:%d-%m-%Y}",
            # Letters, not words of a name: nobody looks like anybody by chance.
            "name": "".join(chr(97 + int(digit)) * 3 for digit in f"{serial:04}").title(),
            **typed,
        },
    )
    return registrations.save(
        session,
        actor=actor,
        registration_id=uuid4(),
        typed=form,
        seen=None,
        now=now,
        consented=consented,
    )


def collect(
    session: Session, actor: Actor, rows: Sequence[Registration], now: datetime, *, most: int = MOST
) -> Batch:
    """An open batch of these rows."""
    ids = [row.id for row in rows]
    return batches.create_batch(
        session, actor=actor, registration_ids=ids, note="", most=most, now=now
    )


def send(
    session: Session, actor: Actor, rows: Sequence[Registration], now: datetime
) -> tuple[Batch, batches.Sending]:
    """A batch of these rows, sent."""
    batch = collect(session, actor, rows, now)
    return batch, batches.submit_batch(session, actor=actor, batch=batch, seen=None, now=now)


def codes(row: Registration) -> set[str]:
    """What was found on a row."""
    return {found["code"] for found in row.findings}
