"""Figures with their history, and totals that are right whoever changes a registration."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.orm import Session

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage
from fieldapp.domain.coverage import Area, Indicator, Period, Status, Thresholds
from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.working_days import WorkCalendar
from fieldapp.models.companies import PaperKind
from fieldapp.models.coverage import CoverageTotal, EnrolmentDay, Mark, OfficialFigure, Target
from fieldapp.models.registrations import Registration
from fieldapp.queries import coverage as queries
from fieldapp.services import batches, companies, coverage, decisions, enrolment, registrations
from fieldapp.services.work_calendar import add_local_holiday, work_calendar
from tests.companies import a_company, attach
from tests.world import World, filled_form

CITY = Area("51.71")
THIS_YEAR = Period.year(2026)


def enrolled(session: Session, world: World, now: datetime, count: int = 3) -> list[Registration]:
    """Workers who went all the way, through the services that people use."""
    ids = [
        registrations.save(
            session,
            actor=world.wayan,
            registration_id=uuid4(),
            typed=filled_form(
                world.category("juru parkir"),
                nik=f"517101120585{number:04d}",
                name=f"Sudarma {'ABCDEFGHIJ'[number]}",
            ),
            seen=None,
            now=now,
            consented=True,
        ).id
        for number in range(1, count + 1)
    ]
    batch = batches.create_batch(
        session, actor=world.wayan, registration_ids=ids, note="", most=50, now=now
    )
    batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)
    decisions.decide(
        session,
        actor=world.ketut,
        batch=batch,
        verdicts=[decisions.RowVerdict(each, decisions.Verdict.APPROVE) for each in ids],
        now=now,
    )
    rows = list(session.scalars(select(Registration).where(Registration.id.in_(ids))))
    enrolment.mark_sent(session, actor=world.putu, rows=rows, now=now)
    for number, row in enumerate(rows):
        enrolment.enrol(session, actor=world.putu, row=row, kpj=f"180000000{number:02d}", now=now)
    session.flush()
    return rows


def kept(session: Session, mark: Mark) -> int:
    session.flush()
    rows = session.scalars(select(CoverageTotal.people).where(CoverageTotal.mark == mark))
    return sum(rows)


def right(session: Session) -> bool:
    session.flush()
    return coverage.verify(session)[1] == []


def enter(session: Session, value: int, *, source: str = "BPJS, surat", actor=None) -> str:
    return coverage.enter_figure(
        session,
        actor=actor,
        indicator=Indicator.ACTIVE_PARTICIPANTS,
        area=CITY,
        period=Period(date(2026, 6, 30), date(2026, 6, 30)),
        value=value,
        source=source,
        now=datetime.fromisoformat("2026-07-02T01:00:00+00:00"),
    ).value


def test_a_changed_figure_supersedes_the_one_before_and_nothing_is_overwritten(session):
    assert [enter(session, 1000), enter(session, 1000), enter(session, 1200)] == [
        "new", "same", "changed",
    ]  # fmt: skip

    history = session.scalars(
        select(OfficialFigure).where(OfficialFigure.area_code == "51.71")
    ).all()
    assert {(each.value, each.superseded_at is None) for each in history} == {
        (1000, False),
        (1200, True),
    }


def test_only_an_administrator_enters_figures(session, world):
    with pytest.raises(ForbiddenError):
        enter(session, 5, actor=world.gede)

    assert enter(session, 5, actor=world.luh) == "new"


def test_the_database_refuses_two_present_targets_for_the_same(session, world, now):
    for value in (10, 20):
        coverage.enter_target(
            session,
            actor=world.luh,
            indicator=Indicator.NEW_WORKERS,
            scope=coverage.Scope(CITY, agency_id=world.agency("parking").id),
            period=THIS_YEAR,
            value=value,
            source="surat",
            now=now,
        )
    session.flush()

    present = session.scalars(select(Target).where(Target.superseded_at.is_(None))).all()
    assert [each.value for each in present] == [20]
    with pytest.raises(Exception, match=r"(?i)unique"):
        session.execute(update(Target).values(superseded_at=None))


def test_each_step_of_a_registration_moves_its_total(session, world, now):
    rows = enrolled(session, world, now)

    assert kept(session, Mark.ENROLLED) == len(rows)
    assert kept(session, Mark.SUBMITTED) == kept(session, Mark.APPROVED) == 0
    assert kept(session, Mark.DRAFT) == 0
    assert right(session)


def test_who_ends_counts_as_left_and_stays_counted_among_the_new_workers(session, world, now):
    row, *_ = enrolled(session, world, now)

    registrations.end(
        session,
        actor=world.ketut,
        row=row,
        reason="Masa jabatan selesai",
        ended_on=date(2026, 12, 31),
        now=now + timedelta(days=30),
    )

    assert (kept(session, Mark.ENROLLED), kept(session, Mark.LEFT)) == (3, 1)
    assert right(session)


def test_a_later_change_does_not_move_the_day_of_enrolment(session, world, now):
    row, *_ = enrolled(session, world, now)

    row.changed_at = now + timedelta(days=40)
    row.village_code = "51.71.02.1003"
    session.flush()

    days = session.scalars(select(EnrolmentDay.day)).all()
    assert set(days) == {date(2026, 11, 22)}
    assert right(session)


def test_a_deletion_takes_its_totals_with_it(session, world, now):
    row = registrations.save(
        session,
        actor=world.wayan,
        registration_id=uuid4(),
        typed={},
        seen=None,
        now=now,
    )
    session.execute(text("DELETE FROM registration_hand"))
    session.execute(delete(Registration).where(Registration.id == row.id))

    assert kept(session, Mark.DRAFT) == 0
    assert right(session)


def test_sql_that_passes_by_the_services_is_counted_too(session, world, now):
    enrolled(session, world, now)

    session.execute(text("UPDATE registration SET stage = 'sent', kpj = NULL"))

    assert kept(session, Mark.SENT) == 3
    assert kept(session, Mark.ENROLLED) == 0
    assert right(session)


def test_folding_changes_no_sum_and_leaves_one_row_a_total(session, world, now):
    enrolled(session, world, now, count=4)
    session.flush()

    assert coverage.fold(session) > 4
    enrolled_more = kept(session, Mark.ENROLLED)

    assert enrolled_more == 4
    assert coverage.unfolded(session) == 0
    assert session.query(CoverageTotal).count() == 1
    assert right(session)


def test_folding_adds_to_what_was_folded_before(session, world, now):
    rows = enrolled(session, world, now)
    coverage.fold(session)

    registrations.end(
        session, actor=world.ketut, row=rows[0], reason="Pindah", ended_on=now.date(), now=now
    )
    session.flush()
    coverage.fold(session)

    assert (kept(session, Mark.ENROLLED), kept(session, Mark.LEFT)) == (3, 1)
    assert right(session)


def test_a_total_that_was_tampered_with_is_found_and_mended(session, world, now):
    enrolled(session, world, now)
    coverage.fold(session)
    session.execute(update(CoverageTotal).values(people=CoverageTotal.people + 7))

    _, found = coverage.verify(session)
    assert [(each.mark, each.kept, each.counted) for each in found] == [(Mark.ENROLLED, 10, 3)]
    coverage.rebuild(session)

    assert right(session)


def test_rebuilding_knows_who_was_enrolled_before_there_were_triggers(session, world, now):
    enrolled(session, world, now)
    session.execute(delete(EnrolmentDay))
    session.execute(delete(CoverageTotal))

    coverage.rebuild(session)

    assert kept(session, Mark.ENROLLED) == 3
    assert right(session)


def test_the_triggers_are_there_after_all_migrations(session):
    """Batch mode on SQLite drops a table with its triggers; a migration must make them anew."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if session.connection().dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger"
    )
    there = set(session.scalars(text(question)))

    assert inspect(session.connection()).has_table("coverage_total")
    assert {"registration_counts", "registration_recounts", "registration_discounts"} <= there


