"""Prints for tests: batches as large as needed, jobs, and workers that die."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from PIL import Image
from sqlalchemy import func, insert, select

from config import Settings
from fieldapp.database import reading, transaction
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.press import DocumentKind, PressOrder, Sorting
from fieldapp.models.batches import Decision
from fieldapp.models.documents import Document
from fieldapp.models.jobs import PRINTING, Job, JobPart, JobState
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.sealed import encode, sealed_attributes
from fieldapp.services import jobs
from tests.cards import approved
from tests.world import World

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120
"""How long to wait for what ought to come soon, on a machine that is busy with other tests."""


def approved_batch(app: Flask, now: datetime, rows: int) -> UUID:
    """An approved batch of so many: three as people make them, the others put beside them."""
    batch_id, ids = approved(app, now)
    with app.app_context(), transaction() as session:
        table, decision = Registration.__table__, Decision.__table__
        model = session.get_one(Registration, ids[0])
        kept = {name: getattr(model, name) for name in sealed_attributes(Registration)}
        row = dict(session.execute(select(table).where(table.c.id == ids[0])).mappings().one())
        verdict = dict(
            session.execute(select(decision).where(decision.c.registration_id == ids[0]))
            .mappings()
            .one()
        )
        more: list[dict[str, Any]] = []
        for number in range(len(ids) + 1, rows + 1):
            own = uuid4()
            sealed = encode(Registration, own, **{**kept, "nik": f"517101120585{number + 1000}"})
            words = {"name": f"Sudarma {number}", "sort_name": f"sudarma {number:06}"}
            place = {"batch_row": number, "number": f"{row['number'][:-6]}{500_000 + number}"}
            more.append({**row, "id": own, **sealed, **words, **place})
        if more:
            session.execute(insert(Registration), more)
            session.execute(
                insert(Decision),
                [{**verdict, "id": uuid4(), "registration_id": each["id"]} for each in more],
            )
    return batch_id


def give_faces(app: Flask, batch_id: UUID, now: datetime) -> None:
    """One photo of some 24 KB to everybody."""
    grain = Image.frombytes("RGB", (300, 400), random.Random(1).randbytes(360_000))
    out = BytesIO()
    grain.save(out, "JPEG", quality=20)
    with app.app_context(), transaction() as session:
        file = app.extensions["fieldapp.storage"].put(out.getvalue(), "print")
        ids = session.scalars(select(Registration.id).where(Registration.batch_id == batch_id))
        photo = {
            "kind": PhotoKind.FACE,
            "file": file,
            "print_file": file,
            "sha256": hashlib.sha256(out.getvalue()).digest(),
            "width": 300,
            "height": 400,
            "mean_luma": 120.0,
            "sharpness": 100.0,
            "glare": 0.0,
            "created_by": World(session).wayan.id,
            "created_at": now,
        }
        session.execute(
            insert(Photo), [{"id": uuid4(), "registration_id": each, **photo} for each in ids]
        )


def order(
    app: Flask,
    batch_id: UUID,
    now: datetime,
    kind: DocumentKind = DocumentKind.CARD_SHEET,
    **asked: Any,
) -> UUID:
    """Put a print of a batch into the queue, as Putu; the job's id."""
    args = PressOrder(kind, batch_id, **{"sorting": Sorting.BATCH, **asked}).as_args()
    with app.app_context(), transaction() as session:
        world = World(session)
        return jobs.enqueue(
            session,
            actor=world.putu,
            kind=PRINTING,
            args=args,
            total=1,
            agency_id=world.wayan.agency_id,
            now=now,
        ).id


def job_of(app: Flask, job_id: UUID) -> Job:
    """The job as it stands now."""
    with app.app_context(), reading() as session:
        job = session.get_one(Job, job_id)
        session.expunge(job)
        return job


def document_of(app: Flask, job: Job) -> Document:
    """What the job made."""
    with app.app_context(), reading() as session:
        document = session.get_one(Document, job.document_id)
        session.expunge(document)
        return document


def paper_of(app: Flask, job: Job) -> bytes:
    """The bytes that it made."""
    pdf: bytes = app.extensions["fieldapp.storage"].get(document_of(app, job).file)
    return pdf


def parts_on_disk(app: Flask) -> int:
    """Parts that are noted, by whatever job."""
    with app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(JobPart)) or 0


def files_of(settings: Settings) -> dict[str, int]:
    """How many files lie in the storage, by kind."""
    folder = settings.files_path
    kinds = {path.name: path for path in folder.iterdir() if path.is_dir()}
    return {
        name: sum(1 for each in path.rglob("*") if each.is_file()) for name, path in kinds.items()
    }


@contextmanager
def worker_process(
    settings: Settings, *, largest_file: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`flask worker` on this house, killed for good at the end if it still lives.

    largest_file: bytes; the system refuses it more, as a full disk does.
    """
    limit = ["prlimit", f"--fsize={largest_file}:", "--"] if largest_file else []
    process = subprocess.Popen(
        [*limit, sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "FIELDAPP_ENV": "test",
            "FIELDAPP_DATA": str(settings.data),
            "FIELDAPP_DATABASE_URL": settings.database_url,
            "FIELDAPP_PUBLIC_URL": settings.public_url,
            "FIELDAPP_JOB_LEASE_SECONDS": "2",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stderr:
            process.stderr.close()


def wait_until(true: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    """Look again and again; an error when the process ends first, or it takes too long."""
    deadline = time.monotonic() + SECONDS
    while not true():
        if process.poll() is not None:
            told = process.stderr.read().decode() if process.stderr else ""
            raise AssertionError(f"The worker ended before {what}: {told}")
        if time.monotonic() > deadline:
            raise AssertionError(f"Too long until {what}")
        time.sleep(0.05)


def ended(app: Flask, job_id: UUID) -> bool:
    """Whether the job is over, well or not."""
    return job_of(app, job_id).state not in (JobState.WAITING, JobState.RUNNING)
