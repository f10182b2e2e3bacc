"""One at a time: what must not happen twice side by side waits here for its turn.

On SQLite a writer is alone from the first statement (BEGIN IMMEDIATE). PostgreSQL lets writers in
side by side, so those of one name wait for each other until the commit.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def wait_for_turn(session: Session, name: str) -> None:
    """Wait until no other transaction holds this name, and hold it until the commit."""
    if session.connection().dialect.name != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))
