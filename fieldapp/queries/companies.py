"""Questions about partner companies: found by name, misspelt too, by NIB, NPP or NPWP."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import alike, fold_company
from fieldapp.domain.likeness import folded_likeness
from fieldapp.domain.names import grams
from fieldapp.domain.vocabulary import Scale
from fieldapp.models.companies import Company, CompanyGram, CompanyMerge, CompanyPaper, PaperState
from fieldapp.queries.reach import of_agency

COMMON: Final = 800
"""A piece that so many names share says little; rarer ones are asked first."""
PIECES: Final = 4
CANDIDATES: Final = 60
MANY: Final = 12
"""Candidates for each of many names."""
CLOSE_ENOUGH: Final = 0.55

_NUMBER: Final = re.compile(r"[0-9A-Z]{6,16}")


def company(session: Session, actor: Actor, company_id: UUID) -> Company | None:
    """One company, merged or not, if it exists for this actor."""
    return session.scalar(
        select(Company).where(Company.id == company_id, of_agency(actor, Company.agency_id))
    )


def living(session: Session, row: Company) -> Company:
    """The company itself, or the one that it lives on in; merges are kept one step deep."""
    if row.merged_into_id is None:
        return row
    return session.get_one(Company, row.merged_into_id)


def family_ids(session: Session, company_id: UUID) -> list[UUID]:
    """The company and those merged into it: whatever was recorded about any of them counts."""
    merged = session.scalars(select(Company.id).where(Company.merged_into_id == company_id))
    return [company_id, *merged]


def by_number(session: Session, actor: Actor, text: str) -> Sequence[Company]:
    """Companies of a NIB, NPP (with or without its division) or NPWP; merged ones lead on."""
    number = re.sub(r"[\s.\-/]", "", text).upper()
    if not _NUMBER.fullmatch(number):
        return ()
    reach = of_agency(actor, Company.agency_id)
    wanted = or_(
        Company.nib == number,
        Company.npwp == number,
        Company.npp == number,
        and_(Company.npp == number[:-3], Company.division == number[-3:]),
    )
    found = session.scalars(select(Company).where(reach, wanted).limit(CANDIDATES))
    unique = {one.id: one for one in (living(session, row) for row in found)}
    return [one for one in unique.values() if actor.reaches_all or one.agency_id == actor.agency_id]


def search(session: Session, actor: Actor, text: str, *, limit: int) -> Sequence[Company]:
    """The companies that are meant, the likeliest first: by number, else by name."""
    if found := by_number(session, actor, text):
        return found[:limit]
    key = fold_company(text)
    if not key:
        return ()
    scored = _nearest(session, of_agency(actor, Company.agency_id), key, limit)
    rows = {
        row.id: row
        for row in session.scalars(select(Company).where(Company.id.in_(scored[:limit])))
    }
    return [rows[each] for each in scored[:limit] if each in rows]


def look_alikes(
    session: Session, actor: Actor, *, name: str, npp: str | None, besides: UUID | None
) -> Sequence[Company]:
    """Living companies within reach that may be the same: by name, or by NPP."""
    key = fold_company(name)
    reach = of_agency(actor, Company.agency_id)
    near = [each for each in _nearest(session, reach, key, 12) if each != besides]
    rows = session.scalars(
        select(Company).where(
            reach,
            Company.merged_into_id.is_(None),
            Company.id.in_(near) if npp is None else or_(Company.id.in_(near), Company.npp == npp),
        )
    ).all()
    found = [
        row
        for row in rows
        if row.id != besides and (alike(row.name_key, key) or (npp and row.npp == npp))
    ]
    return sorted(found, key=lambda row: (-folded_likeness(row.name_key, key), row.name_key))


def look_alikes_of_many(
    session: Session, actor: Actor, keys: Collection[str]
) -> Mapping[str, Sequence[tuple[UUID, str]]]:
    """For each folded name the living companies (id, name) within reach that look like it.

    In a few questions for thousands of names; those alike share at least one of their rarest
    pieces, as in `look_alikes`.
    """
    pieces = {key: grams(key) for key in keys}
    every = sorted(set().union(*pieces.values()))
    common: dict[str, int] = {}
    for some in _chunks(every):
        counted = (
            select(CompanyGram.gram, func.count())
            .where(CompanyGram.gram.in_(some))
            .group_by(CompanyGram.gram)
        )
        common.update((gram, count) for gram, count in session.execute(counted))
    rarest = {
        key: sorted((each for each in found if each in common), key=lambda g: (common[g], g))
        for key, found in pieces.items()
    }
    asked = {key: found[:PIECES] for key, found in rarest.items() if found}
    holders: dict[str, set[UUID]] = {}
    rare = {each for found in asked.values() for each in found if common[each] <= COMMON}
    for some in _chunks(sorted(rare)):
        rows = select(CompanyGram.gram, CompanyGram.company_id).where(CompanyGram.gram.in_(some))
        for gram, company_id in session.execute(rows):
            holders.setdefault(gram, set()).add(company_id)
    near: dict[str, list[UUID]] = {}
    for key, found in asked.items():
        shared = Counter(each for gram in found for each in holders.get(gram, ()))
        near[key] = [each for each, _count in shared.most_common(MANY)]
    named: dict[UUID, tuple[str, str]] = {}
    for ids in _chunks(sorted({each for found in near.values() for each in found})):
        living_ones = select(Company.id, Company.name_key, Company.name).where(
            of_agency(actor, Company.agency_id),
            Company.merged_into_id.is_(None),
            Company.id.in_(ids),
        )
        named.update({row.id: (row.name_key, row.name) for row in session.execute(living_ones)})
    return {
        key: [
            (each, named[each][1]) for each in found if each in named and alike(named[each][0], key)
        ]
        for key, found in near.items()
    }


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[at : at + 500] for at in range(0, len(values), 500)]


def _nearest(session: Session, reach: ColumnElement[bool], key: str, limit: int) -> list[UUID]:
    """Names that begin so, then those that share rare pieces, re-scored by likeness.

    Only as much is read as is needed: how common a piece is, is counted up to COMMON, and the
    rarest few pieces find the candidates, so that "bali jaya" costs no more than "xylofon".
    """
    # Merged rows are few and left out here: asked for in SQL, SQLite would walk that index whole.
    begin = session.execute(
        select(Company.id, Company.name_key, Company.merged_into_id)
        .where(reach, Company.name_key >= key, Company.name_key < key + "\U0010ffff")
        .order_by(Company.name_key, Company.id)
        .limit(limit * 2)
    ).all()
    found = {row.id: 2.0 - len(row.name_key) / 1000 for row in begin if row.merged_into_id is None}
    if len(found) < limit and (pieces := _rare_pieces(session, key)):
        shared = func.count().label("shared")
        near = (
            select(CompanyGram.company_id, shared)
            .where(CompanyGram.gram.in_(pieces))
            .group_by(CompanyGram.company_id)
            .order_by(shared.desc(), CompanyGram.company_id)
            .limit(CANDIDATES * 4)
            .subquery()
        )
        rows = session.execute(
            select(Company.id, Company.name_key, Company.merged_into_id)
            .join(near, near.c.company_id == Company.id)
            .where(reach)
            .order_by(near.c.shared.desc(), Company.id)
            .limit(CANDIDATES)
        )
        for row_id, name_key, merged_into_id in rows:
            score = folded_likeness(name_key, key)
            if score >= CLOSE_ENOUGH and merged_into_id is None:
                found.setdefault(row_id, score)
    return sorted(found, key=lambda each: (-found[each], each.hex))[:limit]


def _rare_pieces(session: Session, key: str) -> list[str]:
    pieces = sorted(grams(key))[:40]
    if not pieces:
        return []
    counts = union_all(
        *(
            select(literal(piece).label("gram"), func.count().label("rows")).select_from(
                select(CompanyGram.company_id)
                .where(CompanyGram.gram == piece)
                .limit(COMMON)
                .subquery()
            )
            for piece in pieces
        )
    )
    counted = sorted((row.rows, row.gram) for row in session.execute(counts) if row.rows)
    return [gram for _count, gram in counted[:PIECES]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the list is asked for."""

    text: str = ""
    area_code: str = ""
    scale: Scale | None = None
    agency_id: UUID | None = None


