"""Questions about registrations, each scoped by who asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.likeness import likeness
from fieldapp.domain.names import fold, grams
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.models.agencies import Agency, AgencyCategory, Category
from fieldapp.models.batches import Batch
from fieldapp.models.registrations import FindingConfirmation, NameGram, Registration
from fieldapp.queries.reach import UNSENT, of_agency, of_registrations


def registration(session: Session, actor: Actor, registration_id: UUID) -> Registration | None:
    """One registration, if it exists for this actor."""
    return session.scalar(
        select(Registration).where(Registration.id == registration_id, of_registrations(actor))
    )


def within_reach(row: Registration, actor: Actor) -> bool:
    """The same rule as `reach.of_registrations`, on a row that is already here."""
    if not (actor.reaches_all or row.agency_id == actor.agency_id):
        return False
    return actor.role is Role.COORDINATOR or row.stage not in UNSENT


def confirmations(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Reasons by finding key, by registration."""
    found: dict[UUID, dict[str, str]] = {each: {} for each in ids}
    for start in range(0, len(ids), 500):
        rows = session.scalars(
            select(FindingConfirmation).where(
                FindingConfirmation.registration_id.in_(ids[start : start + 500])
            )
        )
        for row in rows:
            found[row.registration_id][row.code] = row.reason
    return found


def counts_by_stage(session: Session, actor: Actor) -> dict[Stage, int]:
    """How many registrations stand where, of those that the actor reaches."""
    rows = session.execute(
        select(Registration.stage, func.count().label("rows"))
        .where(of_registrations(actor))
        .group_by(Registration.stage)
    )
    return {row.stage: row.rows for row in rows}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for. text: a name, a NIK or its last four digits, a banjar, a number."""

    text: str = ""
    stage: Stage | None = None
    category_id: UUID | None = None
    agency_id: UUID | None = None
    own_only: bool = False
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the keys of the pages before and after; None where there is none."""

    rows: Sequence[Registration]
    previous: str | None = None
    next: str | None = None
    more: bool = False
    """Of a search by name: there are more, and only a better question finds them."""


CLOSE_ENOUGH: Final = 0.5
"""How alike a name must be to be shown; the nearest stand first."""

CANDIDATES: Final = 300
"""How many names that share pieces with the question are compared letter by letter."""


def search(session: Session, actor: Actor, criteria: Criteria, *, size: int, key: str = "") -> Page:
    """One page of the registrations that the actor reaches.

    key: as a page named its neighbours; a key that cannot be read is the first page. Without a
    text, rows come by their last change or by name; a name finds its nearest spellings first.
    """
    scope = _scope(actor, criteria)
    text = " ".join(criteria.text.split())
    if not text:
        return _page(session, scope, criteria, size, key)
    exact = _exact(text)
    if exact is not None:
        return _page(session, and_(scope, exact), criteria, size, key)
    return _nearest(session, scope, fold(text), size)


def _scope(actor: Actor, criteria: Criteria) -> ColumnElement[bool]:
    conditions = [of_registrations(actor)]
    if criteria.stage:
        conditions.append(Registration.stage == criteria.stage)
    if criteria.category_id:
        conditions.append(Registration.category_id == criteria.category_id)
    if criteria.agency_id:
        conditions.append(Registration.agency_id == criteria.agency_id)
    if criteria.own_only:
        conditions.append(Registration.created_by == actor.id)
    return and_(*conditions)


def _exact(text: str) -> ColumnElement[bool] | None:
    """What names one thing: a NIK, its tail, a number, a banjar said to be one."""
    digits = re.sub(r"[\s.-]", "", text)
    if re.fullmatch("[0-9]{16}", digits):
        return Registration.nik.equals(digits)
    if re.fullmatch("[0-9]{4}", digits):
        return Registration.nik.ends_with(digits)
    if re.search("[0-9]", text):
        batch = select(Batch.id).where(Batch.number == text.upper())
        return or_(Registration.number == text.upper(), Registration.batch_id.in_(batch))
    if banjar := re.fullmatch(r"(?:br|banjar)\b\.?\s*(.+)", text, re.IGNORECASE):
        return _in_banjar(banjar[1])
    return None


def _in_banjar(text: str) -> ColumnElement[bool]:
    key = fold(text)
    return or_(
        Registration.banjar_key.startswith(key, autoescape=True),
        Registration.banjar_key.startswith(f"br {key}", autoescape=True),
        Registration.banjar_key.startswith(f"banjar {key}", autoescape=True),
    )


