"""Written warnings: issued, delivered, answered or run out, and told to the branch."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.warning_letters import Letter
from fieldapp.models.base import Base
from fieldapp.models.companies import Company
from fieldapp.models.users import User


class WarningLetter(Base):
    """The first or second letter of a series; a series is open until one is answered.

    reasons: `Shortfall.as_row` of `domain.permits`, as they were on the day of issue.
    """

    __tablename__ = "warning_letter"
    __table_args__ = (
        CheckConstraint("step IN (1, 2)", name="two_at_most"),
        CheckConstraint("answered_on IS NULL OR NOT open", name="answered_series_are_closed"),
        CheckConstraint("delivered_on >= issued_on", name="delivered_after_issue"),
        CheckConstraint(
            "notified_on IS NULL OR (step = 2 AND delivered_on IS NOT NULL)", name="told_at_the_end"
        ),
        Index(
            "uq_warning_letter_open_step",
            "company_id",
            "step",
            unique=True,
            sqlite_where=text("open"),
            postgresql_where=text("open"),
        ),
        Index("ix_warning_letter_agency", "agency_id", "open"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    step: Mapped[int]
    open: Mapped[bool] = mapped_column(default=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    issued_on: Mapped[date]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    issued_at: Mapped[datetime]
    delivered_on: Mapped[date | None]
    delivered_to: Mapped[str] = mapped_column(String(120), default="")
    answered_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
    notified_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column()

    company: Mapped[Company] = relationship()
    issuer: Mapped[User] = relationship()
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def facts(self) -> Letter:
        """As the rules see it."""
        return Letter(
            self.step, self.issued_on, self.delivered_on, self.answered_on, self.notified_on
        )
