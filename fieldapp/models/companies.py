"""Partner companies, the papers they hand in, and what became of two that were one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.vocabulary import Programme, Scale
from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base, stored
from fieldapp.models.sealed import sealed_json, sealed_text
from fieldapp.models.users import User


class PaperKind(StrEnum):
    """What a company hands in."""

    CERTIFICATE = "certificate"
    RECEIPT = "receipt"


class PaperState(StrEnum):
    """Whether somebody has looked at it."""

    WAITING = "waiting"
    VERIFIED = "verified"
    REFUSED = "refused"


class Company(Base):
    """A company; a merged one stays, and leads to the one that lives on."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("length(nib) = 13", name="nib_has_13_digits"),
        CheckConstraint("workers_declared >= 0 AND workers_enrolled >= 0", name="workers_counted"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        Index("ix_company_agency_name", "agency_id", "name_key", "id"),
        Index("ix_company_name", "name_key", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    nib: Mapped[str | None] = mapped_column(String(13), unique=True)
    npwp: Mapped[str | None] = mapped_column(String(16), index=True)
    npp: Mapped[str | None] = mapped_column(String(12), index=True)
    division: Mapped[str] = mapped_column(String(3), default="000")
    scale: Mapped[Scale | None] = mapped_column(stored(Scale))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    street: Mapped[str] = mapped_column(String(160), default="")
    workers_declared: Mapped[int | None]
    workers_enrolled: Mapped[int | None]
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_phone_sealed: Mapped[bytes | None]
    contact_phone = sealed_text("contact_phone_sealed")
    contact_email: Mapped[str] = mapped_column(String(120), default="")
    unread_sealed: Mapped[bytes | None]
    unread = sealed_json("unread_sealed")
    """Texts by field that could not be read: kept as they were typed, and shown."""

    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), index=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class CompanyGram(Base):
    """A piece of a folded name, to find names that are spelt alike."""

    __tablename__ = "company_gram"

    gram: Mapped[str] = mapped_column(String(3), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), primary_key=True, index=True)


class CompanyMerge(Base):
    """That two companies were found to be one; never changed, never deleted.

    before: the facts of both as they were, by "kept" and "merged".
    """

    __tablename__ = "company_merge"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(300))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    merged_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    merged_at: Mapped[datetime]


class CompanyPaper(Base):
    """A certificate or the receipt of the last contribution; the bytes lie sealed in storage.

    programmes: those that a certificate names. paid_until: first day of the last month that a
    receipt covers.
    """

    __tablename__ = "company_paper"
    __table_args__ = (
        CheckConstraint("kind <> 'receipt' OR paid_until IS NOT NULL", name="receipt_has_a_month"),
        CheckConstraint("(state = 'waiting') = (judged_by IS NULL)", name="judged_by_somebody"),
        CheckConstraint("(judged_by IS NULL) = (judged_at IS NULL)", name="judged_at_some_time"),
        CheckConstraint("judged_by <> created_by", name="four_eyes"),
        CheckConstraint("state <> 'refused' OR judged_reason <> ''", name="refused_for_a_reason"),
        Index("ix_company_paper_company", "company_id", "kind", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"))
    kind: Mapped[PaperKind] = mapped_column(stored(PaperKind))
    number: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date | None]
    paid_until: Mapped[date | None]
    programmes: Mapped[list[str] | None] = mapped_column(JSON)
    file: Mapped[str] = mapped_column(String(80), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    pages: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    state: Mapped[PaperState] = mapped_column(stored(PaperState), default=PaperState.WAITING)
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    judged_at: Mapped[datetime | None]
    judged_reason: Mapped[str] = mapped_column(String(300), default="")
    revision: Mapped[int] = mapped_column()

    company: Mapped[Company] = relationship()
    creator: Mapped[User] = relationship(foreign_keys=[created_by])
    judge: Mapped[User | None] = relationship(foreign_keys=[judged_by])
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def named_programmes(self) -> list[Programme]:
        """The programmes that it names, in the order of the law."""
        return [each for each in Programme if each in (self.programmes or ())]
