"""The audit trail: every deed, view, print and export leaves an entry, chained by hash.

Entries are written in the transaction of the deed itself, so there is no deed without an entry
and no entry without a deed. The counter row `audit` serialises the chain and betrays a cut end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.models.audit import AuditEntry
from fieldapp.models.registrations import Counter
from fieldapp.services import numbers

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one subject. Facts hold ids, codes and counts; never personal data."""

    action: str
    subject: str
    subject_id: UUID | str
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(
    session: Session,
    *,
    actor: Actor | None,
    action: str,
    subject: str,
    subject_id: UUID | str,
    now: datetime,
    **facts: Any,
) -> None:
    """Append one entry."""
    record_all(session, actor=actor, events=[Event(action, subject, subject_id, facts)], now=now)


def record_all(
    session: Session, *, actor: Actor | None, events: Sequence[Event], now: datetime
) -> None:
    """Append many entries at once, in their order."""
    if not events:
        return
    session.flush()
    first = numbers.take(session, "audit", len(events))
    connection = session.connection()
    previous = connection.scalar(_HASH_OF, {"seq": first - 1}) or GENESIS
    rows: list[dict[str, Any]] = []
    for seq, event in enumerate(events, start=first):
        row: dict[str, Any] = {
            "seq": seq,
            "at": now,
            "actor_id": actor.id if actor else None,
            "agency_id": actor.agency_id if actor else None,
            "action": event.action,
            "subject": event.subject,
            "subject_id": str(event.subject_id),
            "facts": json.loads(_canonical(dict(event.facts))),
            "previous": previous,
        }
        previous = row["hash"] = entry_hash(row)
        rows.append(row)
    connection.execute(_ENTER, rows)


_ENTRIES: Final = AuditEntry.__table__
_HASH_OF: Final = select(_ENTRIES.c.hash).where(_ENTRIES.c.seq == bindparam("seq"))
_ENTER: Final = insert(_ENTRIES)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold: `changed`, `missing` or `cut`."""

    seq: int
    fault: str


def verify(session: Session) -> tuple[int, Break | None]:
    """Walk the whole chain; return how many entries hold and the first break, if any."""
    previous, wanted = GENESIS, 1
    wholly = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with closing(session.scalars(wholly)) as entries:
        for entry in entries:
            if entry.seq != wanted:
                return wanted - 1, Break(wanted, "missing")
            row = {name: getattr(entry, name) for name in _HASHED}
            if entry.previous != previous or entry.hash != entry_hash(row):
                return wanted - 1, Break(entry.seq, "changed")
            previous, wanted = entry.hash, wanted + 1
    last = session.scalar(select(Counter.value).where(Counter.name == "audit")) or 0
    if last != wanted - 1:
        return wanted - 1, Break(wanted, "cut")
    return wanted - 1, None


_HASHED = ("seq", "at", "actor_id", "agency_id", "action", "subject", "subject_id", "facts",
           "previous")  # fmt: skip


def entry_hash(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over every column in a fixed form, the hash of the entry before included."""
    return hashlib.sha256(_canonical({name: row[name] for name in _HASHED}).encode()).digest()


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )


def _plain(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes():
            return value.hex()
        case _:
            return str(value)
