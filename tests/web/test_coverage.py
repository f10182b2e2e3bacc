"""Coverage on pages: the June 2018 figures, what a chart shows, files, targets, reach."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from fieldapp.adapters.tables import DATA, place_names
from fieldapp.adapters.workbooks import Table, csv_file, workbook
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.coverage_file import read_file
from fieldapp.domain.permissions import Permission, Role, allows
from fieldapp.domain.wita import day_of
from fieldapp.models.audit import AuditEntry
from fieldapp.models.coverage import OfficialFigure, Target
from fieldapp.models.users import User
from fieldapp.services import coverage
from tests.conftest import NOW
from tests.services.test_coverage import enrolled
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def june(app: Flask) -> Flask:
    """The branch's own figures of June 2018."""
    with (DATA / "coverage-2018-06.csv").open() as lines:
        rows, _ = read_file(lines, regions=place_names().keys())
    with app.app_context(), transaction() as session:
        coverage.import_rows(session, actor=None, rows=rows, now=NOW)
    return app


@pytest.fixture
def manager(june: Flask) -> Browser:
    browser = Browser(june, language="id")
    browser.sign_in("gede")
    return browser


def test_the_figures_of_june_2018_stand_on_the_page(manager):
    page = manager.get("/coverage/")

    assert page.h1 == "Target dan capaian"
    assert "per 30 Juni 2018" in page.text
    for figure in ("81,27 %", "40,32 %", "40,08 %", "53.320", "55.286", "1.051", "50,00 %"):
        assert figure in page.text
    assert page.text.count("Tertinggal") == 2
    assert page.text.count("Berisiko tidak tercapai") == 1
    assert "475.000" in page.text
    assert "KORANJURI.COM 2018-07-11" in page.text


def test_the_chart_draws_what_its_table_says(manager):
    page = manager.get("/coverage/")

    dot = page.tree.find(".//circle[@class='chart-dot']")
    goal = page.tree.find(".//line[@class='chart-goal']")
    height = 100 - float(dot.get("cy").rstrip("%"))
    whole = 100 - float(goal.get("y1").rstrip("%"))
    assert dot.get("cx") == "50.0%"
    assert round(100 * height / whole, 1) == 40.3
    assert "30 Juni 2018 37.358" in page.rows


def test_another_day_is_another_address(manager):
    page = manager.get("/coverage/?as_of=2018-06-29")

    assert "per 29 Juni 2018" in page.text
    assert "231.301" not in page.text  # not yet published on that day


def test_a_day_to_come_is_today(manager):
    assert manager.get("/coverage/?as_of=2199-01-01").status == 200


@pytest.mark.parametrize(
    "asked",
    ["area=51.99", "area=nowhere", "agency=x", "as_of=30-06-2018", "category=x"],
)
def test_what_an_address_cannot_mean_is_not_found_or_not_asked(manager, asked):
    assert manager.get(f"/coverage/?{asked}").status == (404 if "area" in asked else 200)


def with_enrolments(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        enrolled(session, World(session), now_utc())


def test_who_was_enrolled_is_compared_and_followed_down_to_rows(manager, june):
    with_enrolments(june)
    today = day_of(now_utc()).isoformat()

    page = manager.get(f"/coverage/?as_of={today}")
    agency = page.follow("Perumda Bhukti Praja Sewakadarma")
    rows = agency.follow("Lihat pendaftarannya satu per satu")

    assert "agency=" in rows.url
    assert len(rows.rows) == 3
    assert "Sudarma" not in rows.text
    assert "I Wayan Sudiarta" in rows.text


def test_a_manager_of_one_agency_reaches_only_that_one(june):
    with_enrolments(june)
    with june.app_context(), transaction() as session:
        world = World(session)
        gede = session.scalars(select(User).where(User.username == "gede")).one()
        gede.agency_id = world.agency("culture").id
        other = world.agency("parking").id
    browser = Browser(june, language="id")
    browser.sign_in("gede")
    today = day_of(now_utc()).isoformat()

    page = browser.get(f"/coverage/?as_of={today}")

    assert "Perumda" not in page.text
    assert "231.301" not in browser.get("/coverage/?as_of=2018-06-30").text
    assert browser.get(f"/coverage/?agency={other}").status == 404
    assert browser.get(f"/coverage/rows?agency={other}").status == 404
    assert browser.get(f"/coverage/figures.csv?agency={other}").status == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_shown_can_be_taken_along_and_leaves_a_trace(manager, june, form):
    answer = manager.get(f"/coverage/figures.{form}?as_of=2018-06-30")

    if form == "csv":
        text = answer.body.decode("utf-8-sig")
        assert "Target,Pekerja baru,Persen,40.32" in text
    else:
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(answer.body))
        targets = sheets.get_sheet_by_name("Target").to_python()
        assert [row[8] for row in targets[1:]][:3] == [81.27, 40.32, 40.08]
    assert "attachment" in answer.headers["Content-Disposition"]
    with june.app_context(), reading() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "coverage.export"))


