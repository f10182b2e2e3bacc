"""Questions about phones: what was received of each, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.intake import gaps
from fieldapp.domain.wita import day_of
from fieldapp.models.devices import Device, Intake, LookUpDay
from fieldapp.queries.reach import of_agency

MOST_MISSING: Final = 200


def device(session: Session, actor: Actor, device_id: UUID) -> Device | None:
    """One phone, if it exists for this actor."""
    return session.scalar(
        select(Device).where(Device.id == device_id, of_agency(actor, Device.agency_id))
    )


def missing(session: Session, device: Device, *, most: int = MOST_MISSING) -> list[int]:
    """The numbers that the phone has given and the server does not hold, the lowest first."""
    held = session.scalars(
        select(Intake.sequence)
        .where(Intake.device_id == device.id)
        .distinct()
        .order_by(Intake.sequence)
    )
    return gaps(held, upto=device.minted, most=most)


def receipts(
    session: Session, device_id: UUID, *, after: int, size: int
) -> tuple[Sequence[Intake], bool]:
    """What was received of a phone behind a number, in order; and whether there is more."""
    rows = session.scalars(
        select(Intake)
        .where(Intake.device_id == device_id, Intake.sequence > after)
        .order_by(Intake.sequence, Intake.subject_id)
        .limit(size + 1)
    ).all()
    return rows[:size], len(rows) > size


@dataclass(frozen=True, slots=True)
class Standing:
    """A phone and how it stands: how many of its numbers are not here, how often it asked."""

    device: Device
    missing: int
    asked: int


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Some phones, and the key of the next page; None where there is none."""

    rows: Sequence[Standing]
    next: UUID | None = None


def behind_first(
    session: Session,
    actor: Actor,
    *,
    size: int,
    after: UUID | None = None,
    only_behind: bool = False,
    since: datetime,
) -> DevicePage:
    """Phones, those that lack most first; then those that were silent longest.

    since: the time from which look-ups of the duplicate filter are counted.
    """
    held = (
        select(Intake.device_id, func.count(Intake.sequence.distinct()).label("held"))
        .group_by(Intake.device_id)
        .subquery()
    )
    lacking = (Device.minted - func.coalesce(held.c.held, 0)).label("lacking")
    found = (
        select(Device, lacking)
        .outerjoin(held, held.c.device_id == Device.id)
        .where(of_agency(actor, Device.agency_id))
        .options(joinedload(Device.user), joinedload(Device.agency))
    )
    if only_behind:
        found = found.where(lacking > 0)
    edge = session.execute(found.where(Device.id == after)).first() if after else None
    if edge is not None:
        last, lacks = edge
        found = found.where(
            or_(
                lacking < lacks,
                and_(lacking == lacks, Device.seen_at > last.seen_at),
                and_(lacking == lacks, Device.seen_at == last.seen_at, Device.id > last.id),
            )
        )
    rows = session.execute(
        found.order_by(lacking.desc(), Device.seen_at, Device.id).limit(size + 1)
    ).all()
    shown = rows[:size]
    asked = _asked(session, [each.id for each, _lacks in shown], since)
    standings = [Standing(each, max(0, lacks), asked.get(each.id, 0)) for each, lacks in shown]
    return DevicePage(standings, shown[-1][0].id if len(rows) > size else None)


def _asked(session: Session, ids: Sequence[UUID], since: datetime) -> Mapping[UUID, int]:
    rows = session.execute(
        select(LookUpDay.device_id, func.sum(LookUpDay.asked))
        .where(LookUpDay.device_id.in_(ids), LookUpDay.day >= day_of(since))
        .group_by(LookUpDay.device_id)
    )
    return {device_id: int(asked) for device_id, asked in rows}
