"""Questions about what a clerk wants to print: of whom, how many, who prints the same already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain import card_life
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import CardState
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.press import CARDS, LISTS, DocumentKind, PressOrder, Printed, Sorting
from fieldapp.domain.press import of_the_same as same_paper
from fieldapp.domain.registrations import PRINTABLE
from fieldapp.domain.wita import WITA
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.batches import Batch, Decision, Verdict
from fieldapp.models.cards import Card
from fieldapp.models.documents import Document, DocumentRow
from fieldapp.models.jobs import PRINTING, Job, JobState
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.queries.cards import of_this_number
from fieldapp.queries.reach import of_agency


def chosen_ids(session: Session, actor: Actor, order: PressOrder) -> Sequence[UUID]:
    """The approved rows that an order is for, in its order.

    Of cards: who can be given one now; one that is handed over, spoiled or void is not printed
    again without a reprint.
    """
    ids: Sequence[UUID] = session.scalars(
        _sorted(select(Registration.id).where(*_chosen(actor, order)), order.sorting)
    ).all()
    return ids


def keeper(session: Session, actor: Actor, order: PressOrder) -> UUID:
    """The agency whose paper it is: that of every row, or of who asks when rows are of several.

    Only the branch reaches several, so nobody holds paper of people beyond their reach.
    """
    found = session.scalars(
        select(Registration.agency_id).where(*_chosen(actor, order)).distinct().limit(2)
    ).all()
    return found[0] if len(found) == 1 else actor.agency_id


@dataclass(frozen=True, slots=True)
class Count:
    """How much an order asks for."""

    rows: int
    long_families: frozenset[UUID]
    """Forms that need a second page."""
    unready: int
    """Of cards: approved, but handed over, spoiled, void, or waiting for a second person."""


def count(session: Session, actor: Actor, order: PressOrder, *, family: int) -> Count:
    """How many rows an order is for. family: the most members that stand on a form's first page."""
    chosen = _chosen(actor, order)
    return Count(
        rows=_number(session, chosen),
        long_families=long_families(session, chosen, more_than=family)
        if order.kind is DocumentKind.ENROLMENT_FORM
        else frozenset(),
        unready=_number(session, [*_wanted(actor, order), ~_ready_for_cards()])
        if order.kind in CARDS and order.printed is Printed.ALL
        else 0,
    )


def long_families(
    session: Session, chosen: Sequence[ColumnElement[bool]], *, more_than: int
) -> frozenset[UUID]:
    """Rows with more family members than this.

    The length of what is sealed tells who cannot have so many, so that few have to be opened.
    """
    sealed = Registration.family_sealed
    rows = session.execute(
        select(Registration.id, sealed).where(
            *chosen, func.length(sealed) > (more_than + 1) * LEAST_BYTES_A_MEMBER
        )
    ).all()
    opened = ((row.id, Registration.family.unseal(row.family_sealed, row.id)) for row in rows)
    return frozenset(each for each, family in opened if len(family or ()) > more_than)


LEAST_BYTES_A_MEMBER: Final = len('{"relation":"","name":"","birth_date":"","sex":""}')


def facts_at_hand(session: Session, actor: Actor, order: PressOrder) -> Sequence[Any]:
    """What tells whether a row can be printed, for all of an order at once and in its order."""
    face = (
        select(Photo.id)
        .where(Photo.registration_id == Registration.id, Photo.kind == PhotoKind.FACE)
        .exists()
    )
    row = Registration
    return session.execute(
        _sorted(
            select(
                row.id,
                row.name,
                row.number,
                row.banjar,
                face.label("face"),
                row.village_code.is_not(None).label("village"),
                row.mother_name_sealed,
                row.consent_version.is_not(None).label("consent"),
                (
                    row.income_sealed.is_not(None)
                    & row.starts_on.is_not(None)
                    & row.payer.is_not(None)
                    & row.segment.is_not(None)
                ).label("contribution"),
                row.birth_place,
                row.street.label("address"),
                row.customary_village,
                row.email,
                row.workplace,
                row.work_hours.label("working_hours"),
                row.second_job,
                Agency.name.label("agency"),
                Category.name.label("category"),
            )
            .join(Agency, Agency.id == row.agency_id)
            .outerjoin(Category, Category.id == row.category_id)
            .where(*_chosen(actor, order)),
            order.sorting,
        )
    ).all()


def batches_of(session: Session, actor: Actor, order: PressOrder) -> Sequence[Any]:
    """The batches whose rows an order is for, the newest first: `Batch`, `rows`."""
    return session.execute(
        select(Batch, func.count().label("rows"))
        .join(Registration, Registration.batch_id == Batch.id)
        .where(*_chosen(actor, order))
        .group_by(Batch.id)
        .order_by(Batch.submitted_at.desc(), Batch.id)
    ).all()


def filter_names(session: Session, order: PressOrder) -> list[str]:
    """What the batch, agency and category of an order are called, those that it names."""
    asked = (
        (select(Batch.number).where(Batch.id == order.batch_id), order.batch_id),
        (select(Agency.name).where(Agency.id == order.agency_id), order.agency_id),
        (select(Category.name).where(Category.id == order.category_id), order.category_id),
    )
    found = (session.scalar(question) for question, wanted in asked if wanted)
    return [each for each in found if each]