def page(
    session: Session, actor: Actor, wanted: Criteria, *, after: UUID | None, rows: int
) -> tuple[Sequence[Company], bool]:
    """Living companies by name, so many after one of them; and whether there are more."""
    scope = [of_agency(actor, Company.agency_id), Company.merged_into_id.is_(None)]
    if wanted.area_code:
        scope.append(Company.area_code == wanted.area_code)
    if wanted.scale is not None:
        scope.append(Company.scale == wanted.scale)
    if wanted.agency_id is not None:
        scope.append(Company.agency_id == wanted.agency_id)
    if wanted.text:
        found = search(session, actor, wanted.text, limit=rows)
        ids = [row.id for row in found]
        kept = set(session.scalars(select(Company.id).where(Company.id.in_(ids), *scope)))
        return [row for row in found if row.id in kept], False
    place = session.get(Company, after) if after else None
    if place is not None:
        scope.append(tuple_(Company.name_key, Company.id) > tuple_(place.name_key, place.id))
    found_rows = session.scalars(
        select(Company)
        .where(*scope)
        .options(joinedload(Company.agency))
        .order_by(Company.name_key, Company.id)
        .limit(rows + 1)
    ).all()
    return found_rows[:rows], len(found_rows) > rows


def papers(session: Session, company_ids: Collection[UUID]) -> Sequence[CompanyPaper]:
    """Every paper of a company and of those merged into it, the newest first."""
    return session.scalars(
        select(CompanyPaper)
        .where(CompanyPaper.company_id.in_(company_ids))
        .options(joinedload(CompanyPaper.creator), joinedload(CompanyPaper.judge))
        .order_by(CompanyPaper.created_at.desc(), CompanyPaper.id)
    ).all()


def paper(session: Session, actor: Actor, paper_id: UUID) -> CompanyPaper | None:
    """One paper, if its company exists for this actor."""
    return session.scalar(
        select(CompanyPaper)
        .join(CompanyPaper.company)
        .where(CompanyPaper.id == paper_id, of_agency(actor, Company.agency_id))
    )


def waiting_papers(session: Session, actor: Actor, *, limit: int) -> Sequence[CompanyPaper]:
    """Papers that somebody other than the actor put in and nobody has judged, the oldest first."""
    return session.scalars(
        select(CompanyPaper)
        .join(CompanyPaper.company)
        .where(
            CompanyPaper.state == PaperState.WAITING,
            CompanyPaper.created_by != actor.id,
            of_agency(actor, Company.agency_id),
        )
        .options(joinedload(CompanyPaper.company), joinedload(CompanyPaper.creator))
        .order_by(CompanyPaper.created_at, CompanyPaper.id)
        .limit(limit)
    ).all()


def merges(session: Session, company_id: UUID) -> Sequence[CompanyMerge]:
    """What was merged into a company, the newest first."""
    return session.scalars(
        select(CompanyMerge)
        .where(
            or_(
                CompanyMerge.kept_id == company_id,
                CompanyMerge.merged_id.in_(
                    select(Company.id).where(Company.merged_into_id == company_id)
                ),
            )
        )
        .order_by(CompanyMerge.merged_at.desc())
    ).all()
