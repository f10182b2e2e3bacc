"""How fast is the whole job? Approved people in a database file, their photos and signatures
sealed on disk, and a worker that prints them.

    python bench/press_whole.py --what cards --n 500
    python bench/press_whole.py --what forms --n 500 --profile

Measured is the CPU of one process that does nothing else, from taking the job to the commit of its
end: rows read and unsealed, photos unsealed, cards signed and their symbols made, the file written
and sealed, ledger and audit entries. Each repetition prints people that nobody has printed before;
a batch of ten goes ahead, so that layouts and fonts are made. People are put straight into the
tables, by another process: what they take of memory is not the job's. The last line is one object:
whole_job_per_cpu_second, whole_job_per_second, whole_job_peak_mb, whole_job_bytes_a_row.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from PIL import Image
from sqlalchemy import insert, select

from bench.press import Photos, faces
from config import Settings
from fieldapp.adapters import photos as photo_adapter
from fieldapp.adapters.storage import Storage
from fieldapp.adapters.tables import regions
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.clock import now_utc
from fieldapp.database import db, reading, transaction
from fieldapp.demo.faces import draw_signature
from fieldapp.demo.people import DemoPerson, People
from fieldapp.domain import consent
from fieldapp.domain.names import fold, sort_key
from fieldapp.domain.permissions import Role
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.press import DocumentKind, PressOrder
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Payer, Segment
from fieldapp.jobs.worker import Worker
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.batches import Batch, BatchState, Decision, Verdict
from fieldapp.models.documents import Document
from fieldapp.models.jobs import PRINTING, Job, JobState
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.sealed import encode
from fieldapp.models.users import User
from fieldapp.services.jobs import enqueue
from fieldapp.services.photos import PRINT, SIGNATURE
from fieldapp.services.regions import load_regions

NOW: Final = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
STARTS_ON: Final = date(2026, 12, 1)
KINDS: Final = {"cards": DocumentKind.CARD_SHEET, "forms": DocumentKind.ENROLMENT_FORM}
CHUNK: Final = 1000
WARM_UP: Final = 10


def main() -> None:
    """Fill a house and let a worker print in it, each in a process of its own."""
    parser = argparse.ArgumentParser(description="Print whole batches and tell how fast.")
    parser.add_argument("--what", choices=tuple(KINDS), required=True)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead")
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.fill:
        fill(chosen.fill, chosen.what, chosen.n, chosen.repetitions)
    elif chosen.work:
        print(json.dumps(work(chosen.work, profiled=chosen.profile)))
    else:
        measured = whole_job(chosen.what, chosen.n, chosen.repetitions, profiled=chosen.profile)
        print(json.dumps(measured))


def whole_job(
    what: str, count: int, repetitions: int, *, profiled: bool = False
) -> dict[str, float]:
    """The figures of a worker that prints so many, so many times."""
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
        asked = ["--what", what, "--n", str(count), "--repetitions", str(repetitions)]
        script = [sys.executable, __file__, *asked]
        subprocess.run([*script, "--fill", folder], check=True)
        told = subprocess.run(
            [*script, "--work", folder, *(["--profile"] if profiled else [])],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.splitlines()
    print(*told[:-1], sep="\n")
    figures: dict[str, float] = json.loads(told[-1])
    return figures


def house_in(folder: Path) -> Flask:
    """The app over a folder, as a worker opens it."""
    return create_app(Settings(data=folder / "data", public_url="https://kartu.example.org"))


def work(folder: Path, *, profiled: bool) -> dict[str, float]:
    """Do every job in the queue, the first to warm up; medians of the others."""
    app = house_in(folder)
    profile = cProfile.Profile()
    cpu: list[float] = []
    wall: list[float] = []
    with app.app_context():
        worker = Worker(app.extensions["fieldapp.house"], lease_seconds=60)
        worker.work_once()
        if profiled:
            profile.enable()
        while True:
            started, started_cpu = time.perf_counter(), time.process_time()
            if not worker.work_once():
                break
            cpu.append(time.process_time() - started_cpu)
            wall.append(time.perf_counter() - started)
        profile.disable()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with reading() as session:
            states = set(session.scalars(select(Job.state)))
            sizes = session.execute(select(Document.rows, Document.size)).all()
        db.engine.dispose()
    if states != {JobState.DONE} or len(sizes) != len(cpu) + 1:
        raise SystemExit(f"a job did not end well: {states}")
    rows, size = max(sizes)
    if profiled:
        told = io.StringIO()
        pstats.Stats(profile, stream=told).sort_stats("tottime").print_stats(45)
        print(told.getvalue())
    return {
        "whole_job_per_cpu_second": round(rows / statistics.median(cpu), 1),
        "whole_job_per_second": round(rows / statistics.median(wall), 1),
        "whole_job_peak_mb": round(peak, 1),
        "whole_job_bytes_a_row": round(size / rows),
    }


def fill(folder: Path, what: str, count: int, repetitions: int) -> None:
    """A house with approved batches, each ordered from the press: a small one, then the others."""
    app = house_in(folder)
    with app.app_context():
        migrate()
        town = Town(app.extensions["fieldapp.storage"])
        for number, rows in enumerate((WARM_UP, *(count,) * repetitions)):
            town.order(town.batch(rows, number), KINDS[what], rows)
        db.session.remove()
        db.engine.dispose()


class Signatures:
    """Drawn by a finger and cleaned as the app does it: a few, told apart by a pixel."""

    def __init__(self, random: Random, drawn: int = 12) -> None:
        self._drawn = [
            Image.open(io.BytesIO(photo_adapter.signature(draw_signature(random)).png))
            for _ in range(drawn)
        ]

    def of(self, number: int) -> bytes:
        """A PNG that no other number has."""
        own = self._drawn[number % len(self._drawn)].copy()
        for place, digit in enumerate(f"{number:08}"):
            own.putpixel((place, 0), (0x1B, int(digit)))
        out = io.BytesIO()
        own.save(out, "PNG")
        return out.getvalue()


class Town:
    """One agency, its coordinator and supervisor, a clerk of the branch, and people."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._random = Random(2026)
        self._people = People(self._random, places=regions(), today=NOW.date())
        self._signatures = Signatures(self._random)
        with transaction() as session:
            load_regions(session)
            agency = Agency(kind=AgencyKind.OPD, name="Dinas Kebudayaan", active=True)
            branch = Agency(kind=AgencyKind.BRANCH, name="Kantor Cabang Denpasar", active=True)
            category = Category(name="kelian adat")
            session.add_all([agency, branch, category])
            session.flush()
            session.add(
                AgencyCategory(
                    agency_id=agency.id,
                    category_id=category.id,
                    segment=Segment.BPU,
                    payer=Payer.APBD,
                )
            )
            people = [
                User(
                    username=role.value,
                    name=name,
                    role=role,
                    agency_id=branch.id if role is Role.CLERK else agency.id,
                    password_hash="-",  # noqa: S106 (nobody signs in)
                    created_at=NOW,
                )
                for role, name in (
                    (Role.COORDINATOR, "I Made Artana"),
                    (Role.SUPERVISOR, "Ni Nyoman Rai"),
                    (Role.CLERK, "Ni Putu Ayu Lestari"),
                )
            ]
            session.add_all(people)
            session.flush()
            self._category_id = category.id
            self._coordinator, self._supervisor, self._clerk = (each.as_actor() for each in people)

    def batch(self, count: int, number: int) -> UUID:
        """An approved batch of so many people who were not there before."""
        coordinator, supervisor = self._coordinator, self._supervisor
        first = number * 1_000_000
        photos = Photos(faces(count), first + count)
        with transaction() as session:
            batch = Batch(
                number=f"B-2026-{number + 1:04}",
                state=BatchState.DECIDED,
                agency_id=coordinator.agency_id,
                created_by=coordinator.id,
                created_at=NOW,
                submitted_by=coordinator.id,
                submitted_at=NOW,
                decided_at=NOW,
            )
            session.add(batch)
            session.flush()
            people = self._people.group("kelian adat", count)
            rows = [
                self._row(person, place, first + place, batch.id)
                for place, person in enumerate(people, start=1)
            ]
            pictures = [
                self._photo(row["id"], photos[first + place]) for place, row in enumerate(rows)
            ]
            decisions = [
                {
                    "id": uuid4(),
                    "registration_id": row["id"],
                    "batch_id": batch.id,
                    "verdict": Verdict.APPROVE,
                    "reason": "",
                    "decided_by": supervisor.id,
                    "decided_at": NOW,
                }
                for row in rows
            ]
            filled: tuple[tuple[Any, Sequence[dict[str, Any]]], ...] = (
                (Registration, rows),
                (Photo, pictures),
                (Decision, decisions),
            )
            for model, values in filled:
                for start in range(0, count, CHUNK):
                    session.execute(insert(model), values[start : start + CHUNK])
            return batch.id

    def order(self, batch_id: UUID, kind: DocumentKind, total: int) -> None:
        """Ask the press for a batch."""
        with transaction() as session:
            enqueue(
                session,
                actor=self._clerk,
                kind=PRINTING,
                args=PressOrder(kind, batch_id).as_args(),
                total=total,
                agency_id=self._coordinator.agency_id,
                now=now_utc(),
            )

    def _row(self, person: DemoPerson, place: int, serial: int, batch_id: UUID) -> dict[str, Any]:
        row_id = uuid4()
        sealed = encode(
            Registration,
            row_id,
            nik=person.nik,
            kk=person.kk,
            mother_name=person.mother_name,
            phone=person.phone,
            income=person.income,
            family=[
                {
                    "relation": each.relation.value,
                    "name": each.name,
                    "birth_date": each.birth_date.isoformat(),
                    "sex": each.sex.value,
                }
                for each in person.family
            ],
        )
        signature = self._signatures.of(serial)
        return {
            "id": row_id,
            "agency_id": self._coordinator.agency_id,
            "category_id": self._category_id,
            "stage": Stage.APPROVED,
            "number": f"2026-{serial:06}",
            "batch_id": batch_id,
            "batch_row": place,
            **sealed,
            "name": person.name,
            "name_key": fold(person.name),
            "sort_name": sort_key(person.name),
            "birth_place": person.birth_place,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "marital_status": person.marital_status,
            "blood_type": person.blood_type,
            "street": person.street,
            "banjar": person.banjar,
            "customary_village": person.customary_village,
            "rt": person.rt,
            "rw": person.rw,
            "village_code": person.village_code,
            "postal_code": person.postal_code,
            "segment": Segment.BPU,
            "workplace": person.workplace,
            "work_hours": person.work_hours,
            "second_job": person.second_job,
            "payer": Payer.APBD,
            "months": 3,
            "starts_on": STARTS_ON,
            "consent_version": consent.CURRENT,
            "consent_at": NOW,
            "consent_by": self._coordinator.id,
            "signature_file": self._storage.put(signature, SIGNATURE),
            "findings": [],
            "created_by": self._coordinator.id,
            "created_at": NOW,
            "changed_at": NOW,
            "revision": 1,
        }

    def _photo(self, row_id: UUID, jpeg: bytes) -> dict[str, Any]:
        key = self._storage.put(jpeg, PRINT)
        return {
            "id": uuid4(),
            "registration_id": row_id,
            "kind": PhotoKind.FACE,
            "file": key,
            "print_file": key,
            "sha256": bytes(32),
            "width": 300,
            "height": 400,
            "mean_luma": 120.0,
            "sharpness": 200.0,
            "glare": 0.0,
            "created_by": self._coordinator.id,
            "created_at": NOW,
        }


if __name__ == "__main__":
    main()
