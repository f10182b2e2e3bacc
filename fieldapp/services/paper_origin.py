"""Telling where a printed file comes from; that somebody asked is in the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Permission
from fieldapp.queries import paper_origin as queries
from fieldapp.services import audit


def trace(
    session: Session, *, actor: Actor | None, digest: bytes, now: datetime
) -> queries.Origin | None:
    """The print that has this SHA-256, or None: then it is none of ours, or not whole.

    No actor: the machine itself, at the terminal.
    """
    if actor is not None:
        actor.must(Permission.DOCUMENT_PRINT)
    found = queries.origin(session, actor, digest)
    audit.record(
        session,
        actor=actor,
        action="document.verify",
        subject="document",
        subject_id=found.id if found else "unknown",
        now=now,
        sha256=digest.hex(),
        kind=found.kind if found else None,
    )
    return found
