"""Official figures and targets, each with its history, and kept totals of registrations.

A figure that changes is superseded, never overwritten. Totals are kept by triggers on
`registration` (ADR 0011): each change of a row adds its −1 and +1 in the same transaction,
whoever makes it, and `services.coverage.fold` sums them up later.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.coverage import Indicator, Kind
from fieldapp.domain.vocabulary import Segment
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.base import Base, stored
from fieldapp.models.users import User

_PRESENT = text("superseded_at IS NULL")


class OfficialFigure(Base):
    """What BPJS Ketenagakerjaan or the city said was realised, with its source."""

    __tablename__ = "official_figure"
    __table_args__ = (
        CheckConstraint("value >= 0", name="not_negative"),
        CheckConstraint("period_from <= period_to", name="period_in_order"),
        Index(
            "uq_official_figure_present",
            "indicator",
            "area_code",
            "period_from",
            "period_to",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    indicator: Mapped[Indicator] = mapped_column(stored(Indicator))
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    area_code: Mapped[str] = mapped_column(String(40))
    period_from: Mapped[date]
    period_to: Mapped[date]
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    enterer: Mapped[User | None] = relationship()


class Target(Base):
    """What is to be reached in a period: of an area, and where wanted of an agency, a category."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("value > 0", name="positive"),
        CheckConstraint("period_from <= period_to", name="period_in_order"),
        Index(
            "uq_target_present",
            "key",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index("ix_target_period", "period_from", "period_to"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(200))
    """What may have one target at a time, as one text: NULLs would not be unique."""
    indicator: Mapped[Indicator] = mapped_column(stored(Indicator))
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    area_code: Mapped[str] = mapped_column(String(40))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"), index=True)
    segment: Mapped[Segment | None] = mapped_column(stored(Segment))
    period_from: Mapped[date]
    period_to: Mapped[date]
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    agency: Mapped[Agency | None] = relationship()
    category: Mapped[Category | None] = relationship()
    enterer: Mapped[User | None] = relationship()


class Mark(StrEnum):
    """What a registration counts as. Who was enrolled counts as that for ever, and as left too."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    ENROLLED = "enrolled"
    LEFT = "left"


class EnrolmentDay(Base):
    """The day a registration was enrolled; written by a trigger, and kept when it ends."""

    __tablename__ = "enrolment_day"

    registration_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date]


class CoverageTotal(Base):
    """So many people more or fewer with a mark since a day; the sum of such rows is the total.

    Without foreign keys: rows come from triggers, and a total must never hold up a deed.
    category_id: all zeros where there is none. district_code: empty where there is none.
    """

    __tablename__ = "coverage_total"
    __table_args__ = (
        Index(
            "ix_coverage_total_mark",
            "mark",
            "day",
            "agency_id",
            "category_id",
            "district_code",
            "coordinator_id",
            "people",
        ),
        Index(
            "uq_coverage_total_folded",
            "agency_id",
            "mark",
            "day",
            "category_id",
            "district_code",
            "coordinator_id",
            unique=True,
            sqlite_where=text("folded"),
            postgresql_where=text("folded"),
        ),
        Index(
            "ix_coverage_total_unfolded",
            "id",
            sqlite_where=text("NOT folded"),
            postgresql_where=text("NOT folded"),
        ),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    agency_id: Mapped[UUID]
    category_id: Mapped[UUID]
    coordinator_id: Mapped[UUID]
    mark: Mapped[Mark] = mapped_column(stored(Mark))
    district_code: Mapped[str] = mapped_column(String(8))
    day: Mapped[date]
    people: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
