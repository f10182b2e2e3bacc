"""Deeds on the filter that warns of doubles without signal: gathered for the city, keyed a person.

What is handed to a phone is logged, and how often it asks is counted there and told here. The
filter can be asked by whoever holds an unlocked phone; what it cannot do is in ADR 0012.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.adapters.storage import Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.duplicates import BITS, place_of
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import LIVE
from fieldapp.domain.wita import day_of
from fieldapp.models import sealed
from fieldapp.models.devices import KnownNiks
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, jobs

KIND: Final = "known_niks"
"""The job that gathers, and the kind of the file that it leaves."""

FRESH_FOR: Final = timedelta(hours=24)
_BYTES: Final = BITS // 8


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that all phones share, and that of a person and a week; and the week."""

    city: bytes
    user: bytes
    week: str


def keys_of(user_id: UUID, *, now: datetime) -> Keys:
    """The keys of a person now; the other one is another's or another week's."""
    year, week, _day = day_of(now).isocalendar()
    name = f"{year}-W{week:02}"
    return Keys(
        city=city_key(),
        user=sealed.blind(f"{user_id} {name}", purpose="known_niks/person"),
        week=name,
    )


def city_key() -> bytes:
    """The key by which a NIK falls into its place, on every phone."""
    return sealed.blind("city", purpose="known_niks/city")


def newest(session: Session) -> KnownNiks | None:
    """What was gathered last."""
    return session.scalar(select(KnownNiks).order_by(KnownNiks.made_at.desc()).limit(1))


def ask_for_gathering(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put the job into the queue, unless it waits or runs already."""
    asked = session.scalar(
        select(Job.id)
        .where(Job.kind == KIND, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
        .limit(1)
    )
    if asked is None:
        jobs.enqueue(
            session, actor=actor, kind=KIND, args={}, total=0, agency_id=actor.agency_id, now=now
        )


def gather(session: Session) -> bytes:
    """The places of every live NIK of the city, packed; of the NIKs themselves nothing is left."""
    key = city_key()
    rows = session.execute(
        select(Registration.id, Registration.nik_sealed)
        .where(Registration.stage.in_(LIVE))
        .execution_options(yield_per=1000)
    )
    places = set()
    for row_id, stored in rows:
        nik = Registration.nik.unseal(stored, row_id)
        if nik:
            places.add(place_of(nik, key))
    return b"".join(place.to_bytes(_BYTES, "big") for place in sorted(places))


def keep(session: Session, *, storage: Storage, packed: bytes, now: datetime) -> list[str]:
    """Put new places in place of the old; returns the files that nobody names any more."""
    file = storage.put(packed, KIND)
    old = session.scalars(select(KnownNiks)).all()
    for row in old:
        session.delete(row)
    session.add(KnownNiks(made_at=now, file=file, count=len(packed) // _BYTES))
    session.flush()
    return [row.file for row in old if row.file != file]


def places_in(packed: bytes) -> list[int]:
    """The places that `gather` packed."""
    return [int.from_bytes(packed[at : at + _BYTES], "big") for at in range(0, len(packed), _BYTES)]


def note_handed_out(session: Session, *, actor: Actor, row: KnownNiks, now: datetime) -> None:
    """Leave a trace that a person's phone got a filter."""
    actor.must(Permission.REGISTRATION_EDIT)
    audit.record(
        session,
        actor=actor,
        action="duplicates.filter",
        subject="user",
        subject_id=actor.id,
        now=now,
        known=row.count,
        made_at=row.made_at.isoformat(),
    )
