"""Deeds on photos and signatures that come ahead of their records.

What arrives is put into quarantine as it is, sealed, and shown to nobody. A record names it by its
hash; the worker then makes a clean picture of it and gives it to the registration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fieldapp.adapters.photos import check_kind
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError
from fieldapp.domain.intake import PartKind, PartsMissingError, PhotoHashError
from fieldapp.domain.permissions import Permission
from fieldapp.models import sealed
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.parts import PartState, Quarantined, RegistrationPart
from fieldapp.models.registrations import Registration
from fieldapp.services import jobs
from fieldapp.services.turns import wait_for_turn

KIND: Final = "clean_parts"
"""The job that empties the quarantine."""

UNNAMED_FOR: Final = timedelta(days=30)
"""How long a photo waits for a record to name it."""


def check_bytes(data: bytes, sha256: bytes) -> None:
    """Refuse at once what can never be a photo, or is not what it is called.

    Raises PhotoHashError, PhotoTooLargeError, NotAnImageError, UnsupportedPhotoError.
    """
    found = hashlib.sha256(data).digest()
    if found != sha256:
        raise PhotoHashError(sha256=found.hex())
    check_kind(data)


def quarantine(
    session: Session, *, actor: Actor, sha256: bytes, data: bytes, now: datetime
) -> None:
    """Keep the bytes, checked by `check_bytes`, until a record names them; once is enough."""
    actor.must(Permission.REGISTRATION_EDIT)
    dialect = session.connection().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = {
        "agency_id": actor.agency_id,
        "sha256": sha256,
        "user_id": actor.id,
        "received_at": now,
        "size": len(data),
        "sealed": sealed.seal_bytes(data, _place(actor.agency_id, sha256)),
    }
    session.execute(upsert(Quarantined).on_conflict_do_nothing(), row)


def opened(session: Session, agency_id: UUID, sha256: bytes) -> bytes | None:
    """The bytes of a quarantined file; None when it is not there."""
    stored = session.scalar(
        select(Quarantined.sealed).where(
            Quarantined.agency_id == agency_id, Quarantined.sha256 == sha256
        )
    )
    return sealed.unseal_bytes(stored, _place(agency_id, sha256)) if stored else None


def name_parts(
    session: Session,
    *,
    actor: Actor,
    row: Registration,
    parts: Mapping[PartKind, bytes],
    now: datetime,
) -> list[str]:
    """Tie what came ahead to its registration; returns the kinds that are new.

    Raises PartsMissingError when bytes are named that are not here.
    """
    known = {
        part.kind: part
        for part in session.scalars(
            select(RegistrationPart).where(RegistrationPart.registration_id == row.id)
        )
    }
    new = {
        kind: sha256
        for kind, sha256 in parts.items()
        if kind not in known or known[kind].sha256 != sha256
    }
    if not new:
        return []
    wait_for_turn(session, KIND)  # what is named here must not be dropped at this moment
    here = set(
        session.scalars(
            select(Quarantined.sha256).where(
                Quarantined.agency_id == row.agency_id, Quarantined.sha256.in_(new.values())
            )
        )
    )
    missing = [each.hex() for each in new.values() if each not in here]
    if missing:
        raise PartsMissingError(missing=missing, count=len(missing))
    for kind, sha256 in new.items():
        part = known.get(kind) or RegistrationPart(registration_id=row.id, kind=kind)
        part.sha256, part.state, part.problem = sha256, PartState.WAITING, None
        part.user_id, part.received_at = actor.id, now
        session.add(part)
    session.flush()
    ask_for_cleaning(session, actor=actor, now=now)
    return [kind.value for kind in new]


def forget_signature(session: Session, row: Registration) -> None:
    """No signature of a phone counts any more: it was taken back."""
    session.execute(
        delete(RegistrationPart).where(
            RegistrationPart.registration_id == row.id,
            RegistrationPart.kind == PartKind.SIGNATURE,
        )
    )


def ask_for_cleaning(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put the job into the queue, unless one waits there already: it will see these too."""
    waiting = session.scalar(
        select(Job.id).where(Job.kind == KIND, Job.state == JobState.WAITING).limit(1)
    )
    if waiting is None:
        jobs.enqueue(
            session, actor=actor, kind=KIND, args={}, total=0, agency_id=actor.agency_id, now=now
        )


def settle(part: RegistrationPart, *, error: FieldError | None = None) -> None:
    """Note that a part is in its place now, or why it cannot be."""
    part.state = PartState.REFUSED if error else PartState.KEPT
    part.problem = {"code": error.code, "facts": _plain(error.facts)} if error else None


def empty_quarantine(session: Session, *, now: datetime) -> int:
    """Drop the bytes that nobody waits for: settled ones, and old ones that no record named."""
    wait_for_turn(session, KIND)
    named = exists().where(
        RegistrationPart.sha256 == Quarantined.sha256,
        RegistrationPart.registration_id == Registration.id,
        Registration.agency_id == Quarantined.agency_id,
    )
    waiting = named.where(RegistrationPart.state == PartState.WAITING)
    dropped = session.scalars(
        delete(Quarantined)
        .where((named & ~waiting) | (~named & (Quarantined.received_at < now - UNNAMED_FOR)))
        .returning(Quarantined.sha256)
        .execution_options(synchronize_session=False)
    )
    return len(dropped.all())


def _place(agency_id: UUID, sha256: bytes) -> str:
    return f"quarantined.sealed.{agency_id}.{sha256.hex()}"


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | None) else str(value)
        for name, value in facts.items()
    }
