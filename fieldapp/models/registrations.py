"""Registrations: one worker enrolled under one agency in one role, with the form's own facts.

The facts of the person stand on the registration, as they were on the form that was signed; the
same person in two roles has two registrations, tied by the blind index of the NIK (ADR 0003).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.findings import Weight
from fieldapp.domain.registrations import EDITABLE, LIVE, PRINTABLE, Stage
from fieldapp.domain.vocabulary import (
    BloodType,
    MaritalStatus,
    Payer,
    RiskClass,
    Sector,
    Segment,
    Sex,
)
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.base import Base, stored
from fieldapp.models.batches import Batch, Decision
from fieldapp.models.cards import Card
from fieldapp.models.photos import Photo
from fieldapp.models.regions import Region
from fieldapp.models.sealed import sealed_int, sealed_json, sealed_text
from fieldapp.models.users import User

_LIVE = ", ".join(f"'{stage}'" for stage in sorted(LIVE))
_NUMBERED = ", ".join(f"'{stage}'" for stage in sorted(PRINTABLE | {Stage.ENDED}))


class Registration(Base):
    """One form. Its id is minted where the first key is pressed."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint(f"number IS NULL OR stage IN ({_NUMBERED})", name="no_number_before"),
        CheckConstraint(
            f"stage NOT IN ({_LIVE}) OR nik_index IS NOT NULL", name="live_rows_have_a_nik"
        ),
        CheckConstraint(
            f"stage NOT IN ({_LIVE}) OR consent_version IS NOT NULL", name="live_rows_consented"
        ),
        CheckConstraint("stage <> 'submitted' OR batch_id IS NOT NULL", name="sent_in_a_batch"),
        CheckConstraint("kpj IS NULL OR stage IN ('enrolled', 'ended')", name="kpj_from_bpjs"),
        Index(
            "uq_registration_live_role",
            "nik_index",
            "category_id",
            unique=True,
            sqlite_where=text(f"stage IN ({_LIVE})"),
            postgresql_where=text(f"stage IN ({_LIVE})"),
        ),
        Index("ix_registration_agency_changed", "agency_id", "changed_at", "id"),
        Index("ix_registration_agency_stage", "agency_id", "stage", "changed_at", "id"),
        Index("ix_registration_changed", "changed_at", "id"),
        Index("ix_registration_stage", "stage", "changed_at", "id"),
        Index("ix_registration_sort_name", "sort_name", "id"),
        Index("ix_registration_banjar_key", "banjar_key"),
        Index("ix_registration_batch", "batch_id", "batch_row"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"), index=True)
    stage: Mapped[Stage] = mapped_column(stored(Stage), default=Stage.DRAFT)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    kpj: Mapped[str | None] = mapped_column(String(11), unique=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    batch_row: Mapped[int | None]

    # The person, as on the KTP.
    nik_sealed: Mapped[bytes | None]
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    nik_tail_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    nik = sealed_text("nik_sealed", index="nik_index", tail="nik_tail_index")
    no_nik_reason: Mapped[str] = mapped_column(String(200), default="")
    kk_sealed: Mapped[bytes | None]
    kk_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    kk = sealed_text("kk_sealed", index="kk_index")
    name: Mapped[str] = mapped_column(String(120), default="")
    name_key: Mapped[str] = mapped_column(String(120), default="")
    sort_name: Mapped[str] = mapped_column(String(120), default="")
    birth_place: Mapped[str] = mapped_column(String(60), default="")
    birth_date: Mapped[date | None] = mapped_column(index=True)
    sex: Mapped[Sex | None] = mapped_column(stored(Sex))
    marital_status: Mapped[MaritalStatus | None] = mapped_column(stored(MaritalStatus))
    blood_type: Mapped[BloodType | None] = mapped_column(stored(BloodType))
    mother_name_sealed: Mapped[bytes | None]
    mother_name = sealed_text("mother_name_sealed")
    family_sealed: Mapped[bytes | None]
    family = sealed_json("family_sealed")
    """A list of {"relation", "name", "birth_date", "sex"}; see `domain.heirs`."""

    # Where they live, and how to reach them.
    street: Mapped[str] = mapped_column(String(120), default="")
    banjar: Mapped[str] = mapped_column(String(60), default="")
    banjar_key: Mapped[str] = mapped_column(String(60), default="")
    customary_village: Mapped[str] = mapped_column(String(60), default="")
    rt: Mapped[str] = mapped_column(String(3), default="")
    rw: Mapped[str] = mapped_column(String(3), default="")
    village_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    phone_sealed: Mapped[bytes | None]
    phone = sealed_text("phone_sealed")
    email: Mapped[str] = mapped_column(String(120), default="")

    # The work, and who pays.
    segment: Mapped[Segment | None] = mapped_column(stored(Segment))
    sector: Mapped[Sector | None] = mapped_column(stored(Sector))
    risk_class: Mapped[RiskClass | None] = mapped_column(stored(RiskClass))
    workplace: Mapped[str] = mapped_column(String(120), default="")
    work_hours: Mapped[str] = mapped_column(String(40), default="")
    second_job: Mapped[str] = mapped_column(String(80), default="")
    former_kpj: Mapped[str] = mapped_column(String(11), default="")
    npwp: Mapped[str] = mapped_column(String(22), default="")
    income_sealed: Mapped[bytes | None]
    income = sealed_int("income_sealed")
    payer: Mapped[Payer | None] = mapped_column(stored(Payer))
    with_jht: Mapped[bool] = mapped_column(default=False)
    months: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[date | None]
    term_from: Mapped[date | None]
    term_to: Mapped[date | None]

    # Consent, signature and what the checks found.
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consent_at: Mapped[datetime | None]
    consent_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    signature_file: Mapped[str | None] = mapped_column(String(80))
    unread_sealed: Mapped[bytes | None]
    unread = sealed_json("unread_sealed")
    """Texts by field that could not be read as what was asked for: kept, shown, and blocking."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    worst: Mapped[Weight | None] = mapped_column(stored(Weight))

    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was returned, rejected, ended or withdrawn: the last word on it."""
    ended_on: Mapped[date | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    category: Mapped[Category | None] = relationship()
    batch: Mapped[Batch | None] = relationship()
    village: Mapped[Region | None] = relationship()
    photos: Mapped[list[Photo]] = relationship()
    decisions: Mapped[list[Decision]] = relationship(order_by=Decision.decided_at)
    cards: Mapped[list[Card]] = relationship(order_by=Card.copy, viewonly=True)
    creator: Mapped[User] = relationship(foreign_keys=[created_by])
    consent_taker: Mapped[User | None] = relationship(foreign_keys=[consent_by])
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def editable(self) -> bool:
        """Whether a coordinator may still change it."""
        return self.stage in EDITABLE


class RegistrationHand(Base):
    """Who made, edited or submitted a registration: they may not decide on it (four eyes)."""

    __tablename__ = "registration_hand"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )


class FindingConfirmation(Base):
    """A warning confirmed with a reason, which the supervisor sees beside the row."""

    __tablename__ = "finding_confirmation"
    __table_args__ = (UniqueConstraint("registration_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(300))
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime]


class NameGram(Base):
    """A piece of a folded name, to find names that are spelt alike."""

    __tablename__ = "name_gram"

    gram: Mapped[str] = mapped_column(String(3), primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.id"), primary_key=True, index=True
    )


class Counter(Base):
    """The last number given in a series: `registration-2026`, `batch-2026` …"""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
