"""Provinces, regencies, districts and villages by Kemendagri code (idn-area-data, ODbL 1.0)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.models.base import Base


class Region(Base):
    """One place; its parent's code is the beginning of its own."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(13), primary_key=True)
    level: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
