"""Questions that phones ask: what was received, what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldapp.domain.actors import Actor
from fieldapp.domain.intake import PartKind
from fieldapp.models.devices import Intake, IntakeKind
from fieldapp.models.parts import RegistrationPart
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.queries.reach import of_registrations

RowT = TypeVar("RowT", RegistrationPart, Photo)

SLOWEST_WRITER: Final = timedelta(seconds=60)
"""A change carries the time at which its request began, and may be seen that much later."""


def last_intake(session: Session, registration_id: UUID) -> Intake | None:
    """The record that was received last of those of a registration."""
    return session.scalar(
        select(Intake)
        .where(Intake.subject_id == registration_id)
        .order_by(Intake.received_at.desc(), Intake.revision.desc())
        .limit(1)
    )


def part_hashes(session: Session, registration_id: UUID) -> dict[str, str | None]:
    """What a registration has of a phone's photos, by the hash that each came under."""
    rows = session.execute(
        select(RegistrationPart.kind, RegistrationPart.sha256).where(
            RegistrationPart.registration_id == registration_id
        )
    )
    return {**NO_PARTS, **{kind.value: sha256.hex() for kind, sha256 in rows}}


NO_PARTS: Final[Mapping[str, str | None]] = dict.fromkeys(kind.value for kind in PartKind)


@dataclass(frozen=True, slots=True)
class Changed:
    """Some rows, where to go on, and whether to do so at once."""

    rows: Sequence[Registration]
    next: str
    more: bool
    received: Mapping[UUID, int]
    parts: Mapping[UUID, Sequence[RegistrationPart]]
    photos: Mapping[UUID, Sequence[Photo]]


def changed_since(
    session: Session, actor: Actor, *, cursor: str, own_only: bool, size: int, now: datetime
) -> Changed:
    """The registrations that changed since a cursor, the oldest change first.

    A cursor that cannot be read is the beginning. The last minute is told again the next time,
    since a slow writer may still finish with an older time.
    """
    found = (
        select(Registration)
        .where(of_registrations(actor))
        .options(joinedload(Registration.batch), selectinload(Registration.decisions))
    )
    if own_only:
        mine = select(RegistrationHand.registration_id).where(RegistrationHand.user_id == actor.id)
        found = found.where(Registration.id.in_(mine))
    place = _read(cursor)
    if place is not None:
        at, last_id = place
        found = found.where(
            or_(
                Registration.changed_at > at,
                and_(Registration.changed_at == at, Registration.id > last_id),
            )
        )
    rows = list(
        session.scalars(found.order_by(Registration.changed_at, Registration.id).limit(size + 1))
    )
    more, rows = len(rows) > size, rows[:size]
    ids = [row.id for row in rows]
    return Changed(
        rows=rows,
        next=_next(rows, cursor, more=more, now=now),
        more=more,
        received=received(session, ids),
        parts=parts_of(session, ids),
        photos=photos_of(session, ids),
    )


def _by_registration(rows: Sequence[RowT]) -> dict[UUID, list[RowT]]:
    found: dict[UUID, list[RowT]] = {}
    for row in rows:
        found.setdefault(row.registration_id, []).append(row)
    return found


def parts_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[RegistrationPart]]:
    """What phones sent of each registration."""
    asked = select(RegistrationPart).where(RegistrationPart.registration_id.in_(ids))
    return _by_registration(session.scalars(asked).all())


def photos_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Photo]]:
    """The photos that each registration has."""
    return _by_registration(
        session.scalars(select(Photo).where(Photo.registration_id.in_(ids))).all()
    )


def received(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """The highest revision that was received of each registration."""
    rows = session.execute(
        select(Intake.subject_id, func.max(Intake.revision).label("revision"))
        .where(Intake.subject_id.in_(ids), Intake.kind == IntakeKind.REGISTRATION)
        .group_by(Intake.subject_id)
    )
    return {row.subject_id: row.revision for row in rows}


def _next(rows: Sequence[Registration], cursor: str, *, more: bool, now: datetime) -> str:
    """Behind the last row; at the end not behind what a slow writer may still put there."""
    place = (rows[-1].changed_at, rows[-1].id) if rows else _read(cursor)
    settled = (now - SLOWEST_WRITER, UUID(int=0))
    at, row_id = place if place is not None and (more or place < settled) else settled
    return f"{at.isoformat()}~{row_id}"


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    at, _, row_id = cursor.partition("~")
    try:
        moment, last_id = datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        return None
    return (moment, last_id) if moment.tzinfo is not None else None
