"""Questions about written warnings: of one company, and which are due for what."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.models.companies import Company
from fieldapp.models.warning_letters import WarningLetter
from fieldapp.queries.companies import family_ids
from fieldapp.queries.reach import of_agency


def last_letter(session: Session, company_id: UUID) -> WarningLetter | None:
    """The last letter to a company, or to one that was merged into it."""
    return session.scalar(
        select(WarningLetter)
        .where(WarningLetter.company_id.in_(family_ids(session, company_id)))
        .order_by(WarningLetter.issued_at.desc(), WarningLetter.step.desc())
        .limit(1)
    )


def letters_of(session: Session, company_id: UUID) -> Sequence[WarningLetter]:
    """Every letter to a company, the newest first."""
    return session.scalars(
        select(WarningLetter)
        .where(WarningLetter.company_id.in_(family_ids(session, company_id)))
        .order_by(WarningLetter.issued_at.desc(), WarningLetter.step.desc())
    ).all()


def letter(session: Session, actor: Actor, letter_id: UUID) -> WarningLetter | None:
    """One letter, if its company exists for this actor."""
    return session.scalar(
        select(WarningLetter)
        .join(WarningLetter.company)
        .where(WarningLetter.id == letter_id, of_agency(actor, Company.agency_id))
        .options(joinedload(WarningLetter.company), joinedload(WarningLetter.issuer))
    )


def open_letters(session: Session, actor: Actor) -> Sequence[WarningLetter]:
    """The last letter of each open series within reach, the oldest first."""
    rows = session.scalars(
        select(WarningLetter)
        .where(WarningLetter.open.is_(True), of_agency(actor, WarningLetter.agency_id))
        .options(joinedload(WarningLetter.company))
        .order_by(WarningLetter.issued_at, WarningLetter.step)
    ).all()
    return list({row.company_id: row for row in rows}.values())