def standings(session: Session, day: date) -> dict[tuple[str, Indicator], object]:
    found = queries.standings(
        session, queries.Ask(day), work=WorkCalendar(), thresholds=Thresholds()
    )
    return {(each.area.code, each.indicator): each for each in found}


def test_what_was_realised_is_the_last_official_figure_and_what_came_in_since(session, world, now):
    enter(session, 1000)
    enrolled(session, world, now)
    coverage.enter_target(
        session, actor=None, indicator=Indicator.ACTIVE_PARTICIPANTS, scope=coverage.Scope(CITY),
        period=THIS_YEAR, value=1003, source="surat", now=now,
    )  # fmt: skip

    found = standings(session, date(2026, 11, 22))["51.71", Indicator.ACTIVE_PARTICIPANTS]

    assert (found.official.value, found.own, found.realised) == (1000, 3, 1003)
    assert found.status is Status.ON_TRACK
    assert standings(session, date(2026, 11, 21))["51.71", Indicator.ACTIVE_PARTICIPANTS].own == 0


def test_who_lives_in_another_regency_is_not_counted_for_the_city(session, world, now):
    enter(session, 1000)
    row, *_ = enrolled(session, world, now)
    row.village_code = "51.03.01.1002"
    session.flush()

    found = standings(session, now.date())["51.71", Indicator.ACTIVE_PARTICIPANTS]

    assert found.own == 2


