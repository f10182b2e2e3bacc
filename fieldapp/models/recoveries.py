"""The keys of agencies that phones wrap theirs to, and requests of those whose PIN is forgotten."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.recoveries import RecoveryState
from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base, stored
from fieldapp.models.sealed import sealed_text
from fieldapp.models.users import User

_OPEN = "state IN ('waiting', 'approved')"


class EscrowKey(Base):
    """An agency's key. It is kept for as long as a phone may hold something wrapped to it."""

    __tablename__ = "escrow_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    private_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    private = sealed_text("private_sealed")
    """PKCS8 in hexadecimal digits."""
    created_at: Mapped[datetime]


class Recovery(Base):
    """One request of one phone. What is wrapped is forgotten when it has come to an end."""

    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> user_id", name="four_eyes"),
        CheckConstraint(
            "(state = 'approved') = (released IS NOT NULL)", name="released_while_approved"
        ),
        CheckConstraint(f"({_OPEN}) = (wrapped IS NOT NULL)", name="wrapped_while_open"),
        CheckConstraint(
            "state NOT IN ('approved', 'refused', 'taken') OR decided_by IS NOT NULL",
            name="somebody_decided",
        ),
        Index(
            "uq_recovery_open",
            "user_id",
            "device_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_recovery_agency_id_state", "agency_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    device_id: Mapped[UUID]
    """As the phone says it; it need not have been announced."""
    device_name: Mapped[str] = mapped_column(String(60))
    escrow_key_id: Mapped[UUID] = mapped_column(ForeignKey("escrow_key.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    released: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[RecoveryState] = mapped_column(stored(RecoveryState))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])
    agency: Mapped[Agency] = relationship()
