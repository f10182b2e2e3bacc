"""Taking in, for a colleague, what their phone could not send.

A rescued record belongs to whoever made it: it comes back to them, and counts as theirs. Whoever
carried it here is named in the audit trail, and lays a hand on it: they may not decide on it, since
nobody but themselves can say that it is what the other phone held.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.intake import Record
from fieldapp.domain.permissions import Permission
from fieldapp.models.devices import Intake
from fieldapp.queries import users
from fieldapp.services import audit, intake, parts
from fieldapp.services.registrations import lay_hand
from fieldapp.services.turns import wait_for_turn


def maker_of(session: Session, *, actor: Actor, maker_id: UUID) -> Actor:
    """The coordinator within reach whose phone it was, though the account may be closed by now.

    Raises ForbiddenError, OutOfReachError.
    """
    actor.must(Permission.REGISTRATION_RESCUE)
    user = users.user_within_reach(session, actor, maker_id)
    if user is None or not user.as_actor().may(Permission.REGISTRATION_EDIT):
        raise OutOfReachError(subject="user", id=maker_id)
    return user.as_actor()


def carry_photo(
    session: Session, *, actor: Actor, maker_id: UUID, sha256: bytes, data: bytes, now: datetime
) -> None:
    """Keep a photo, checked by `parts.check_bytes`, until the record that names it comes."""
    maker = maker_of(session, actor=actor, maker_id=maker_id)
    parts.quarantine(session, actor=maker, sha256=sha256, data=data, now=now)


def carry_record(
    session: Session,
    *,
    actor: Actor,
    maker_id: UUID,
    record: Record,
    device_name: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Take a record in for its maker, and return its receipt; raises what `intake.receive` does.

    Brought twice, or sent by the phone itself after all, it gets the answer that it has already.
    """
    maker = maker_of(session, actor=actor, maker_id=maker_id)
    wait_for_turn(session, f"registration {record.id}")
    known = session.get(Intake, (record.id, record.revision)) is not None
    receipt = intake.receive(session, actor=maker, record=record, device_name=device_name, now=now)
    if known or actor.id == maker.id:
        return receipt
    lay_hand(session, actor, [record.id])
    audit.record(
        session,
        actor=actor,
        action="registration.rescue",
        subject="registration",
        subject_id=record.id,
        now=now,
        maker=str(maker.id),
        device=str(record.item.device_id),
    )
    return receipt