def _nearest(session: Session, scope: ColumnElement[bool], key: str, size: int) -> Page:
    """Names by their likeness, then those whose banjar begins so."""
    pieces = sorted(grams(key))
    shared = func.count().label("shared")
    found = session.execute(
        select(Registration.id, Registration.name_key, shared)
        .join(NameGram, NameGram.registration_id == Registration.id)
        .where(scope, NameGram.gram.in_(pieces))
        .group_by(Registration.id, Registration.name_key)
        .having(shared >= max(1, len(pieces) // 2))
        .order_by(shared.desc(), Registration.id)
        .limit(CANDIDATES)
    ).all()
    scored = sorted(
        ((likeness(name_key, key), row_id) for row_id, name_key, _shared in found),
        key=lambda pair: (-pair[0], pair[1]),
    )
    ids = [row_id for score, row_id in scored if score >= CLOSE_ENOUGH]
    ids += [
        row_id
        for row_id in session.scalars(
            select(Registration.id)
            .where(scope, _in_banjar(key))
            .order_by(Registration.sort_name, Registration.id)
            .limit(size)
        )
        if row_id not in ids
    ]
    by_id = {
        row.id: row for row in session.scalars(_shown().where(Registration.id.in_(ids[:size])))
    }
    return Page([by_id[each] for each in ids[:size]], more=len(ids) > size)


def _page(
    session: Session, scope: ColumnElement[bool], criteria: Criteria, size: int, key: str
) -> Page:
    """Rows after or before a key, without counting or skipping what lies between."""
    column: InstrumentedAttribute[Any] = (
        Registration.sort_name if criteria.by_name else Registration.changed_at
    )
    newest_first = not criteria.by_name
    place = _read_key(key, criteria)
    backwards = place is not None and place[0] == "<"
    falling = newest_first is not backwards
    found = _shown().where(scope)
    if place is not None:
        _way, value, row_id = place
        beyond = column < value if falling else column > value
        further = Registration.id < row_id if falling else Registration.id > row_id
        found = found.where(or_(beyond, and_(column == value, further)))
    order = (column.desc(), Registration.id.desc()) if falling else (column, Registration.id)
    rows = list(session.scalars(found.order_by(*order).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_previous = more if backwards else place is not None
    has_next = True if backwards else more
    return Page(
        rows,
        previous=_key("<", rows[0], criteria) if has_previous else None,
        next=_key(">", rows[-1], criteria) if has_next else None,
    )


def _key(way: str, row: Registration, criteria: Criteria) -> str:
    value = row.sort_name if criteria.by_name else row.changed_at.isoformat()
    return f"{way}{row.id}{value}"


def _read_key(key: str, criteria: Criteria) -> tuple[str, Any, UUID] | None:
    if len(key) < 37 or key[0] not in "<>":
        return None
    try:
        row_id = UUID(key[1:37])
        value = key[37:] if criteria.by_name else datetime.fromisoformat(key[37:])
    except ValueError:
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return None
    return key[0], value, row_id


def _shown() -> Select[Registration]:
    return select(Registration).options(
        joinedload(Registration.category),
        joinedload(Registration.agency),
        joinedload(Registration.batch),
    )


def terms_of_agency(session: Session, agency_id: UUID) -> Sequence[AgencyCategory]:
    """The categories that an agency supervises now, in order of name."""
    return session.scalars(
        select(AgencyCategory)
        .join(Category)
        .where(
            AgencyCategory.agency_id == agency_id,
            AgencyCategory.active.is_(True),
            Category.active.is_(True),
        )
        .options(joinedload(AgencyCategory.category))
        .order_by(Category.name)
    ).all()


def categories_within_reach(session: Session, actor: Actor) -> Sequence[Category]:
    """The categories that the actor's agency supervises; all of them for the branch."""
    found = select(Category).order_by(Category.name)
    if not actor.reaches_all:
        mine = select(AgencyCategory.category_id).where(AgencyCategory.agency_id == actor.agency_id)
        found = found.where(Category.id.in_(mine))
    return session.scalars(found).all()


def agencies_within_reach(session: Session, actor: Actor) -> Sequence[Agency]:
    """Every agency for the branch, the actor's own otherwise."""
    return session.scalars(
        select(Agency).where(of_agency(actor, Agency.id)).order_by(Agency.name)
    ).all()
