"""Deeds on photos and signatures that come ahead of their records.

What arrives is put into quarantine as it is, sealed, and shown to nobody. A record names it by its
hash; the worker then makes a clean picture of it and gives it to the registration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fieldapp.adapters.photos import check_kind
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError
from fieldapp.domain.intake import PartKind, PhotoHashError
from fieldapp.domain.permissions import Permission
from fieldapp.models import sealed
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.parts import PartState, Quarantined, RegistrationPart
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, jobs
from fieldapp.services.turns import wait_for_turn

KIND: Final = "clean_parts"
"""The job that empties the quarantine."""

FORGETTING: Final = "forget_files"
"""The job that drops files which no row names any more; a deed that deletes cannot be undone."""

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
    quarantine_all(session, actor=actor, files={sha256: data}, now=now)


def quarantine_all(
    session: Session, *, actor: Actor, files: Mapping[bytes, bytes], now: datetime
) -> None:
    """The same for several, by their hashes."""
    actor.must(Permission.REGISTRATION_EDIT)
    rows = [
        {
            "agency_id": actor.agency_id,
            "sha256": sha256,
            "user_id": actor.id,
            "received_at": now,
            "size": len(data),
            "sealed": sealed.seal_bytes(data, _place(actor.agency_id, sha256)),
        }
        for sha256, data in files.items()
    ]
    connection = session.connection()
    connection.execute(_PUT[connection.dialect.name], rows)


def opened(session: Session, agency_id: UUID, sha256: bytes) -> bytes | None:
    """The bytes of a quarantined file; None when it is not there."""
    stored = session.scalar(
        select(Quarantined.sealed).where(
            Quarantined.agency_id == agency_id, Quarantined.sha256 == sha256
        )
    )
    return sealed.unseal_bytes(stored, _place(agency_id, sha256)) if stored else None


def held(session: Session, agency_id: UUID, hashes: Collection[bytes]) -> set[bytes]:
    """Which of these are here; they will not be dropped before the commit."""
    wait_for_turn(session, KIND)
    told = {"agency_id": agency_id, "hashes": list(hashes)}
    return set(session.connection().scalars(_HERE, told))


def name_parts(
    session: Session,
    *,
    actor: Actor,
    named: Mapping[UUID, Mapping[PartKind, bytes]],
    now: datetime,
) -> None:
    """Tie what came ahead, and is `held`, to the registrations that name it."""
    rows = [
        {
            "registration_id": registration_id,
            "kind": kind,
            "sha256": sha256,
            "state": PartState.WAITING,
            "problem": None,
            "user_id": actor.id,
            "received_at": now,
        }
        for registration_id, parts in named.items()
        for kind, sha256 in parts.items()
    ]
    session.flush()
    connection = session.connection()
    connection.execute(_NAME[connection.dialect.name], rows)
    ask_for_cleaning(session, actor=actor, now=now)


def take_signature_back(
    session: Session, *, actor: Actor, row: Registration, now: datetime
) -> None:
    """No signature counts any more: it will be given on paper. The worker drops the file."""
    session.execute(
        delete(RegistrationPart)
        .where(
            RegistrationPart.registration_id == row.id,
            RegistrationPart.kind == PartKind.SIGNATURE,
        )
        .execution_options(synchronize_session=False)
    )
    if row.signature_file is not None:
        args = {"registration": str(row.id), "files": [row.signature_file]}
        jobs.enqueue(
            session, actor=actor, kind=FORGETTING, args=args, total=1, agency_id=row.agency_id,
            now=now,
        )  # fmt: skip
        row.signature_file = None
        audit.record(
            session,
            actor=actor,
            action="signature.clear",
            subject="registration",
            subject_id=row.id,
            now=now,
        )


def ask_for_cleaning(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put the job into the queue, unless one waits there already: it will see these too."""
    if session.connection().scalar(_ASKED) is None:
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


# Asked for every record that comes in: built once, since building costs more than asking.
_DIALECTS: Final[Mapping[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_PUT: Final = {
    name: upsert(Quarantined.__table__).on_conflict_do_nothing()
    for name, upsert in _DIALECTS.items()
}
_CHANGES: Final = ("sha256", "state", "problem", "user_id", "received_at")


def _naming(upsert: Any) -> Any:
    into = upsert(RegistrationPart.__table__)
    return into.on_conflict_do_update(
        index_elements=["registration_id", "kind"],
        set_={name: into.excluded[name] for name in _CHANGES},
    )


_NAME: Final = {name: _naming(upsert) for name, upsert in _DIALECTS.items()}
_FILES: Final = Quarantined.__table__
_HERE: Final = select(_FILES.c.sha256).where(
    _FILES.c.agency_id == bindparam("agency_id"),
    _FILES.c.sha256.in_(bindparam("hashes", expanding=True)),
)
_JOBS: Final = Job.__table__
_ASKED: Final = (
    select(_JOBS.c.id).where(_JOBS.c.kind == KIND, _JOBS.c.state == JobState.WAITING).limit(1)
)
