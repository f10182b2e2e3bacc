"""Permit checks and overrides: recorded for ever (triggers refuse UPDATE and DELETE)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.permits import Outcome, PermitType
from fieldapp.models.base import Base, stored
from fieldapp.models.companies import Company
from fieldapp.models.tokens import ApiToken
from fieldapp.models.users import User


class CheckedVia(StrEnum):
    """Where a check was asked for."""

    COUNTER = "counter"
    API = "api"


class PermitCheck(Base):
    """What was asked, what was known, by which rules, and what came out.

    facts: `PermitFacts.as_row` and what was demanded. reasons: `Shortfall.as_row`, none when fit.
    code: the 80 bytes of the QR, signed.
    """

    __tablename__ = "permit_check"
    __table_args__ = (
        CheckConstraint("(via = 'api') = (token_id IS NOT NULL)", name="api_has_its_token"),
        Index("ix_permit_check_company", "company_id", "checked_at"),
        Index("ix_permit_check_agency", "agency_id", "checked_at", "id"),
        Index("ix_permit_check_checked", "checked_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    company_name: Mapped[str] = mapped_column(String(120))
    nib: Mapped[str | None] = mapped_column(String(13))
    permit_type: Mapped[PermitType] = mapped_column(stored(PermitType))
    application: Mapped[str] = mapped_column(String(60), index=True)
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    rule_version: Mapped[str] = mapped_column(String(20))
    valid_until: Mapped[date]
    code: Mapped[bytes] = mapped_column(LargeBinary(80), unique=True)
    via: Mapped[CheckedVia] = mapped_column(stored(CheckedVia))
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_token.id"), index=True)
    checked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    checked_at: Mapped[datetime]

    company: Mapped[Company] = relationship()
    checker: Mapped[User] = relationship()
    token: Mapped[ApiToken | None] = relationship()
    override: Mapped[PermitOverride | None] = relationship(back_populates="check")

    @property
    def fit(self) -> bool:
        """Fit by the rules, or let pass by a supervisor."""
        return self.outcome is Outcome.FIT or self.override is not None


class PermitOverride(Base):
    """A supervisor lets a company pass that was not fit; never who made the check."""

    __tablename__ = "permit_override"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("overridden_by <> checked_by", name="four_eyes"),
    )

    check_id: Mapped[UUID] = mapped_column(ForeignKey("permit_check.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    checked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    overridden_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    overridden_at: Mapped[datetime]

    check: Mapped[PermitCheck] = relationship(back_populates="override")
    supervisor: Mapped[User] = relationship(foreign_keys=[overridden_by])


class ApiAnswer(Base):
    """The answer to an idempotency key: the same key gets the same answer, for ever."""

    __tablename__ = "api_answer"

    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    check_id: Mapped[UUID] = mapped_column(ForeignKey("permit_check.id"), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
