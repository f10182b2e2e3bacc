"""The monthly report: asked for, or started with a new month, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from fieldapp.adapters.tables import DATA, place_names
from fieldapp.database import reading, transaction
from fieldapp.domain.coverage_file import read_file
from fieldapp.domain.errors import ForbiddenError, OutOfReachError
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs.calendar import keep_the_calendar
from fieldapp.jobs.coverage_report import KIND, make_report, report_args
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.press_parts import Press
from fieldapp.jobs.worker import Worker
from fieldapp.models.documents import Document
from fieldapp.models.jobs import Job, JobState
from fieldapp.models.users import User
from fieldapp.queries.coverage import Ask
from fieldapp.services import coverage
from tests.documents.reading import fonts_of, sizes_mm, text_of
from tests.services.test_coverage import enrolled
from tests.world import World

FIRST = datetime(2018, 7, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning of 1 July 2018, in Denpasar."""


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    with (DATA / "coverage-2018-06.csv").open() as lines:
        rows, _ = read_file(lines, regions=place_names().keys())
    with app.app_context():
        with transaction() as session:
            coverage.import_rows(session, actor=None, rows=rows, now=FIRST)
        yield app.extensions["fieldapp.house"]


def person(name: str):
    with reading() as session:
        return getattr(World(session), name)


def test_the_first_of_a_month_makes_the_report_of_the_last_one_once(house, tmp_path: Path):
    for _ in range(3):
        keep_the_calendar(FIRST)

    assert Worker(house, lease_seconds=30).work_once()
    assert not Worker(house, lease_seconds=30).work_once()

    with reading() as session:
        job = session.scalars(select(Job).where(Job.kind == KIND)).one()
        assert (job.state, job.args["as_of"]) == (JobState.DONE, "2018-06-30")
        document = session.scalars(select(Document)).one()
        assert (document.kind, document.pages) == (DocumentKind.COVERAGE_REPORT, 1)
        pdf = house.storage.get(document.file)
    text = text_of(pdf, tmp_path)
    for figure in ("81,27 %", "40,32 %", "40,08 %", "53.320", "55.286", "1.051", "50,00 %"):
        assert figure in text
    assert "475.000 (51.71" in text
    assert [tuple(map(round, size)) for size in sizes_mm(pdf)] == [(210, 297)]
    assert all(fonts_of(pdf).values())


def test_a_worker_that_stood_still_makes_up_for_it_within_the_week_and_not_later(house):
    keep_the_calendar(datetime(2018, 8, 9, 1, 0, tzinfo=UTC))
    with reading() as session:
        assert session.scalars(select(Job)).all() == []

    keep_the_calendar(datetime(2018, 8, 5, 1, 0, tzinfo=UTC))
    keep_the_calendar(datetime(2018, 9, 1, 1, 0, tzinfo=UTC))

    with reading() as session:
        months = [args["month"] for args in session.scalars(select(Job.args))]
    assert sorted(months) == ["2018-07", "2018-08"]


def test_without_a_manager_of_the_branch_no_report_is_started(house):
    with transaction() as session:
        session.execute(update(User).where(User.username == "gede").values(active=False))

    keep_the_calendar(FIRST)

    with reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_the_same_facts_make_the_same_report(house):
    args = report_args(Ask(date(2018, 6, 30)), asked_at=FIRST)

    made = [make_report(Press(house), actor=person("gede"), args=args) for _ in range(2)]

    assert made[0].sha256 == made[1].sha256


def test_only_who_may_see_coverage_gets_a_report_and_only_of_agencies_within_reach(house):
    gede = person("gede")
    with reading() as session:
        parking = World(session).agency("parking").id
    of_parking = report_args(Ask(date(2018, 6, 30), agency_id=parking), asked_at=FIRST)

    with pytest.raises(ForbiddenError):
        make_report(Press(house), actor=person("wayan"), args=of_parking)
    assert make_report(Press(house), actor=gede, args=of_parking).agency_id == parking
    with transaction() as session:
        culture = World(session).agency("culture").id
        session.execute(update(User).where(User.username == "gede").values(agency_id=culture))
    with pytest.raises(OutOfReachError):
        make_report(Press(house), actor=person("gede"), args=of_parking)


def test_crowded_totals_are_folded_by_the_way(house, monkeypatch):
    monkeypatch.setattr("fieldapp.jobs.calendar.MOST_UNFOLDED", 0)
    with transaction() as session:
        enrolled(session, World(session), FIRST)

    keep_the_calendar(datetime(2018, 7, 20, tzinfo=UTC))

    with reading() as session:
        assert coverage.unfolded(session) == 0
        assert coverage.verify(session)[1] == []