@pytest.mark.parametrize(
    ("issued_on", "counted"),
    [
        (date(2026, 3, 1), 1),
        (date(2025, 12, 31), 0),  # of last year
        (date(2026, 12, 1), 0),  # not yet
    ],
)
def test_a_company_counts_on_the_day_of_its_first_verified_certificate(
    session, world, now, tmp_path, issued_on, counted
):
    coverage.enter_target(
        session, actor=world.luh, indicator=Indicator.NEW_COMPANIES,
        scope=coverage.Scope(Area("branch:Denpasar")), period=THIS_YEAR, value=10, source="surat",
        now=now,
    )  # fmt: skip
    keyring = Keyring.open(tmp_path / "keys.json")
    storage = LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)
    row = a_company(session, world.putu, now=now)
    paper = attach(
        session, storage, world.putu, row, PaperKind.CERTIFICATE, now=now, issued_on=issued_on
    )

    before = standings(session, now.date())["branch:Denpasar", Indicator.NEW_COMPANIES].own
    companies.judge_paper(
        session, actor=world.komang, paper=paper, verified=True, reason="", now=now
    )

    found = standings(session, now.date())["branch:Denpasar", Indicator.NEW_COMPANIES]
    assert (before, found.own) == (0, counted)


def picture(session: Session, actor, **asked) -> queries.Picture:
    return queries.picture(
        session,
        actor,
        queries.Ask(date(2026, 11, 22), **asked),
        work=WorkCalendar(),
        thresholds=Thresholds(),
    )


def test_a_manager_of_the_branch_sees_all_agencies_and_one_of_an_agency_only_its_own(
    session, world, now
):
    enrolled(session, world, now)
    parking, culture = world.wayan, world.made

    assert [bar.name for bar in picture(session, world.gede).agencies] == [
        "Perumda Bhukti Praja Sewakadarma"
    ]
    assert picture(session, parking).enrolled == 3
    assert picture(session, culture).enrolled == 0
    assert picture(session, culture).agencies == ()
    assert picture(session, culture).coordinators == ()


def test_a_target_of_a_segment_counts_only_who_is_of_it(session, world, now):
    coverage.enter_target(
        session, actor=world.luh, indicator=Indicator.NEW_WORKERS,
        scope=coverage.Scope(CITY, segment=Segment.BPU), period=THIS_YEAR, value=6, source="surat",
        now=now,
    )  # fmt: skip
    enrolled(session, world, now)

    of_bpu = picture(session, world.gede, area=CITY, segment=Segment.BPU)
    of_pu = picture(session, world.gede, area=CITY, segment=Segment.PU)

    assert [each.own for each in of_bpu.standings] == [3]
    assert (of_bpu.enrolled, of_pu.enrolled, of_pu.standings) == (3, 0, ())


def test_comparisons_add_up_to_the_same_whole(session, world, now):
    enrolled(session, world, now)

    found = picture(session, world.gede, area=CITY)

    for bars in (found.areas, found.agencies, found.categories, found.coordinators):
        assert sum(bar.value for bar in bars) == found.enrolled == 3
    assert [bar.name for bar in found.coordinators] == ["I Wayan Sudiarta"]


def test_rows_are_told_page_by_page_and_none_twice(session, world, now):
    enrolled(session, world, now, count=5)
    ask = queries.RowAsk(Stage.ENROLLED)

    seen: list[UUID] = []
    last = None
    for _ in range(3):
        page = queries.rows(session, world.gede, ask, size=2, after=last)
        seen += [row.id for row in page.rows]
        last = page.rows[-1]

    assert len(seen) == len(set(seen)) == 5
    assert page.next is None
    assert queries.rows(session, world.made, ask, size=9, after=None).rows == []


def test_local_days_off_are_no_working_days(session, world, now):
    galungan = date(2026, 6, 17)
    before = work_calendar(session, THIS_YEAR.first, THIS_YEAR.last)

    add_local_holiday(session, actor=world.luh, day=galungan, name="Galungan", now=now)

    assert before.works_on(galungan)
    assert not work_calendar(session, THIS_YEAR.first, THIS_YEAR.last).works_on(galungan)
    assert not before.works_on(date(2026, 3, 19))  # Nyepi, a public holiday
