"""What waits for each role: a few cheap questions, each answered from an index.

Counts that may be large stop at MOST: a home page says "1,000+" rather than wait for the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldapp.domain.actors import Actor
from fieldapp.domain.findings import Weight
from fieldapp.domain.registrations import Stage
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind
from fieldapp.models.batches import Batch, BatchState
from fieldapp.models.documents import DocumentRow
from fieldapp.models.jobs import PRINTING, Job, JobState
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User, UserSession
from fieldapp.queries.reach import UNSENT, of_agency

MOST: Final = 1000


def returned(session: Session, actor: Actor, *, size: int) -> Sequence[Registration]:
    """What came back to a coordinator's agency and is not mended yet, the latest first."""
    return session.scalars(
        select(Registration)
        .where(Registration.agency_id == actor.agency_id, Registration.stage == Stage.RETURNED)
        .order_by(Registration.changed_at.desc(), Registration.id.desc())
        .limit(size)
    ).all()


@dataclass(frozen=True, slots=True)
class Drafts:
    """A coordinator's own drafts, each count at most MOST."""

    ready: int
    unfinished: int


def drafts(session: Session, actor: Actor) -> Drafts:
    """Own drafts that could be sent, and those that lack something."""
    mine = (
        Registration.agency_id == actor.agency_id,
        Registration.stage == Stage.DRAFT,
        Registration.created_by == actor.id,
    )
    gathered = or_(
        Registration.batch_id.is_(None),
        Registration.batch_id.in_(select(Batch.id).where(Batch.state != BatchState.OPEN)),
    )
    blocked = Registration.worst == Weight.BLOCK
    fit = or_(Registration.worst.is_(None), Registration.worst != Weight.BLOCK)
    return Drafts(_up_to(session, *mine, gathered, fit), _up_to(session, *mine, blocked))


def stage_count(session: Session, actor: Actor, stage: Stage) -> int:
    """How many registrations within reach stand there, at most MOST."""
    return _up_to(session, of_agency(actor, Registration.agency_id), Registration.stage == stage)


def unprinted(session: Session, actor: Actor) -> int:
    """Approved registrations that stand on no paper yet, at most MOST."""
    printed = exists().where(DocumentRow.registration_id == Registration.id)
    return _up_to(
        session,
        of_agency(actor, Registration.agency_id),
        Registration.stage == Stage.APPROVED,
        ~printed,
    )


def jobs(session: Session, actor: Actor, *, size: int) -> Sequence[Job]:
    """Work that waits or runs now, the oldest first."""
    return session.scalars(
        select(Job)
        .where(
            Job.kind == PRINTING,
            of_agency(actor, Job.agency_id),
            Job.state.in_((JobState.WAITING, JobState.RUNNING)),
        )
        .order_by(Job.created_at)
        .limit(size)
    ).all()


def by_agency(session: Session, actor: Actor) -> Mapping[str, Mapping[Stage, int]]:
    """How many registrations of each agency stand where; drafts are nobody's figures.

    The one full count of a home page: read from the index on agency and stage alone.
    """
    rows = session.execute(
        select(Registration.agency_id, Registration.stage, func.count())
        .where(of_agency(actor, Registration.agency_id), Registration.stage.not_in(UNSENT))
        .group_by(Registration.agency_id, Registration.stage)
    )
    counts: dict[UUID, dict[Stage, int]] = {}
    for agency_id, stage, count in rows:
        counts.setdefault(agency_id, {})[stage] = count
    agencies = session.scalars(
        select(Agency)
        .where(
            of_agency(actor, Agency.id),
            Agency.kind != AgencyKind.BRANCH,
            or_(Agency.active.is_(True), Agency.id.in_(counts)),
        )
        .order_by(Agency.name)
    )
    return {agency.name: counts.get(agency.id, {}) for agency in agencies}


@dataclass(frozen=True, slots=True)
class Furnishing:
    """How far an administrator has come; `strangers` have never signed in."""

    agencies: int
    without_categories: Sequence[Agency]
    people: int
    strangers: Sequence[User]
    more_strangers: bool


def furnishing(session: Session, actor: Actor, *, size: int) -> Furnishing:
    """Agencies, people, and what is still missing."""
    working = (
        of_agency(actor, Agency.id),
        Agency.active.is_(True),
        Agency.kind != AgencyKind.BRANCH,
    )
    bare = session.scalars(
        select(Agency)
        .where(*working, ~exists().where(AgencyCategory.agency_id == Agency.id))
        .order_by(Agency.name)
        .limit(size)
    ).all()
    people = (of_agency(actor, User.agency_id), User.active.is_(True))
    strangers = session.scalars(
        select(User)
        .where(*people, ~exists().where(UserSession.user_id == User.id))
        .options(joinedload(User.agency))
        .order_by(User.created_at, User.name, User.id)
        .limit(size + 1)
    ).all()
    return Furnishing(
        agencies=session.scalar(select(func.count()).select_from(Agency).where(*working)) or 0,
        without_categories=bare,
        people=session.scalar(select(func.count()).select_from(User).where(*people)) or 0,
        strangers=strangers[:size],
        more_strangers=len(strangers) > size,
    )


def _up_to(session: Session, *conditions: ColumnElement[bool]) -> int:
    some = select(Registration.id).where(*conditions).limit(MOST).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
