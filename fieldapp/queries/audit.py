"""Questions about the audit trail, scoped: an agency's administrator sees the agency's deeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.models.audit import AuditEntry
from fieldapp.models.users import User


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What a list of entries is narrowed to; empty means all. action: whole, or "user." and so on.

    begin, end: from the first moment to before the second.
    """

    username: str = ""
    action: str = ""
    subject_id: str = ""
    begin: datetime | None = None
    end: datetime | None = None


def entries_page(
    session: Session, actor: Actor, wanted: AuditFilter, *, before: int | None, rows: int
) -> tuple[Sequence[AuditEntry], bool]:
    """Entries within reach, the newest first, older than `before`; and whether more follow."""
    conditions: list[ColumnElement[bool]] = [
        true() if actor.reaches_all else AuditEntry.agency_id == actor.agency_id
    ]
    if wanted.username:
        conditions.append(
            AuditEntry.actor_id.in_(
                select(User.id).where(User.username == wanted.username.strip().lower())
            )
        )
    if wanted.action:
        action = wanted.action.strip()
        conditions.append(
            AuditEntry.action.startswith(action, autoescape=True)
            if action.endswith(".")
            else AuditEntry.action == action
        )
    if wanted.subject_id:
        conditions.append(AuditEntry.subject_id == wanted.subject_id.strip().lower())
    if wanted.begin is not None:
        conditions.append(AuditEntry.at >= wanted.begin)
    if wanted.end is not None:
        conditions.append(AuditEntry.at < wanted.end)
    if before is not None:
        conditions.append(AuditEntry.seq < before)
    found = session.scalars(
        select(AuditEntry).where(*conditions).order_by(AuditEntry.seq.desc()).limit(rows + 1)
    ).all()
    return found[:rows], len(found) > rows


def names_of(session: Session, entries: Sequence[AuditEntry]) -> dict[UUID, str]:
    """User names of those who acted."""
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    rows = session.execute(select(User.id, User.username).where(User.id.in_(ids)))
    return {row.id: row.username for row in rows}
