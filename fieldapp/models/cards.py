"""Cards, one row for each piece of plastic or paper, and the keys that sign their codes."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.domain.card_life import LIVE, CardState
from fieldapp.models.base import Base, stored
from fieldapp.models.sealed import sealed_text

_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))


class SigningKey(Base):
    """A key of ours. A retired one signs nothing more: its private half is gone."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("id BETWEEN 1 AND 255", name="fits_a_byte"),
        CheckConstraint(
            "(retired_at IS NULL) = (private_sealed IS NOT NULL)", name="retired_keys_forget"
        ),
        CheckConstraint("NOT leaked OR retired_at IS NOT NULL", name="leaked_keys_are_retired"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    private_sealed: Mapped[bytes | None]
    private = sealed_text("private_sealed")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    leaked: Mapped[bool] = mapped_column(default=False)


class CardAgency(Base):
    """The number that an agency goes by in the codes of its cards."""

    __tablename__ = "card_agency"
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 65535", name="fits_two_bytes"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), unique=True)


class Card(Base):
    """One card: the first of a registration, or a reprint with the reason for it."""

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("copy BETWEEN 1 AND 255", name="copy_fits_a_byte"),
        CheckConstraint("copy = 1 OR asked_reason <> ''", name="reprint_has_a_reason"),
        CheckConstraint("state NOT IN ('spoiled', 'void') OR reason <> ''", name="end_has_reason"),
        CheckConstraint(
            "state NOT IN ('printed', 'spoiled', 'handed_over') OR document_id IS NOT NULL",
            name="printed_means_bytes",
        ),
        CheckConstraint("state IN ('asked', 'void') OR code IS NOT NULL", name="has_its_code"),
        CheckConstraint("state <> 'asked' OR code IS NULL", name="asked_has_no_code"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> issued_by", name="four_eyes"),
        CheckConstraint(
            "copy <= 2 OR state IN ('asked', 'void') OR confirmed_by IS NOT NULL",
            name="second_person",
        ),
        Index(
            "uq_card_live",
            "registration_id",
            unique=True,
            sqlite_where=text(f"state IN ({_LIVE})"),
            postgresql_where=text(f"state IN ({_LIVE})"),
        ),
        Index("uq_card_serial_copy", "serial", "copy", unique=True),
        Index("ix_card_batch_id_state", "batch_id", "state"),
        Index("ix_card_state_valid_until", "state", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    serial: Mapped[str] = mapped_column(String(20))
    """The number of the registration; with `copy` it names the card."""
    copy: Mapped[int]
    state: Mapped[CardState] = mapped_column(stored(CardState))
    code: Mapped[bytes | None] = mapped_column(LargeBinary(80), unique=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("signing_key.id"), index=True)
    valid_until: Mapped[date]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime]
    asked_reason: Mapped[str] = mapped_column(String(300), default="")
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    """The last file that it stands in."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it is spoiled or void."""
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def printed_serial(self) -> str:
        """As it stands on the card: the number, and "/2" for the first reprint."""
        return f"{self.serial}/{self.copy}" if self.copy > 1 else self.serial
