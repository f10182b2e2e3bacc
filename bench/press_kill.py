"""Is a card lost when every worker is killed? A real worker prints, and is killed with SIGKILL.

    python bench/press_kill.py --n 10000 --kills 2
    python bench/press_kill.py --n 2000 --kills 5 --what forms

People are put into a house of their own (press_whole.py), a print of all of them is ordered, and
`flask worker` takes it. It is killed when it has done its next share of the rows, and another one
goes on; then the same print is ordered again and left in peace. Told is whether both files are the
same byte for byte, whether the ledger and, for cards, the paper itself hold every serial once, how
many rows were stamped twice, and how much memory a worker took. The last line is one object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from sqlalchemy import func, select

from bench.press_whole import KINDS, Town, house_in
from fieldapp.adapters.storage import Storage
from fieldapp.cli.setup import migrate
from fieldapp.database import db, reading
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import Job, JobPart, JobState
from fieldapp.models.registrations import Registration

LEASE_SECONDS = 5
LOOK_SECONDS = 0.05
FACES = 50


def main() -> None:
    """Fill, print, kill, look."""
    parser = argparse.ArgumentParser(description="Kill workers that print, and count the cards.")
    parser.add_argument("--what", choices=tuple(KINDS), default="cards")
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.fill, asked.what, asked.n)
        return
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as name:
        folder = Path(name)
        script = [sys.executable, __file__, "--what", asked.what, "--n", str(asked.n)]
        subprocess.run([*script, "--fill", name], check=True)
        told = run(folder, asked.what, asked.n, asked.kills)
    print(json.dumps(told))
    if told["serials_missing"] or told["serials_twice"] or not told["same_bytes"]:
        raise SystemExit("a card is missing, or there twice, or the file is another one")


class Crowd(Town):
    """Thousands who share a few faces and one signature: what is counted are their serials."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self._photos: list[dict[str, Any]] = []
        signature = self._signatures.of(0)
        self._signatures.of = lambda number: signature  # type: ignore[method-assign]

    def _photo(self, row_id: UUID, jpeg: bytes) -> dict[str, Any]:
        if len(self._photos) < FACES:
            self._photos.append(super()._photo(row_id, jpeg))
            return self._photos[-1]
        return {**self._photos[row_id.int % FACES], "id": uuid4(), "registration_id": row_id}


def fill(folder: Path, what: str, count: int) -> None:
    """A house with one approved batch, ordered twice."""
    app = house_in(folder)
    with app.app_context():
        migrate()
        town = Crowd(app.extensions["fieldapp.storage"])
        batch_id = town.batch(count, 0)
        for _ in range(2):
            town.order(batch_id, KINDS[what], count)
        db.session.remove()
        db.engine.dispose()


def run(folder: Path, what: str, count: int, kills: int) -> dict[str, object]:
    """The figures of a print with so many kills, held against one without."""
    app = house_in(folder)
    with app.app_context(), reading() as session:
        broken, whole = session.scalars(select(Job.id).order_by(Job.created_at, Job.id)).all()
    again, peak, started = 0, 0.0, time.perf_counter()
    for kill in range(1, kills + 1):
        share = count * kill // (kills + 1)
        worker = begin(folder)
        while state_of(app, broken)[1] < share:
            if worker.poll() is not None or state_of(app, broken)[0] is JobState.DONE:
                raise SystemExit("the worker ended before it could be killed")
            peak = max(peak, memory_of(worker.pid))
            time.sleep(LOOK_SECONDS)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        _, done, kept = state_of(app, broken)
        again += done - kept
        print(f"killed at {done} rows, {kept} of them kept")
    for job_id in (broken, whole):
        worker = begin(folder)
        while state_of(app, job_id)[0] in (JobState.WAITING, JobState.RUNNING):
            peak = max(peak, memory_of(worker.pid))
            time.sleep(LOOK_SECONDS)
        worker.send_signal(signal.SIGTERM)
        worker.wait()
        print(f"done after {time.perf_counter() - started:.1f} s")
    with app.app_context(), reading() as session:
        files = session.scalars(select(Document).order_by(Document.created_at)).all()
        numbers = set(session.scalars(select(Registration.number).where(Registration.number > "")))
        rows = session.scalar(select(func.count()).select_from(DocumentRow))
        hashes = {each.sha256 for each in files}
        pdf = app.extensions["fieldapp.storage"].get(files[0].file)
        db.engine.dispose()
    printed = serials(folder, pdf)
    each = 2 if what == "cards" else 1
    return {
        "what": what,
        "n": count,
        "kills": kills,
        "serials_missing": len(numbers - set(printed)),
        "serials_twice": len([number for number in numbers if printed[number or ""] > each]),
        "ledger_rows": (rows or 0) // len(files),
        "same_bytes": len(files) == 2 and len(hashes) == 1,
        "rows_stamped_again": again,
        "peak_mb": round(peak, 1),
    }


def begin(folder: Path) -> subprocess.Popen[bytes]:
    """A worker on this house, as an operator starts it."""
    environment = {
        "FIELDAPP_DATA": str(folder / "data"),
        "FIELDAPP_PUBLIC_URL": "https://kartu.example.org",
        "FIELDAPP_JOB_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )


def state_of(app: Flask, job_id: UUID) -> tuple[JobState, int, int]:
    """Where a job stands, the rows that are done, and those that are kept on disk."""
    with app.app_context(), reading() as session:
        job = session.get_one(Job, job_id)
        kept = session.scalar(select(func.max(JobPart.rows)).where(JobPart.job_id == job_id))
        return job.state, job.done, kept or 0


def memory_of(process: int) -> float:
    """The most that a process has ever held, in MB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def serials(folder: Path, pdf: bytes) -> Counter[str]:
    """How often each serial stands on the paper."""
    path = folder / "printed.pdf"
    path.write_bytes(pdf)
    words = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True)
    return Counter(re.findall(r"\b\d{4}-\d{6}\b", words.stdout.decode()))


if __name__ == "__main__":
    main()
