"""Takes files away that no row names: what jobs leave that were killed, stopped or given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import select

from fieldapp.adapters.storage import Storage
from fieldapp.database import reading, transaction
from fieldapp.jobs.press_parts import DOCUMENT, PART, sweep_parts
from fieldapp.models.documents import Document
from fieldapp.models.jobs import JobPart
from fieldapp.services import jobs

UNNAMED_FOR: Final = timedelta(hours=1)
"""A younger file may still be waiting for its row."""
ASKED_AT_ONCE: Final = 500


def sweep_ended(storage: Storage) -> None:
    """The parts of jobs that have ended, however they did: first the files, then the rows."""
    with reading() as session:
        ended = {each: jobs.parts_of(session, each) for each in jobs.ended_with_parts(session)}
    for job_id, parts in ended.items():
        sweep_parts(storage, parts)
        with transaction() as session:
            jobs.forget_parts(session, job_id=job_id)


def sweep_unnamed(storage: Storage, now: datetime) -> None:
    """Parts and prints that were written, and whose job was killed before it could say so."""
    before = (now - UNNAMED_FOR).timestamp()
    storage.sweep(older_than=before)
    for kind, named in ((PART, JobPart.file), (DOCUMENT, Document.file)):
        old = storage.keys(kind, older_than=before)
        while some := list(islice(old, ASKED_AT_ONCE)):
            with reading() as session:
                known = set(session.scalars(select(named).where(named.in_(some))))
            for key in some:
                if key not in known:
                    storage.delete(key)
