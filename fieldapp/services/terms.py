"""What an agency agreed for the categories that it supervises: how people are insured, who pays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import AgencyCategory, Category


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed for one category. usual_income: rupiah a month, from and to.

    in_use: the category itself is not closed. active: nor is what was agreed.
    """

    segment: Segment
    sector: Sector
    risk_class: RiskClass | None
    payer: Payer
    in_use: bool
    active: bool
    usual_income: tuple[int, int]


def terms_of(
    session: Session, agency_id: UUID, category_ids: Collection[UUID]
) -> dict[UUID, Terms | None]:
    """By category: None where there is one, but nothing agreed; what is not there is left out."""
    if not category_ids:
        return {}
    told = {"agency": agency_id, "ids": list(category_ids)}
    return {
        row.id: Terms(
            segment=row.segment,
            sector=row.sector,
            risk_class=row.risk_class,
            payer=row.payer,
            in_use=row.in_use,
            active=row.active,
            usual_income=(row.usual_income_from, row.usual_income_to),
        )
        if row.segment
        else None
        for row in session.connection().execute(_TERMS, told)
    }


# Asked for every record that comes in: built once, since building costs more than asking.
_CATEGORIES: Final = Category.__table__
_AGREED: Final = AgencyCategory.__table__
_TERMS: Final = (
    select(
        _CATEGORIES.c.id,
        _CATEGORIES.c.active.label("in_use"),
        _AGREED.c.active,
        _AGREED.c.segment,
        _AGREED.c.sector,
        _AGREED.c.risk_class,
        _AGREED.c.payer,
        _AGREED.c.usual_income_from,
        _AGREED.c.usual_income_to,
    )
    .outerjoin(
        _AGREED,
        and_(
            _AGREED.c.category_id == _CATEGORIES.c.id,
            _AGREED.c.agency_id == bindparam("agency"),
        ),
    )
    .where(_CATEGORIES.c.id.in_(bindparam("ids", expanding=True)))
)
