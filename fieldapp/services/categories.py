"""Categories of workers, and the terms on which each agency's people of a category are insured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import AgencyClosedError, NameTakenError, StaleError, TermsError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import Agency, AgencyCategory, Category
from fieldapp.queries import agencies as queries
from fieldapp.services import audit
from fieldapp.services.agencies import check_branch


@dataclass(frozen=True, slots=True)
class Terms:
    """How people of a category are insured. Incomes are rupiah a month."""

    segment: Segment
    sector: Sector = Sector.OTHER
    risk_class: RiskClass | None = None
    payer: Payer = Payer.OWN
    usual_income_from: int = 500_000
    usual_income_to: int = 10_000_000
    active: bool = True


def add(session: Session, *, actor: Actor | None, name: str, now: datetime) -> Category:
    """Make a category. actor: None for the command line. Raises ForbiddenError, NameTakenError."""
    check_branch(actor, Permission.CATEGORY_MANAGE)
    name = " ".join(name.split())
    if queries.category_by_name(session, name) is not None:
        raise NameTakenError(name=name)
    category = Category(name=name)
    session.add(category)
    session.flush()
    _note(session, actor, "category.add", category, now)
    return category


def change(
    session: Session,
    *,
    actor: Actor,
    category: Category,
    seen: str,
    name: str,
    active: bool,
    now: datetime,
) -> None:
    """Rename a category, or take it out of use. `seen` is its `face` when the page was loaded.

    Raises ForbiddenError, StaleError, NameTakenError.
    """
    check_branch(actor, Permission.CATEGORY_MANAGE)
    if seen != face(category):
        raise StaleError(subject="category", id=category.id, expected=seen, found=face(category))
    name = " ".join(name.split())
    other = queries.category_by_name(session, name)
    if other is not None and other.id != category.id:
        raise NameTakenError(name=name)
    category.name, category.active = name, active
    session.flush()
    _note(session, actor, "category.change", category, now, active=active)


def set_terms(
    session: Session,
    *,
    actor: Actor | None,
    agency: Agency,
    category: Category,
    revision: int,
    terms: Terms,
    now: datetime,
) -> None:
    """Let an agency supervise a category on these terms. `revision` is the agency's.

    Raises ForbiddenError, StaleError, AgencyClosedError, TermsError.
    """
    check_branch(actor, Permission.CATEGORY_MANAGE)
    if agency.revision != revision:
        raise StaleError(subject="agency", id=agency.id, expected=revision, found=agency.revision)
    if not agency.active:
        raise AgencyClosedError(name=agency.name)
    if terms.segment is Segment.PU and terms.risk_class is None:
        raise TermsError(field="risk_class")
    if terms.usual_income_from > terms.usual_income_to:
        raise TermsError(field="usual_income_to")
    row = queries.terms(session, agency.id, category.id)
    if row is None:
        row = AgencyCategory(agency_id=agency.id, category_id=category.id)
        session.add(row)
    row.segment, row.sector, row.payer = terms.segment, terms.sector, terms.payer
    row.risk_class = terms.risk_class if terms.segment is Segment.PU else None
    row.usual_income_from = terms.usual_income_from
    row.usual_income_to = terms.usual_income_to
    row.active = terms.active
    # The terms belong to the agency: who changes them from an older page is told.
    flag_modified(agency, "active")
    session.flush()
    _note(
        session,
        actor,
        "category.terms",
        category,
        now,
        agency_id=agency.id,
        segment=terms.segment,
        payer=terms.payer,
        active=terms.active,
    )


def face(category: Category) -> str:
    """What a page has seen of a category, to tell whether it has changed since."""
    return f"{category.name}|{category.active:d}"


def _note(
    session: Session,
    actor: Actor | None,
    action: str,
    category: Category,
    now: datetime,
    **facts: object,
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="category",
        subject_id=category.id,
        now=now,
        **facts,
    )
