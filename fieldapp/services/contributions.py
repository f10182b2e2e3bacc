"""What a registration costs: the same answer for the page, the phone and the paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fieldapp.adapters.tables import brackets
from fieldapp.domain.contributions import (
    Contribution,
    bpu_contribution,
    month_after,
    pu_contribution,
)
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import AgencyCategory
from fieldapp.models.registrations import Registration


def contribution(
    *,
    segment: Segment | None,
    sector: Sector | None,
    risk_class: RiskClass | None,
    income: int | None,
    payer: Payer | None,
    with_jht: bool,
    months: int,
    starts_on: date | None,
) -> Contribution | None:
    """The contribution from the month of `starts_on` on; None while a fact is missing."""
    if segment is None or income is None or starts_on is None:
        return None
    month = starts_on.replace(day=1)
    if segment is Segment.BPU and sector and payer:
        return bpu_contribution(
            income=income,
            month=month,
            sector=sector,
            payer=payer,
            jht=with_jht,
            months=months,
            brackets=brackets(),
        )
    if segment is Segment.PU and risk_class:
        return pu_contribution(wage=income, month=month, risk_class=risk_class, months=months)
    return None


def contribution_of(row: Registration) -> Contribution | None:
    """The contribution of a registration as it stands."""
    return contribution(
        segment=row.segment,
        sector=row.sector,
        risk_class=row.risk_class,
        income=row.income,
        payer=row.payer,
        with_jht=row.with_jht,
        months=row.months,
        starts_on=row.starts_on,
    )


def first_contribution(terms: Sequence[AgencyCategory], *, today: date) -> Contribution | None:
    """What the smallest income costs, before anything is typed: a price to begin with.

    None where an agency has several categories to choose from, or one whose price is its wage's.
    """
    if len(terms) != 1 or terms[0].segment is not Segment.BPU:
        return None
    return contribution(
        segment=terms[0].segment,
        sector=terms[0].sector,
        risk_class=terms[0].risk_class,
        income=0,
        payer=terms[0].payer,
        with_jht=False,
        months=1,
        starts_on=month_after(today, 1),
    )
