"""Phones that send, what was received of each, and how often each asked about doubles."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base, stored
from fieldapp.models.users import User


class Device(Base):
    """One person's app on one phone; its id is minted there. It numbers what it sends."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("minted >= last", name="minted_before_received"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    app_version: Mapped[str] = mapped_column(String(40), default="")
    minted: Mapped[int] = mapped_column(default=0)
    """The highest number that the phone says it has given."""
    last: Mapped[int] = mapped_column(default=0)
    """The highest number that was received."""
    registered_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()
    agency: Mapped[Agency] = relationship()


class IntakeKind(StrEnum):
    """What was received."""

    REGISTRATION = "registration"
    BATCH = "batch"
    HANDOVER = "handover"


class Intake(Base):
    """One item received, for good, with the answer that it got and will always get.

    The key is the id of the record with its revision on the phone; what is sent once (a batch, a
    hand-over) has the revision 1.
    """

    __tablename__ = "intake"
    __table_args__ = (Index("ix_intake_device_id_sequence", "device_id", "sequence"),)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[IntakeKind] = mapped_column(stored(IntakeKind))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    sequence: Mapped[int]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    received_at: Mapped[datetime]


class LookUpDay(Base):
    """How often a phone asked its filter of known NIKs on a day, as it tells."""

    __tablename__ = "look_up_day"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    asked: Mapped[int]
    warned: Mapped[int]


class KnownNiks(Base):
    """The places of all live NIKs in the filter against doubles, as of a moment."""

    __tablename__ = "known_niks"

    made_at: Mapped[datetime] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(80))
    count: Mapped[int]
