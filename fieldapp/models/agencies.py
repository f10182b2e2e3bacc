"""Agencies (OPD, city companies, the branch) and the categories that each supervises."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.base import Base, stored


class AgencyKind(StrEnum):
    """What an agency is; people of the branch reach every agency."""

    OPD = "opd"
    CITY_COMPANY = "city_company"
    BRANCH = "branch"


class Agency(Base):
    """An OPD, a city-owned company, or the branch."""

    __tablename__ = "agency"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[AgencyKind] = mapped_column(stored(AgencyKind))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column()

    categories: Mapped[list[AgencyCategory]] = relationship(
        back_populates="agency", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def is_branch(self) -> bool:
        return self.kind is AgencyKind.BRANCH


class Category(Base):
    """A kind of worker: juru parkir, kelian adat, pekaseh subak …"""

    __tablename__ = "category"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class AgencyCategory(Base):
    """That an agency supervises a category, and how its people are insured."""

    __tablename__ = "agency_category"
    __table_args__ = (
        CheckConstraint("segment = 'BPU' OR risk_class IS NOT NULL", name="pu_has_risk_class"),
        CheckConstraint("usual_income_from <= usual_income_to", name="usual_income_in_order"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("category.id"), primary_key=True, index=True
    )
    segment: Mapped[Segment] = mapped_column(stored(Segment))
    sector: Mapped[Sector] = mapped_column(stored(Sector), default=Sector.OTHER)
    risk_class: Mapped[RiskClass | None] = mapped_column(stored(RiskClass))
    payer: Mapped[Payer] = mapped_column(stored(Payer), default=Payer.OWN)
    usual_income_from: Mapped[int] = mapped_column(default=500_000)
    usual_income_to: Mapped[int] = mapped_column(default=10_000_000)
    active: Mapped[bool] = mapped_column(default=True)

    agency: Mapped[Agency] = relationship(back_populates="categories")
    category: Mapped[Category] = relationship()
