"""Deeds of coverage: enter figures and targets, and keep the totals of registrations right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.coverage import KINDS, Area, Indicator, Period
from fieldapp.domain.coverage_file import FileRow
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.wita import day_of
from fieldapp.models.coverage import CoverageTotal, EnrolmentDay, Mark, OfficialFigure, Target
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, numbers

NOBODY: Final = UUID(int=0)
CHUNK: Final = 5_000


class Entered(Enum):
    """What entering a figure did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom a target is; nothing means everybody in the area."""

    area: Area
    agency_id: UUID | None = None
    category_id: UUID | None = None
    segment: Segment | None = None


def enter_figure(
    session: Session,
    *,
    actor: Actor | None,
    indicator: Indicator,
    area: Area,
    period: Period,
    value: int,
    source: str,
    now: datetime,
) -> Entered:
    """Enter what was realised as others published it; another value supersedes the one before.

    actor: None from the command line. Raises ForbiddenError.
    """
    _may_enter(actor)
    before = session.scalar(
        select(OfficialFigure)
        .where(
            OfficialFigure.indicator == indicator,
            OfficialFigure.area_code == area.code,
            OfficialFigure.period_from == period.first,
            OfficialFigure.period_to == period.last,
            OfficialFigure.superseded_at.is_(None),
        )
        .with_for_update()
    )
    if before is not None and (before.value, before.source) == (value, source):
        return Entered.SAME
    figure = OfficialFigure(
        id=uuid4(),
        indicator=indicator,
        kind=KINDS[indicator],
        area_code=area.code,
        period_from=period.first,
        period_to=period.last,
        value=value,
        source=source,
        entered_by=actor.id if actor else None,
        entered_at=now,
    )
    return _supersede(session, actor, before, figure, "official_figure", now)


def enter_target(
    session: Session,
    *,
    actor: Actor | None,
    indicator: Indicator,
    scope: Scope,
    period: Period,
    value: int,
    source: str,
    now: datetime,
) -> Entered:
    """Enter a target; another value for the same supersedes the one before.

    actor: None from the command line. Raises ForbiddenError.
    """
    _may_enter(actor)
    key = _key(indicator, scope, period)
    before = session.scalar(
        select(Target).where(Target.key == key, Target.superseded_at.is_(None)).with_for_update()
    )
    if before is not None and (before.value, before.source) == (value, source):
        return Entered.SAME
    target = Target(
        id=uuid4(),
        key=key,
        indicator=indicator,
        kind=KINDS[indicator],
        area_code=scope.area.code,
        agency_id=scope.agency_id,
        category_id=scope.category_id,
        segment=scope.segment,
        period_from=period.first,
        period_to=period.last,
        value=value,
        source=source,
        entered_by=actor.id if actor else None,
        entered_at=now,
    )
    return _supersede(session, actor, before, target, "target", now)


def import_rows(
    session: Session, *, actor: Actor | None, rows: Iterable[FileRow], now: datetime
) -> Counter[Entered]:
    """Enter the figures and targets of a file; the same file again changes nothing."""
    done: Counter[Entered] = Counter()
    for row in rows:
        if row.realised is not None:
            done[
                enter_figure(
                    session,
                    actor=actor,
                    indicator=row.indicator,
                    area=row.area,
                    period=row.period,
                    value=row.realised,
                    source=row.source,
                    now=now,
                )
            ] += 1
        if row.target:
            done[
                enter_target(
                    session,
                    actor=actor,
                    indicator=row.indicator,
                    scope=Scope(row.area),
                    period=row.target_period,
                    value=row.target,
                    source=row.source,
                    now=now,
                )
            ] += 1
    return done


def _may_enter(actor: Actor | None) -> None:
    if actor is not None:
        actor.must(Permission.TARGET_MANAGE)


def _key(indicator: Indicator, scope: Scope, period: Period) -> str:
    parts = (
        indicator.value,
        scope.area.code,
        scope.agency_id.hex if scope.agency_id else "",
        scope.category_id.hex if scope.category_id else "",
        scope.segment.value if scope.segment else "",
        period.first.isoformat(),
        period.last.isoformat(),
    )
    return "|".join(parts)


def _supersede(
    session: Session,
    actor: Actor | None,
    before: OfficialFigure | Target | None,
    after: OfficialFigure | Target,
    subject: str,
    now: datetime,
) -> Entered:
    if before is not None:
        before.superseded_at = now
        session.flush()  # the present one leaves its place before the next one takes it
    session.add(after)
    audit.record(
        session,
        actor=actor,
        action=f"{subject}.enter",
        subject=subject,
        subject_id=after.id,
        now=now,
        indicator=after.indicator,
        area=after.area_code,
        value=after.value,
        before=before.value if before else None,
    )
    return Entered.CHANGED if before else Entered.NEW


# Kept totals

KEY: Final = (
    CoverageTotal.agency_id,
    CoverageTotal.category_id,
    CoverageTotal.coordinator_id,
    CoverageTotal.mark,
    CoverageTotal.district_code,
    CoverageTotal.day,
)
Key = tuple[UUID, UUID, UUID, Mark, str, date]
_FOLDING: Final = "coverage-fold"


def unfolded(session: Session) -> int:
    """How many changes wait to be summed up."""
    waiting = select(func.count()).select_from(CoverageTotal).where(~CoverageTotal.folded)
    return session.scalar(waiting) or 0


def fold(session: Session) -> int:
    """Sum up the changes that triggers left, so that totals stay few; return how many there were.

    Readers see the same sums before and after. Only what is deleted here is added here, so
    changes that come in meanwhile stay for the next time.
    """
    numbers.hold(session, _FOLDING)
    gone = session.execute(
        delete(CoverageTotal)
        .where(~CoverageTotal.folded)
        .returning(*KEY, CoverageTotal.people)
        .execution_options(synchronize_session=False)
    ).all()
    changes: Counter[Key] = Counter()
    for row in gone:
        changes[(row[0], row[1], row[2], row[3], row[4], row[5])] += row.people
    _add(session, {key: people for key, people in changes.items() if people})
    session.execute(
        delete(CoverageTotal)
        .where(CoverageTotal.folded, CoverageTotal.people == 0)
        .execution_options(synchronize_session=False)
    )
    return len(gone)


def rebuild(session: Session) -> int:
    """Count all registrations anew; return how many totals there are now."""
    numbers.hold(session, _FOLDING)
    if session.connection().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE registration, coverage_total IN SHARE ROW EXCLUSIVE MODE"))
    _note_missing_days(session)
    session.execute(delete(CoverageTotal))
    counted = _counted(session)
    _add(session, counted)
    return len(counted)


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that is not what the registrations say."""

    mark: Mark
    day: date
    agency_id: UUID
    kept: int
    counted: int


