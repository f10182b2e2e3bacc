"""The rows of a print, read a part at a time, and their facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldapp.database import reading
from fieldapp.domain.actors import Actor
from fieldapp.jobs.paper_facts import House
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as registration_queries

Facts = TypeVar("Facts")

CHUNK: Final = 50


def facts_of(
    house: House,
    actor: Actor,
    ids: Sequence[UUID],
    make: Callable[[House, Registration], Facts],
) -> Iterator[Facts]:
    """Facts row by row, read a chunk at a time: memory does not grow with the batch."""
    for start in range(0, len(ids), CHUNK):
        with reading() as session:
            part = [make(house, row) for row in rows_of(session, actor, ids[start:][:CHUNK])]
            session.expunge_all()
        yield from part


def rows_of(session: Session, actor: Actor, ids: Sequence[UUID]) -> Iterator[Registration]:
    """The rows with what paper needs of them, in the order asked for; only those within reach."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = {
            row.id: row
            for row in session.scalars(
                select(Registration)
                .where(Registration.id.in_(part))
                .options(
                    selectinload(Registration.photos),
                    selectinload(Registration.decisions),
                    selectinload(Registration.cards),
                )
            )
            if registration_queries.within_reach(row, actor)
        }
        yield from (found[each] for each in part)