def test_no_cell_becomes_a_formula():
    table = Table("x", ["name"], [["=1+1"], ["+62"], ["-5"], ["@x"], ["\tx"], ["Sudarma"], [7]])

    text = csv_file(table).decode("utf-8-sig").splitlines()
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(workbook([table], made_at=NOW))
    ).get_sheet_by_index(0)

    assert text[1:] == ["'=1+1", "'+62", "'-5", "'@x", "'\tx", "Sudarma", "7"]
    assert sheet.to_python()[1] == ["=1+1"]


@pytest.fixture
def admin(june: Flask) -> Browser:
    browser = Browser(june, language="id")
    browser.sign_in("luh")
    return browser


TYPED = {
    "what": "target",
    "indicator": "new_workers",
    "area": "51.71",
    "first": "2018-01-01",
    "last": "2018-12-31",
    "value": "40.000",
    "source": "surat wali kota",
}


def test_a_target_is_typed_corrected_and_remembered(admin, june):
    admin.get("/targets/new")
    admin.submit("figure", **TYPED)
    admin.get("/targets/new")
    page = admin.submit("figure", **{**TYPED, "value": "42000"})

    assert "42.000" in page.text
    assert "Dikoreksi" in page.text
    with june.app_context(), reading() as session:
        values = session.scalars(
            select(Target.value).where(Target.area_code == "51.71").order_by(Target.value)
        ).all()
    assert values == [40_000, 42_000]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": "banyak"}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "-5"}, "value"),
        ({"source": ""}, "source"),
        ({"last": "2017-12-31"}, "last"),
        ({"what": "figure", "indicator": "active_participants"}, "last"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_the_field(admin, june, changed, field):
    admin.get("/targets/new")

    page = admin.submit("figure", **{**TYPED, **changed})

    assert field in page.errors
    with june.app_context(), reading() as session:
        assert session.scalar(select(func.count()).where(Target.area_code == "51.71")) == 0


def test_an_official_figure_is_typed_for_a_day(admin, june):
    admin.get("/targets/new")
    day = {"first": "2018-07-31", "last": "2018-07-31"}
    admin.submit(
        "figure",
        **{**TYPED, **day, "what": "figure", "indicator": "active_participants",
           "area": "branch:Denpasar", "value": "232.000"},
    )  # fmt: skip

    with june.app_context(), reading() as session:
        last = session.scalars(
            select(OfficialFigure).order_by(OfficialFigure.period_to.desc())
        ).first()
        assert last is not None
        assert (last.value, last.period_to) == (232_000, date(2018, 7, 31))


def test_a_local_day_off_is_entered_and_taken_away(admin):
    admin.get("/targets/")
    page = admin.submit("holiday", day="2018-05-30", name="Galungan")
    assert "Galungan" in page.text

    page = admin.submit("/targets/holidays/2018-05-30/remove")

    assert "30 Mei 2018" not in page.text


def test_managers_do_not_see_paper_of_workers_and_clerks_no_reports(june):
    assert not allows(Role.MANAGER, Permission.REGISTRATION_VIEW)
    assert not allows(Role.CLERK, Permission.COVERAGE_VIEW)
