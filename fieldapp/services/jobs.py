"""Long work: a row in the app's database, held by a worker on a lease.

The row is the queue. A worker that dies stops renewing its lease, and the next one takes the job
over; a job that failed waits longer each time and is given up after MOST_ATTEMPTS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError
from fieldapp.models.jobs import Job, JobPart, JobState
from fieldapp.services import audit

MOST_ATTEMPTS: Final = 3
BACK_OFF: Final = timedelta(seconds=5)
"""Before the second attempt; twice as long before each further one."""


class Beat(Enum):
    """What a worker is told when it says how far it is."""

    GO_ON = "go on"
    CANCEL = "cancel"
    LOST = "lost"


def enqueue(
    session: Session,
    *,
    actor: Actor,
    kind: str,
    args: Mapping[str, Any],
    total: int,
    agency_id: UUID,
    now: datetime,
    pages: int | None = None,
) -> Job:
    """Put work into the queue, in the transaction of whoever asks for it."""
    job = Job(
        kind=kind,
        args=dict(args),
        total=total,
        pages=pages,
        created_by=actor.id,
        agency_id=agency_id,
        created_at=now,
        not_before=now,
    )
    session.add(job)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="job.start",
        subject="job",
        subject_id=job.id,
        now=now,
        kind=kind,
    )
    return job


def claimable(now: datetime) -> Any:
    """Jobs that a worker may take: waiting and due, or running on a lease that ran out."""
    return or_(
        and_(Job.state == JobState.WAITING, Job.not_before <= now),
        and_(Job.state == JobState.RUNNING, Job.leased_until < now),
    )


def claim(session: Session, *, owner: str, lease: timedelta, now: datetime) -> Job | None:
    """Take the oldest job that may be taken; one whose attempts are used up fails for good."""
    while True:
        job = session.scalar(
            select(Job)
            .where(claimable(now))
            .order_by(Job.created_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        if job.cancel_asked:
            job.state, job.finished_at = JobState.CANCELLED, now
        elif job.attempt >= MOST_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, now
            job.problem = job.problem or {"code": "worker_lost"}
        else:
            job.state, job.owner, job.leased_until = JobState.RUNNING, owner, now + lease
            job.attempt += 1
            job.done = 0
            job.started_at = now
            session.flush()
            return job
        session.flush()


def beat(
    session: Session, *, job_id: UUID, owner: str, done: int, lease: timedelta, now: datetime
) -> Beat:
    """Say how far the work is and renew the lease."""
    cancel = session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.owner == owner, Job.state == JobState.RUNNING)
        .values(done=done, leased_until=now + lease)
        .returning(Job.cancel_asked)
        .execution_options(synchronize_session=False)
    )
    if cancel is None:
        return Beat.LOST
    return Beat.CANCEL if cancel else Beat.GO_ON


def begin(
    session: Session, *, job_id: UUID, owner: str, total: int, done: int, now: datetime
) -> None:
    """Say how many rows there really are, and how many of them were done before.

    If these have become more since the last attempt began, attempts are counted anew: only work
    that stands still is given up.
    """
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.owner == owner, Job.state == JobState.RUNNING)
        .values(
            total=total,
            done=done,
            done_before=done,
            started_at=now,
            attempt=case((Job.done_before < done, 1), else_=Job.attempt),
        )
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a job's file that lies on disk; see `JobPart`."""

    number: int
    rows: int
    size: int
    file: str
    mark: bytes


def keep_part(
    session: Session, *, job_id: UUID, owner: str, part: Part, lease: timedelta, now: datetime
) -> Beat:
    """Note a part, and how far the work is; nothing is noted of work that is no longer held."""
    told = beat(session, job_id=job_id, owner=owner, done=part.rows, lease=lease, now=now)
    if told is not Beat.LOST:
        session.add(
            JobPart(
                job_id=job_id,
                number=part.number,
                rows=part.rows,
                size=part.size,
                file=part.file,
                mark=part.mark,
            )
        )
    return told


def parts_of(session: Session, job_id: UUID) -> Sequence[Part]:
    """The parts that a job has, in their order."""
    rows = session.scalars(select(JobPart).where(JobPart.job_id == job_id).order_by(JobPart.number))
    return [Part(row.number, row.rows, row.size, row.file, row.mark) for row in rows]


def forget_parts(session: Session, *, job_id: UUID) -> None:
    """The parts of a job count for nothing any more."""
    session.execute(
        delete(JobPart).where(JobPart.job_id == job_id).execution_options(synchronize_session=False)
    )


def ended_with_parts(session: Session) -> Sequence[UUID]:
    """Jobs that have ended, well or not, and whose parts are still there."""
    return session.scalars(
        select(Job.id)
        .where(Job.state.not_in([JobState.WAITING, JobState.RUNNING]))
        .where(select(JobPart.job_id).where(JobPart.job_id == Job.id).exists())
    ).all()


def finish(
    session: Session, *, job_id: UUID, owner: str, document_id: UUID | None, now: datetime
) -> bool:
    """Mark the work done, with the file it made; False when another worker has taken it over."""
    return _close(
        session, job_id, owner, state=JobState.DONE, finished_at=now, document_id=document_id,
        done=Job.total, problem=None,
    )  # fmt: skip


def drop(session: Session, *, job_id: UUID, owner: str, now: datetime) -> bool:
    """Mark the work cancelled, as was asked."""
    return _close(session, job_id, owner, state=JobState.CANCELLED, finished_at=now)


def fail(
    session: Session,
    *,
    job: Job,
    owner: str,
    problem: Mapping[str, Any],
    again: bool,
    now: datetime,
) -> bool:
    """Note what went wrong; with `again` it is tried once more, later each time."""
    if again and job.attempt < MOST_ATTEMPTS:
        pause = BACK_OFF * 2 ** (job.attempt - 1)
        return _close(
            session, job.id, owner, state=JobState.WAITING, problem=dict(problem),
            not_before=now + pause, owner=None, leased_until=None,
        )  # fmt: skip
    return _close(
        session, job.id, owner, state=JobState.FAILED, problem=dict(problem), finished_at=now
    )


def cancel(session: Session, *, actor: Actor, job: Job, now: datetime) -> None:
    """Ask to stop; waiting work stops at once, running work at its next beat."""
    if not (actor.reaches_all or job.agency_id == actor.agency_id):
        raise OutOfReachError(subject="job", id=job.id)
    if job.state is JobState.WAITING:
        job.state, job.finished_at = JobState.CANCELLED, now
    job.cancel_asked = True
    audit.record(
        session, actor=actor, action="job.cancel", subject="job", subject_id=job.id, now=now
    )


def give_back(session: Session, *, job_id: UUID, owner: str, now: datetime) -> bool:
    """Put the work back into the queue: this worker is told to stop. It is no failed attempt."""
    return _close(
        session, job_id, owner, state=JobState.WAITING, not_before=now, owner=None,
        leased_until=None, attempt=Job.attempt - 1,
    )  # fmt: skip


def _close(session: Session, job_id: UUID, who: str, **values: Any) -> bool:
    found = session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.owner == who, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None
