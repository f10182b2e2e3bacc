"""The worker: takes jobs one after another, says how far it is, and never loses one.

Kill it at any moment: its lease runs out, and the next worker takes the job over.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import FrameType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.documents.engine import DocumentCancelledError
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError, StaleError
from fieldapp.jobs import coverage_report
from fieldapp.jobs.calendar import keep_the_calendar
from fieldapp.jobs.duplicates import gather_known_niks
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.parts import clean_parts, forget_files
from fieldapp.jobs.press import print_batch
from fieldapp.jobs.press_parts import Press
from fieldapp.jobs.sweeping import sweep_ended, sweep_unnamed
from fieldapp.models.jobs import PRINTING, Job
from fieldapp.models.users import User
from fieldapp.services import duplicates, jobs, parts
from fieldapp.services.documents import Print, enter

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 0.5
TROUBLE_SECONDS: Final = 5
BEAT_SECONDS: Final = 0.5
CALENDAR_SECONDS: Final = 60
SWEEP_SECONDS: Final = 3600

KINDS: Final[Mapping[str, Callable[..., Print | None]]] = {
    PRINTING: print_batch,
    parts.KIND: clean_parts,
    parts.FORGETTING: forget_files,
    duplicates.KIND: gather_known_niks,
    coverage_report.KIND: coverage_report.make_report,
}
"""What a job's kind stands for."""


class StoppedError(Exception):
    """The work was cancelled, or another worker has taken it over."""

    def __init__(self, beat: jobs.Beat) -> None:
        super().__init__(beat.value)
        self.beat = beat


class HeldPress(Press):
    """The press of a job that a worker holds: all it is told is written down, in beats.

    Every method raises StoppedError when the work is to end.
    """

    def __init__(self, worker: Worker, job_id: UUID) -> None:
        super().__init__(worker.house)
        self.job_id: UUID = job_id
        self._worker = worker
        self._last = time.monotonic()

    def progress(self, done: int) -> None:
        """Beats at most every `beat_seconds`."""
        if self._worker.stopping:
            self._worker.give_back(self.job_id)
            raise StoppedError(jobs.Beat.LOST)
        if time.monotonic() - self._last < self._worker.beat_seconds:
            return
        self.beat(done)

    def beat(self, done: int) -> None:
        """Say now that somebody is at work."""
        self._last = time.monotonic()
        with transaction() as session:
            told = jobs.beat(session, done=done, now=now_utc(), **self._hold)
        self._heed(told)

    def begin(self, *, total: int, done: int) -> None:
        """Write down how much there is to do, and how much of it is done."""
        with transaction() as session:
            jobs.begin(
                session,
                job_id=self.job_id,
                owner=self._worker.owner,
                total=total,
                done=done,
                now=now_utc(),
            )

    def parts(self) -> Sequence[jobs.Part]:
        """What lies on disk of this job."""
        with reading() as session:
            return jobs.parts_of(session, self.job_id)

    def keep(self, part: jobs.Part) -> None:
        """Write down a part, with how far the job is."""
        self._last = time.monotonic()
        with transaction() as session:
            told = jobs.keep_part(session, part=part, now=now_utc(), **self._hold)
        self._heed(told)

    def forget(self) -> None:
        """Strike the parts out, if the job is still this worker's."""
        with transaction() as session:
            told = jobs.beat(session, done=0, now=now_utc(), **self._hold)
            if told is not jobs.Beat.LOST:
                jobs.forget_parts(session, job_id=self.job_id)
        self._heed(told)

    @property
    def _hold(self) -> dict[str, Any]:
        worker = self._worker
        return {"job_id": self.job_id, "owner": worker.owner, "lease": worker.lease}

    def _heed(self, told: jobs.Beat) -> None:
        if told is not jobs.Beat.GO_ON:
            raise StoppedError(told)


class Worker:
    """One loop over the queue; `work_once` does at most one job."""

    def __init__(self, house: House, *, lease_seconds: int) -> None:
        self.house = house
        self.lease = timedelta(seconds=lease_seconds)
        self.beat_seconds = BEAT_SECONDS
        self._stop = threading.Event()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a job in hand goes back to the queue."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        looked, swept = -float(CALENDAR_SECONDS), -float(SWEEP_SECONDS)
        while not self._stop.is_set():
            try:
                if time.monotonic() - looked >= CALENDAR_SECONDS:
                    looked = time.monotonic()
                    keep_the_calendar(now_utc())
                    sweep_ended(self.house.storage)
                if time.monotonic() - swept >= SWEEP_SECONDS:
                    swept = time.monotonic()
                    sweep_unnamed(self.house.storage, now_utc())
                busy = self.work_once()
            except (OperationalError, OSError):
                # No database, or a full disk: whatever was in hand waits for its lease to run out.
                log.exception("The worker cannot work and tries again")
                self._stop.wait(TROUBLE_SECONDS)
                continue
            if not busy:
                self._stop.wait(IDLE_SECONDS)

    @property
    def stopping(self) -> bool:
        """Whether it has been told to stop."""
        return self._stop.is_set()

    def work_once(self) -> bool:
        """Do the oldest job, if there is one."""
        with reading() as session:
            if session.scalar(select(Job.id).where(jobs.claimable(now_utc())).limit(1)) is None:
                return False
        with transaction() as session:
            job = jobs.claim(session, owner=self.owner, lease=self.lease, now=now_utc())
            if job is None:
                return False
            session.flush()
            job_id, kind, args = job.id, job.kind, dict(job.args)
            actor = session.get_one(User, job.created_by).as_actor()
        self.do(job_id, kind, args, actor)
        return True

    def do(self, job_id: UUID, kind: str, args: Mapping[str, Any], actor: Actor) -> None:
        """Do a job that this worker holds, and write down how it ended."""
        press = HeldPress(self, job_id)
        try:
            made = KINDS[kind](press, actor=actor, args=args)
            if made:
                press.beat(len(made.registration_ids) or made.lines)
            with transaction() as session:
                document = enter(session, actor=actor, made=made, now=now_utc()) if made else None
                held = jobs.finish(
                    session,
                    job_id=job_id,
                    owner=self.owner,
                    document_id=document.id if document else None,
                    now=now_utc(),
                )
                if not held:
                    raise StoppedError(jobs.Beat.LOST)
        except StoppedError as stopped:
            if stopped.beat is jobs.Beat.CANCEL:
                with transaction() as session:
                    jobs.drop(session, job_id=job_id, owner=self.owner, now=now_utc())
        except DocumentCancelledError:
            with transaction() as session:
                jobs.drop(session, job_id=job_id, owner=self.owner, now=now_utc())
        except Exception as error:
            log.exception("Job %s of kind %s failed", job_id, kind)
            self._fail(job_id, error)
        sweep_ended(self.house.storage)

    def _fail(self, job_id: UUID, error: Exception) -> None:
        """What a person has to put right is told at once; the rest is tried again, and so is work
        on what somebody changed meanwhile.
        """
        told = isinstance(error, FieldError) and not isinstance(error, StaleError)
        problem: dict[str, Any] = {"code": "crashed"}
        if isinstance(error, FieldError):
            problem = {"code": error.code, "facts": _plain(error.facts)}
        with transaction() as session:
            job = session.get_one(Job, job_id)
            jobs.fail(
                session, job=job, owner=self.owner, problem=problem, again=not told, now=now_utc()
            )

    def give_back(self, job_id: UUID) -> None:
        """Let somebody else go on with a job."""
        with transaction() as session:
            jobs.give_back(session, job_id=job_id, owner=self.owner, now=now_utc())

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | None) else str(value)
        for name, value in facts.items()
    }
