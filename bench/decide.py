"""How fast is a batch sent and decided? Invented people, the real services, a real database file.

    python bench/decide.py --rows 5000
    python bench/decide.py --rows 5000 --others 20000 --json

Measured are whole transactions, the commit with its fsync included: sending a batch, every row of
it judged anew; approving all clean rows at once; and a verdict on each row, three kinds mixed.
--others: people registered already, among whom doubles are looked for. With --json the last line
is one object: rows, seconds (the slower of the two ways to decide). With an address in
FIELDAPP_TEST_DATABASE_URL (tests/postgres.py run -- …) the same is done there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config import Settings
from fieldapp.adapters.tables import regions
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.database import db, transaction
from fieldapp.demo.people import DemoPerson, People
from fieldapp.domain import consent
from fieldapp.domain.actors import Actor
from fieldapp.domain.names import fold, sort_key
from fieldapp.domain.permissions import Role
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Payer, Segment
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.batches import Batch, BatchState, Verdict
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.sealed import encode
from fieldapp.models.users import User
from fieldapp.services.batches import submit_batch
from fieldapp.services.decisions import RowVerdict, approve_clean, decide
from fieldapp.services.regions import load_regions

NOW = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
STARTS_ON = date(2026, 12, 1)
CHUNK = 1000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--rows", type=int, default=5000)
    asked.add_argument("--others", type=int, default=0)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    address = os.environ.get("FIELDAPP_TEST_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
        app = create_app(Settings(data=Path(folder) / "data", database_url=address))
        with app.app_context():
            migrate()
            bench = Bench(rows=options.rows)
            bench.file_others(options.others)
            told = "PostgreSQL" if address else "SQLite, a file"
            print(f"{options.rows} rows, {options.others} others, {told}")
            bench.send()
            clean, mixed = bench.approve_clean(), bench.decide_mixed()
            db.session.remove()
            db.engine.dispose()
    if options.json:
        print(json.dumps({"rows": options.rows, "seconds": round(max(clean, mixed), 3)}))


class Bench:
    """One agency, its coordinator and supervisor, and people by the thousand."""

    def __init__(self, *, rows: int) -> None:
        self._rows = rows
        self._people = People(Random(2026), places=regions(), today=NOW.date())
        with transaction() as session:
            load_regions(session)
            agency = Agency(kind=AgencyKind.OPD, name="Dinas Kebudayaan", active=True)
            self._category = Category(name="kelian adat")
            session.add_all([agency, self._category])
            session.flush()
            session.add(
                AgencyCategory(
                    agency_id=agency.id,
                    category_id=self._category.id,
                    segment=Segment.BPU,
                    payer=Payer.APBD,
                )
            )
            people = [
                User(
                    username=role.value,
                    name=role.value.title(),
                    role=role,
                    agency_id=agency.id,
                    password_hash="-",  # noqa: S106 (nobody signs in)
                    created_at=NOW,
                )
                for role in (Role.COORDINATOR, Role.SUPERVISOR)
            ]
            session.add_all(people)
            session.flush()
            self._category_id = self._category.id
            self.coordinator, self.supervisor = (each.as_actor() for each in people)

    def file_others(self, count: int) -> None:
        """People who were approved long ago."""
        if count:
            self._file(count, Stage.APPROVED, BatchState.DECIDED)

    def send(self) -> float:
        batch_id = self._file(self._rows, Stage.DRAFT, BatchState.OPEN)
        with timed("send a batch, each row judged") as took, transaction() as session:
            batch = _batch(session, batch_id)
            sending = submit_batch(
                session, actor=self.coordinator, batch=batch, seen=batch.revision, now=NOW
            )
        print(f"  sent {len(sending.sent)}, held {len(sending.held)}")
        return took[0]

    def approve_clean(self) -> float:
        batch_id = self._file(self._rows, Stage.SUBMITTED, BatchState.SUBMITTED)
        with timed("approve all clean rows") as took, transaction() as session:
            batch = _batch(session, batch_id)
            outcome = approve_clean(
                session, actor=self.supervisor, batch=batch, seen=batch.revision, now=NOW
            )
        assert outcome.approved == self._rows
        return took[0]

    def decide_mixed(self) -> float:
        batch_id = self._file(self._rows, Stage.SUBMITTED, BatchState.SUBMITTED)
        with transaction() as session:
            rows = session.execute(
                select(Registration.id, Registration.revision)
                .where(Registration.batch_id == batch_id)
                .order_by(Registration.batch_row)
            ).all()
        kinds = list(Verdict)
        verdicts = [
            RowVerdict(each, kinds[place % 3], "Foto KTP tidak terbaca", seen=revision)
            for place, (each, revision) in enumerate(rows)
        ]
        with timed("a verdict on each row, mixed") as took, transaction() as session:
            outcome = decide(
                session,
                actor=self.supervisor,
                batch=_batch(session, batch_id),
                verdicts=verdicts,
                now=NOW,
            )
        assert outcome.approved + outcome.returned + outcome.rejected == self._rows
        return took[0]

    def _file(self, count: int, stage: Stage, state: BatchState) -> UUID:
        """A batch of so many new people, put straight into the tables."""
        with transaction() as session:
            batch = Batch(
                number=f"X-{uuid4().hex[:8]}",
                state=state,
                agency_id=self.coordinator.agency_id,
                created_by=self.coordinator.id,
                created_at=NOW,
                submitted_by=None if state is BatchState.OPEN else self.coordinator.id,
                submitted_at=None if state is BatchState.OPEN else NOW,
            )
            session.add(batch)
            session.flush()
            people = self._people.group("kelian adat", count)
            rows = [
                self._row(person, place, batch.id, stage, self.coordinator)
                for place, person in enumerate(people, start=1)
            ]
            photos = [photo for row in rows for photo in _photos(row["id"], self.coordinator)]
            for start in range(0, len(rows), CHUNK):
                session.execute(insert(Registration), rows[start : start + CHUNK])
            for start in range(0, len(photos), CHUNK):
                session.execute(insert(Photo), photos[start : start + CHUNK])
            return batch.id

    def _row(
        self, person: DemoPerson, place: int, batch_id: UUID, stage: Stage, actor: Actor
    ) -> dict[str, Any]:
        row_id = uuid4()
        sealed = encode(
            Registration,
            row_id,
            nik=person.nik,
            mother_name=person.mother_name,
            phone=person.phone,
            income=person.income,
        )
        return {
            "id": row_id,
            "agency_id": actor.agency_id,
            "category_id": self._category_id,
            "stage": stage,
            "batch_id": batch_id,
            "batch_row": place,
            **sealed,
            "name": person.name,
            "name_key": fold(person.name),
            "sort_name": sort_key(person.name),
            "birth_place": person.birth_place,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "street": person.street,
            "banjar": person.banjar,
            "village_code": person.village_code,
            "segment": Segment.BPU,
            "payer": Payer.APBD,
            "starts_on": STARTS_ON,
            "consent_version": consent.CURRENT,
            "findings": [],
            "created_by": actor.id,
            "created_at": NOW,
            "changed_at": NOW,
            "revision": 1,
        }


def _photos(row_id: UUID, actor: Actor) -> Iterator[dict[str, Any]]:
    for kind in PhotoKind:
        yield {
            "id": uuid4(),
            "registration_id": row_id,
            "kind": kind,
            "file": "-",
            "sha256": bytes(32),
            "width": 900,
            "height": 1200,
            "mean_luma": 120.0,
            "sharpness": 200.0,
            "glare": 0.0,
            "created_by": actor.id,
            "created_at": NOW,
        }


def _batch(session: Session, batch_id: UUID) -> Batch:
    batch = session.get(Batch, batch_id)
    assert batch is not None
    return batch


@contextmanager
def timed(what: str) -> Iterator[list[float]]:
    took: list[float] = []
    start, start_cpu = time.perf_counter(), time.process_time()
    yield took
    took.append(time.perf_counter() - start)
    print(f"{what}: {took[0]:.2f} s ({time.process_time() - start_cpu:.2f} s of it computing)")


if __name__ == "__main__":
    main()
