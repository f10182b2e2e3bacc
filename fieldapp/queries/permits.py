"""Questions about permit checks, and the facts that a company is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.permits import Outcome, Paper, PermitFacts
from fieldapp.domain.vocabulary import Programme
from fieldapp.models.companies import Company, CompanyPaper, PaperKind, PaperState
from fieldapp.models.permits import ApiAnswer, PermitCheck, PermitOverride
from fieldapp.queries import companies
from fieldapp.queries.reach import of_agency


def facts_of(session: Session, company: Company, *, today: date) -> PermitFacts:
    """What is known about a company today, the papers of those merged into it included."""
    papers = companies.papers(session, companies.family_ids(session, company.id))
    certificates = _of_kind(papers, PaperKind.CERTIFICATE)
    receipts = _of_kind(papers, PaperKind.RECEIPT)
    # Papers come newest first: the newest verified certificate names the programmes held now.
    held = next((each for each in certificates if each.state is PaperState.VERIFIED), None)
    paid = [
        each.paid_until
        for each in receipts
        if each.state is PaperState.VERIFIED and each.paid_until is not None
    ]
    return PermitFacts(
        today=today,
        scale=company.scale,
        certificate=_standing(certificates),
        certificate_number=held.number if held else "",
        programmes=frozenset(Programme(each) for each in held.programmes)
        if held and held.programmes
        else None,
        receipt=_standing(receipts),
        paid_until=max(paid, default=None),
        workers_declared=company.workers_declared,
        workers_enrolled=company.workers_enrolled,
    )


def _of_kind(papers: Sequence[CompanyPaper], kind: PaperKind) -> list[CompanyPaper]:
    return [each for each in papers if each.kind is kind and each.state is not PaperState.REFUSED]


def _standing(papers: Sequence[CompanyPaper]) -> Paper:
    if any(each.state is PaperState.VERIFIED for each in papers):
        return Paper.VERIFIED
    return Paper.WAITING if papers else Paper.MISSING


def check(session: Session, actor: Actor, check_id: UUID) -> PermitCheck | None:
    """One check, if it exists for this actor."""
    return session.scalar(
        _whole().where(PermitCheck.id == check_id, of_agency(actor, PermitCheck.agency_id))
    )


def check_by_number(session: Session, actor: Actor, number: str) -> PermitCheck | None:
    """The check of a number as it is printed."""
    return session.scalar(
        _whole().where(PermitCheck.number == number, of_agency(actor, PermitCheck.agency_id))
    )


def check_by_code(session: Session, code: bytes) -> PermitCheck | None:
    """The check of a code that was scanned: the code is the right to ask."""
    return session.scalar(_whole().where(PermitCheck.code == code))


def checks_of(
    session: Session, actor: Actor, company_ids: Sequence[UUID], *, limit: int
) -> Sequence[PermitCheck]:
    """The checks of a company and of those merged into it, the newest first."""
    return session.scalars(
        _whole()
        .where(PermitCheck.company_id.in_(company_ids), of_agency(actor, PermitCheck.agency_id))
        .order_by(PermitCheck.checked_at.desc(), PermitCheck.id.desc())
        .limit(limit)
    ).all()


def checks_page(
    session: Session,
    actor: Actor,
    *,
    unsettled: bool,
    after: UUID | None,
    rows: int,
) -> tuple[Sequence[PermitCheck], bool]:
    """Checks, the newest first; unsettled: only those not fit that nobody has let pass."""
    scope = [of_agency(actor, PermitCheck.agency_id)]
    if unsettled:
        scope.append(PermitCheck.outcome == Outcome.NOT_FIT)
        scope.append(~PermitCheck.override.has())
    place = session.get(PermitCheck, after) if after else None
    if place is not None:
        scope.append(
            tuple_(PermitCheck.checked_at, PermitCheck.id) < tuple_(place.checked_at, place.id)
        )
    found = session.scalars(
        _whole()
        .where(*scope)
        .order_by(PermitCheck.checked_at.desc(), PermitCheck.id.desc())
        .limit(rows + 1)
    ).all()
    return found[:rows], len(found) > rows


def answer_of(session: Session, token_id: UUID, key: str) -> ApiAnswer | None:
    """What was answered to an idempotency key."""
    return session.get(ApiAnswer, (token_id, key))


def _whole() -> Select[PermitCheck]:
    return select(PermitCheck).options(
        joinedload(PermitCheck.checker),
        joinedload(PermitCheck.override).joinedload(PermitOverride.supervisor),
    )


def unsettled_count(session: Session, actor: Actor, *, since: datetime, most: int) -> int:
    """How many checks since a moment were not fit and nobody has let pass, counted up to a most."""
    some = (
        select(PermitCheck.id)
        .where(
            of_agency(actor, PermitCheck.agency_id),
            PermitCheck.checked_at >= since,
            PermitCheck.outcome == Outcome.NOT_FIT,
            ~PermitCheck.override.has(),
        )
        .limit(most)
    )
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
