"""Deeds on partner companies: kept, merged; their papers attached and judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from fieldapp.adapters.papers import CleanPaper
from fieldapp.adapters.storage import Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import (
    FIELDS,
    CompanyDeed,
    CompanyEntries,
    CompanyMergedError,
    NibTakenError,
    OneCompanyError,
    OwnPaperError,
    PaperJudgedError,
    fold_company,
)
from fieldapp.domain.errors import OutOfReachError, ReasonMissingError, StaleError
from fieldapp.domain.names import grams
from fieldapp.domain.permissions import Permission
from fieldapp.domain.vocabulary import Programme
from fieldapp.models.companies import (
    Company,
    CompanyGram,
    CompanyMerge,
    CompanyPaper,
    PaperKind,
    PaperState,
)
from fieldapp.queries import companies as queries
from fieldapp.services import audit

PAPER: Final = "company_paper"
"""Kind of stored files."""

_PLAIN: Final = tuple(name for name in FIELDS if name != "contact_phone")


def add(
    session: Session,
    *,
    actor: Actor,
    agency_id: UUID,
    entries: CompanyEntries,
    now: datetime,
    via: str = "page",
) -> Company:
    """Keep a new company; what could not be read is kept as it was typed.

    Raises ForbiddenError, OutOfReachError, NibTakenError.
    """
    actor.must(Permission.COMPANY_EDIT)
    if not (actor.reaches_all or agency_id == actor.agency_id):
        raise OutOfReachError(subject="agency", id=agency_id)
    _check_nib(session, actor, entries, besides=None)
    row = Company(agency_id=agency_id, created_by=actor.id, created_at=now, changed_at=now)
    _fill(row, entries)
    session.add(row)
    session.flush()
    _index(session, row)
    _note(session, actor, "company.add", row, now, via=via)
    return row


def change(
    session: Session,
    *,
    actor: Actor,
    row: Company,
    revision: int,
    entries: CompanyEntries,
    now: datetime,
) -> None:
    """Change what was typed. Raises ForbiddenError, OutOfReachError, CompanyMergedError,
    StaleError, NibTakenError.
    """
    _check_open(row, actor, Permission.COMPANY_EDIT)
    if row.revision != revision:
        raise StaleError(subject="company", id=row.id, expected=revision, found=row.revision)
    _check_nib(session, actor, entries, besides=row.id)
    before = row.name_key
    changed = [name for name, value in entries.values.items() if getattr(row, name) != value]
    _fill(row, entries)
    row.changed_at = now
    session.flush()
    if row.name_key != before:
        _index(session, row)
    _note(session, actor, "company.change", row, now, fields=sorted(changed))


def merge(
    session: Session, *, actor: Actor, kept: Company, merged: Company, reason: str, now: datetime
) -> CompanyMerge:
    """Let one company live on in another. Nothing is deleted: both NIBs lead to the one kept, the
    papers, checks and letters of both are its own, and what it lacked is taken over.

    Raises ForbiddenError, OutOfReachError, OneCompanyError, CompanyMergedError,
    ReasonMissingError.
    """
    for row in (kept, merged):
        _check_open(row, actor, Permission.COMPANY_EDIT)
    if kept.id == merged.id:
        raise OneCompanyError
    if not reason.strip():
        raise ReasonMissingError(move=CompanyDeed.MERGE)
    before = {"kept": _as_it_was(kept), "merged": _as_it_was(merged)}
    entry = CompanyMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        reason=reason.strip()[:300],
        before=before,
        merged_by=actor.id,
        merged_at=now,
    )
    session.add(entry)
    for name in FIELDS:
        # The NIB stays where it is: it leads here by way of the merged row, and is unique.
        if name != "nib" and getattr(kept, name) in (None, "", "000"):
            setattr(kept, name, getattr(merged, name))
    merged.merged_into_id, merged.changed_at, kept.changed_at = kept.id, now, now
    session.flush()
    session.execute(
        update(Company)
        .where(Company.merged_into_id == merged.id)
        .values(merged_into_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    # A search for the other name finds the one that lives on.
    known = set(session.scalars(select(CompanyGram.gram).where(CompanyGram.company_id == kept.id)))
    theirs = set(
        session.scalars(select(CompanyGram.gram).where(CompanyGram.company_id == merged.id))
    )
    _add_grams(session, kept.id, theirs - known)
    _note(session, actor, "company.merge", kept, now, merged=merged.id)
    return entry


def attach(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    row: Company,
    kind: PaperKind,
    cleaned: CleanPaper,
    number: str,
    issued_on: date | None,
    paid_until: date | None,
    programmes: Iterable[Programme],
    now: datetime,
) -> CompanyPaper:
    """Keep a certificate or receipt, sealed, until somebody else has looked at it.

    Raises ForbiddenError, OutOfReachError, CompanyMergedError, StorageFullError.
    """
    _check_open(row, actor, Permission.COMPANY_EDIT)
    named = sorted(set(programmes))
    paper = CompanyPaper(
        company_id=row.id,
        kind=kind,
        number=" ".join(number.split())[:60],
        issued_on=issued_on,
        paid_until=paid_until if kind is PaperKind.RECEIPT else None,
        programmes=[each.value for each in named] if kind is PaperKind.CERTIFICATE else None,
        file=storage.put(cleaned.content, PAPER),
        media_type=cleaned.media_type,
        size=len(cleaned.content),
        pages=cleaned.pages,
        sha256=cleaned.sha256,
        created_by=actor.id,
        created_at=now,
        state=PaperState.WAITING,
    )
    session.add(paper)
    session.flush()
    _note(session, actor, "company.paper", row, now, paper=paper.id, kind=kind)
    return paper


def judge_paper(
    session: Session,
    *,
    actor: Actor,
    paper: CompanyPaper,
    verified: bool,
    reason: str,
    now: datetime,
) -> None:
    """Say that a paper is genuine and says what was typed, or refuse it with a reason.

    Raises ForbiddenError, OutOfReachError, OwnPaperError, PaperJudgedError, ReasonMissingError.
    """
    actor.must(Permission.COMPANY_VERIFY)
    _check_reach(paper.company, actor)
    if paper.created_by == actor.id:
        raise OwnPaperError
    if paper.state is not PaperState.WAITING:
        raise PaperJudgedError(state=paper.state)
    if not verified and not reason.strip():
        raise ReasonMissingError(move=CompanyDeed.REFUSE)
    paper.state = PaperState.VERIFIED if verified else PaperState.REFUSED
    paper.judged_by, paper.judged_at = actor.id, now
    paper.judged_reason = "" if verified else reason.strip()[:300]
    session.flush()
    action = "company.paper_verify" if verified else "company.paper_refuse"
    _note(session, actor, action, paper.company, now, paper=paper.id)


def _check_open(row: Company, actor: Actor, permission: Permission) -> None:
    actor.must(permission)
    _check_reach(row, actor)
    if row.merged_into_id is not None:
        raise CompanyMergedError(company_id=row.merged_into_id)


def _check_reach(row: Company, actor: Actor) -> None:
    if not (actor.reaches_all or row.agency_id == actor.agency_id):
        raise OutOfReachError(subject="company", id=row.id)


def _check_nib(
    session: Session, actor: Actor, entries: CompanyEntries, *, besides: UUID | None
) -> None:
    nib = entries.values.get("nib")
    if not nib:
        return
    other = session.scalar(select(Company).where(Company.nib == nib))
    if other is not None and other.id != besides:
        # Of a company out of reach it is said that its NIB is in use, and nothing more.
        seen = queries.company(session, actor, other.id)
        raise NibTakenError(company_id=seen.id if seen else "")


def _fill(row: Company, entries: CompanyEntries) -> None:
    for name, value in entries.values.items():
        setattr(row, name, value)
    row.unread = dict(entries.unread) or None
    row.name_key = fold_company(row.name)


def _index(session: Session, row: Company) -> None:
    session.execute(delete(CompanyGram).where(CompanyGram.company_id == row.id))
    _add_grams(session, row.id, grams(row.name_key))


def _add_grams(session: Session, company_id: UUID, pieces: Iterable[str]) -> None:
    rows = [{"gram": piece, "company_id": company_id} for piece in sorted(pieces)]
    if rows:
        session.execute(insert(CompanyGram), rows)


def _as_it_was(row: Company) -> Mapping[str, Any]:
    """The facts of a company, but for the telephone number of a person."""
    return {name: getattr(row, name) for name in _PLAIN}


def _note(
    session: Session, actor: Actor, action: str, row: Company, now: datetime, **facts: object
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="company",
        subject_id=row.id,
        now=now,
        **facts,
    )
