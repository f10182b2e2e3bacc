"""Long work: the row is the queue. A worker holds it by a lease and says how far it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.models.base import Base, stored

PRINTING: Final = "print_batch"
"""The kind of job that ends with a file; others leave none."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of long work, with true progress."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done >= 0 AND total >= 0", name="progress_not_negative"),
        Index("ix_job_state_created_at", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(stored(JobState), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    done_before: Mapped[int] = mapped_column(default=0)
    """Of these, what earlier attempts had done: the pace is that of the others."""
    total: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int | None]
    """How many pages it is to make, as far as that can be known beforehand."""
    attempt: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    not_before: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Code and facts of what went wrong, for `fieldapp.words`."""


class JobPart(Base):
    """A part of the file that a job makes, whole and on disk: whoever goes on begins behind it."""

    __tablename__ = "job_part"
    __table_args__ = (CheckConstraint("rows > 0", name="has_rows"),)

    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[int]
    """How many rows are done at its end."""
    size: Mapped[int]
    """Bytes of the file that is made; behind them the part says how to go on."""
    file: Mapped[str] = mapped_column(String(80))
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Stands for all that the print is made of: with another one it is begun anew."""
