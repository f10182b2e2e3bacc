"""Days off that are not public holidays of the whole country: Galungan, Kuningan, a local vote."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.models.base import Base


class LocalHoliday(Base):
    """One day off in Bali; it holds for offices and for every count of working days."""

    __tablename__ = "local_holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
