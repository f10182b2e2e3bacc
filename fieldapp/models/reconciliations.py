"""Reconciliations: the figures of a batch's cards as they were signed, kept for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base
from fieldapp.models.batches import Batch
from fieldapp.models.users import User


class Reconciliation(Base):
    """One sheet: what it says, and the code that says it too."""

    __tablename__ = "reconciliation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    figures: Mapped[dict[str, int]] = mapped_column(JSON)
    """Of `domain.reconciliation.CardFigures`."""
    set_aside: Mapped[list[Any]] = mapped_column(JSON)
    """Spoiled and void cards: [number, state, reason] of each, the first ones."""
    code: Mapped[bytes] = mapped_column(LargeBinary(80), unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    made_at: Mapped[datetime]

    batch: Mapped[Batch] = relationship()
    agency: Mapped[Agency] = relationship()
    maker: Mapped[User] = relationship()