@dataclass(frozen=True, slots=True)
class Underway:
    """A print that waits or runs, who ordered it, and how many rows it shares with another."""

    job: Job
    order: PressOrder
    by: str
    shared: int = 0


def underway(session: Session, actor: Actor) -> list[Underway]:
    """Prints that wait or run, the oldest first."""
    found = session.execute(
        select(Job, User.name)
        .join(User, User.id == Job.created_by)
        .where(
            Job.kind == PRINTING,
            Job.state.in_([JobState.WAITING, JobState.RUNNING]),
            of_agency(actor, Job.agency_id),
        )
        .order_by(Job.created_at, Job.id)
    )
    return [Underway(job, PressOrder.from_args(job.args), name) for job, name in found]


def printing_the_same(session: Session, actor: Actor, order: PressOrder) -> list[Underway]:
    """Prints under way of the same paper for some of the same people."""
    found = []
    for each in underway(session, actor):
        if not same_paper(each.order.kind, order.kind):
            continue
        both = [*_chosen(actor, order), *_chosen(actor, each.order)]
        shared = _number(session, both)
        if shared:
            found.append(Underway(each.job, each.order, each.by, shared))
    return found


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from: agencies and categories with an approved row, and batches."""

    agencies: Sequence[Agency]
    categories: Sequence[Category]
    batches: Sequence[Batch]


def offer(session: Session, actor: Actor, *, batches: int) -> Offer:
    """What has an approved row, by name; the newest batches first."""
    reached = (Registration.stage.in_(PRINTABLE), of_agency(actor, Registration.agency_id))
    of_batch = select(Registration.id).where(Registration.batch_id == Batch.id, *reached)
    of_house = select(Registration.id).where(Registration.agency_id == Agency.id, *reached)
    of_kind = select(Registration.id).where(Registration.category_id == Category.id, *reached)
    return Offer(
        session.scalars(select(Agency).where(of_house.exists()).order_by(Agency.name)).all(),
        session.scalars(select(Category).where(of_kind.exists()).order_by(Category.name)).all(),
        session.scalars(
            select(Batch)
            .where(of_batch.exists())
            .order_by(Batch.submitted_at.desc(), Batch.id)
            .limit(batches)
        ).all(),
    )


def _chosen(actor: Actor, order: PressOrder) -> list[ColumnElement[bool]]:
    """What must be true of a row that an order is for."""
    found = [*_wanted(actor, order)]
    if order.kind in CARDS:
        found.append(_ready_for_cards())
    return found


def _wanted(actor: Actor, order: PressOrder) -> list[ColumnElement[bool]]:
    """Approved rows within reach that the filters let through, ready or not."""
    row = Registration
    found: list[ColumnElement[bool]] = [
        row.stage.in_(PRINTABLE),
        of_agency(actor, row.agency_id),
    ]
    if order.batch_id:
        found.append(row.batch_id == order.batch_id)
    if order.agency_id:
        found.append(row.agency_id == order.agency_id)
    if order.category_id:
        found.append(row.category_id == order.category_id)
    if order.approved_from:
        found.append(_approved_at() >= _morning(order.approved_from))
    if order.approved_to:
        found.append(_approved_at() < _morning(order.approved_to + timedelta(days=1)))
    if order.kind not in LISTS:
        found += _printed_before(order)
    return found


def _printed_before(order: PressOrder) -> list[ColumnElement[bool]]:
    if order.printed is Printed.ALL:
        return []
    if order.kind in CARDS:
        cards = of_this_number(select(Card.id))
        if order.printed is Printed.AGAIN:
            return [cards.where(Card.copy > 1, Card.state == CardState.ISSUED).exists()]
        return [~cards.where(Card.document_id.is_not(None)).exists()]
    if order.printed is Printed.AGAIN:
        return [false()]
    # What was printed before BPJS sent a row back is not the paper of what was approved since.
    return [
        ~select(DocumentRow.registration_id)
        .join(Document, Document.id == DocumentRow.document_id)
        .where(
            DocumentRow.registration_id == Registration.id,
            Document.kind == order.kind,
            Document.draft.is_(False),
            Document.created_at >= _approved_at(),
        )
        .exists()
    ]


def _ready_for_cards() -> ColumnElement[bool]:
    cards = of_this_number(select(Card.id))
    ready = cards.where(Card.state.in_(card_life.PRINTABLE))
    return or_(~cards.exists(), ready.exists())


def _approved_at() -> ColumnElement[datetime]:
    return (
        select(func.max(Decision.decided_at))
        .where(Decision.registration_id == Registration.id, Decision.verdict == Verdict.APPROVE)
        .correlate(Registration)
        .scalar_subquery()
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), WITA)


def _sorted(question: Any, sorting: Sorting) -> Any:
    row = Registration
    match sorting:
        case Sorting.BANJAR:
            return question.order_by(row.banjar_key, row.sort_name, row.id)
        case Sorting.NAME:
            return question.order_by(row.sort_name, row.id)
        case Sorting.BATCH:
            return question.outerjoin(Batch, Batch.id == row.batch_id).order_by(
                Batch.submitted_at, Batch.id, row.batch_row, row.id
            )


def _number(session: Session, where: Sequence[ColumnElement[bool]]) -> int:
    found = session.scalar(select(func.count(Registration.id)).where(*where))
    return found or 0
