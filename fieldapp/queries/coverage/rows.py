"""The registrations behind a figure, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import (
    Area,
)
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Segment
from fieldapp.models.registrations import Registration
from fieldapp.queries.coverage.asks import BRANCH, lives_in
from fieldapp.queries.reach import of_registrations

STAGES: Final = (
    Stage.ENROLLED, Stage.SENT, Stage.APPROVED, Stage.SUBMITTED, Stage.RETURNED, Stage.ENDED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowAsk:
    """Which rows: of a stage, and where wanted of an agency, a category, an area."""

    stage: Stage
    area: Area = BRANCH
    agency_id: UUID | None = None
    category_id: UUID | None = None
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows, and the key of the page after; None on the last."""

    rows: Sequence[Registration]
    next: tuple[str, UUID] | None


def rows(
    session: Session, actor: Actor, ask: RowAsk, *, size: int, after: Registration | None
) -> RowPage:
    """Registrations within reach, the last changed first.

    after: the last row of the page before.
    """
    found = session.scalars(_rows(actor, ask, after).limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    return RowPage(found[:size], (last.changed_at.isoformat(), last.id) if last else None)


def _rows(actor: Actor, ask: RowAsk, after: Registration | None) -> Select[Registration]:
    asked = (
        select(Registration)
        .where(of_registrations(actor), Registration.stage == ask.stage)
        .options(
            joinedload(Registration.agency),
            joinedload(Registration.category),
            joinedload(Registration.creator),
            joinedload(Registration.village),
        )
        .order_by(Registration.changed_at.desc(), Registration.id.desc())
    )
    if ask.agency_id:
        asked = asked.where(Registration.agency_id == ask.agency_id)
    if ask.category_id:
        asked = asked.where(Registration.category_id == ask.category_id)
    if ask.segment:
        asked = asked.where(Registration.segment == ask.segment)
    if not ask.area.is_branch:
        asked = asked.where(lives_in(Registration.village_code, ask.area))
    if after is not None:
        asked = asked.where(
            or_(
                Registration.changed_at < after.changed_at,
                and_(Registration.changed_at == after.changed_at, Registration.id < after.id),
            )
        )
    return asked
