"""Batches (berkas kolektif) and the verdict on each of their rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base, stored
from fieldapp.models.users import User


class BatchState(StrEnum):
    """Where a batch stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    DECIDED = "decided"


class Batch(Base):
    """What a coordinator sends together and a supervisor decides row by row."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_agency_id_state", "agency_id", "state", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[BatchState] = mapped_column(stored(BatchState), default=BatchState.OPEN)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    creator: Mapped[User] = relationship(foreign_keys=[created_by])
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Verdict(StrEnum):
    """What a supervisor says of a row."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class Decision(Base):
    """One verdict on one row, with its reason; never changed, only followed by another."""

    __tablename__ = "decision"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(stored(Verdict))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    decided_at: Mapped[datetime]

    decider: Mapped[User] = relationship()