def verify(session: Session) -> tuple[int, Sequence[Difference]]:
    """Compare the kept totals with the registrations: how many people, and what differs."""
    kept: Counter[Key] = Counter()
    for row in session.execute(
        select(*KEY, func.sum(CoverageTotal.people).label("people")).group_by(*KEY)
    ):
        kept[(row[0], row[1], row[2], row[3], row[4], row[5])] += row.people
    counted = _counted(session)
    differing = [key for key in kept.keys() | counted.keys() if kept[key] != counted[key]]
    return sum(counted.values()), [
        Difference(key[3], key[5], key[0], kept[key], counted[key])
        for key in sorted(differing, key=lambda key: (key[3], key[5], str(key[0])))
    ]


def _add(session: Session, totals: dict[Key, int] | Counter[Key]) -> None:
    """Add to the totals that are there, or begin them."""
    dialect = session.connection().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    names = [column.key for column in KEY]
    rows: list[dict[str, Any]] = [
        {**dict(zip(names, key, strict=True)), "people": people, "folded": True}
        for key, people in totals.items()
    ]
    if not rows:
        return
    if session.scalar(select(CoverageTotal.id).where(CoverageTotal.folded).limit(1)) is None:
        for start in range(0, len(rows), CHUNK):
            session.execute(insert(CoverageTotal), rows[start : start + CHUNK])
        return
    statement = upsert(CoverageTotal.__table__)  # type: ignore[arg-type]
    statement = statement.on_conflict_do_update(
        index_elements=[column.name for column in KEY],
        index_where=text("folded"),
        set_={"people": CoverageTotal.__table__.c.people + statement.excluded.people},
    )
    session.connection().execute(statement, rows)


def _note_missing_days(session: Session) -> None:
    """An enrolled row without its day (there was no trigger then) counts from its last change."""
    late = session.execute(
        select(Registration.id, Registration.changed_at)
        .outerjoin(EnrolmentDay, EnrolmentDay.registration_id == Registration.id)
        .where(Registration.stage == Stage.ENROLLED, EnrolmentDay.registration_id.is_(None))
    ).all()
    rows = [{"registration_id": row.id, "day": day_of(row.changed_at)} for row in late]
    if rows:
        session.execute(insert(EnrolmentDay), rows)


def _counted(session: Session) -> Counter[Key]:
    """What the registrations themselves say: the rule of the triggers, told in one question."""
    changed = (
        func.date(Registration.changed_at, "+8 hours")
        if session.connection().dialect.name == "sqlite"
        else func.date(func.timezone("Asia/Makassar", Registration.changed_at))
    )
    enrolled_on = EnrolmentDay.day
    grouped = select(
        Registration.agency_id,
        Registration.category_id,
        Registration.created_by,
        Registration.stage,
        func.substr(func.coalesce(Registration.village_code, ""), 1, 8),
        changed.label("changed"),
        Registration.ended_on,
        enrolled_on,
        func.count().label("people"),
    )
    rows = session.execute(
        grouped.outerjoin(EnrolmentDay, EnrolmentDay.registration_id == Registration.id).group_by(
            *grouped.selected_columns[:8]
        )
    )
    found: Counter[Key] = Counter()
    for agency, category, coordinator, stage, district, last, ended, enrolled, people in rows:
        who = (agency, category or NOBODY, coordinator)
        changed_on = last if isinstance(last, date) else date.fromisoformat(last)
        if stage is Stage.ENROLLED:
            found[(*who, Mark.ENROLLED, district, enrolled or changed_on)] += people
        elif stage is Stage.ENDED:
            mark = Mark.LEFT if enrolled else Mark.ENDED
            found[(*who, mark, district, ended or changed_on)] += people
            if enrolled:
                found[(*who, Mark.ENROLLED, district, enrolled)] += people
        else:
            found[(*who, Mark(stage.value), district, changed_on)] += people
    return found
