"""Gathers the city's known NIKs for the filter against doubles, once a day at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.jobs.press_parts import Press
from fieldapp.services import duplicates


def gather_known_niks(press: Press, *, actor: Actor, args: Mapping[str, Any]) -> None:
    """Gather, keep, and let go of what was there before."""
    with reading() as session:
        packed = duplicates.gather(session)
    press.progress(len(packed))
    with transaction() as session:
        left = duplicates.keep(session, storage=press.house.storage, packed=packed, now=now_utc())
    for file in left:
        press.house.storage.delete(file)
