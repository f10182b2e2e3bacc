"""Forms sent after their session had ended: kept sealed until their owner signs in again.

A held form is never carried out. Its page shows it once more, and the owner sends it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.models.users import HeldForm, UserSession

Fields = Mapping[str, Sequence[str]]

MOST_BYTES: Final = 200_000
MOST_OF_ONE_USER: Final = 5
KEPT_FOR: Final = timedelta(hours=24)
_LONGEST_PATH: Final = 200


def hold(
    session: Session, *, last_session_id: UUID, path: str, fields: Fields, now: datetime
) -> UUID | None:
    """Keep a form for the person whose session this was; None when it is not kept.

    Not kept are forms of a browser that never had a session, of a closed account, of a path that
    is too long, and of more than MOST_BYTES. Of one person the newest five are kept.
    """
    session.execute(delete(HeldForm).where(HeldForm.created_at <= now - KEPT_FOR))
    ended = session.get(UserSession, last_session_id)
    if ended is None or not ended.user.active or len(path) > _LONGEST_PATH:
        return None
    values = {name: list(texts) for name, texts in fields.items()}
    if not values or len(json.dumps(values).encode()) > MOST_BYTES:
        return None
    older = session.scalars(
        select(HeldForm.id)
        .where(HeldForm.user_id == ended.user_id)
        .order_by(HeldForm.created_at.desc(), HeldForm.id)
        .offset(MOST_OF_ONE_USER - 1)
    ).all()
    session.execute(delete(HeldForm).where(HeldForm.id.in_(older)))
    row = HeldForm(id=uuid4(), user_id=ended.user_id, path=path, fields=values, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def find(
    session: Session, *, actor: Actor, held_id: UUID, path: str, now: datetime
) -> Fields | None:
    """What was typed, for its owner and on its own page alone; it stays until a day is over.

    It is not taken away by looking, because a page is loaded twice sooner than one thinks.
    """
    row = session.scalar(
        select(HeldForm).where(
            HeldForm.id == held_id,
            HeldForm.user_id == actor.id,
            HeldForm.path == path,
            HeldForm.created_at > now - KEPT_FOR,
        )
    )
    return None if row is None else row.fields
