"""Photos and signatures that came ahead of their records, until the worker has cleaned them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.domain.intake import PartKind
from fieldapp.models.base import Base, stored


class PartState(StrEnum):
    """How far a part is: in quarantine, in its place, or not usable."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"


class Quarantined(Base):
    """A file as a phone sent it, sealed, shown to nobody.

    It lies in the database, not in the storage: row and bytes are on the disk with one sync.
    """

    __tablename__ = "quarantined"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(deferred=True)


class RegistrationPart(Base):
    """The photo or signature that a phone sent for a registration last, by the hash it had."""

    __tablename__ = "registration_part"
    __table_args__ = (
        Index(
            "ix_registration_part_waiting",
            "received_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_registration_part_sha256", "sha256"),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    kind: Mapped[PartKind] = mapped_column(stored(PartKind), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[PartState] = mapped_column(stored(PartState))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Code and facts of why it was refused, for `fieldapp.words`."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    received_at: Mapped[datetime]
