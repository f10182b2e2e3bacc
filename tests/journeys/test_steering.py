"""A manager looks at how the targets stand, on a phone and at a desk, and has the report made."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from fieldapp.adapters.tables import DATA, place_names
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.coverage import Area, Indicator, Period
from fieldapp.domain.coverage_file import read_file
from fieldapp.jobs.worker import Worker
from fieldapp.models.documents import Document
from fieldapp.services import coverage
from tests.documents.reading import text_of
from tests.journeys.conftest import PHONE, Live
from tests.services.test_coverage import enrolled
from tests.world import World

DESK = {"width": 1280, "height": 800}


@pytest.fixture
def steered(live: Live) -> Live:
    """The figures of June 2018, and a few workers enrolled today towards a target of this year."""
    now = now_utc()
    with (DATA / "coverage-2018-06.csv").open() as lines:
        rows, _ = read_file(lines, regions=place_names().keys())
    with live.app.app_context(), transaction() as session:
        coverage.import_rows(session, actor=None, rows=rows, now=now)
        world = World(session)
        enrolled(session, world, now)
        coverage.enter_target(
            session,
            actor=None,
            indicator=Indicator.NEW_WORKERS,
            scope=coverage.Scope(Area("branch:Denpasar"), agency_id=world.agency("parking").id),
            period=Period.year(now.year),
            value=12,
            source="surat",
            now=now,
        )
    return live


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_manager_sees_who_is_behind_and_axe_finds_nothing(steered, size, colours):
    page = steered.phone("gede", viewport=size, color_scheme=colours)

    for address in (
        "/coverage/?as_of=2018-06-30",
        "/coverage/",
        "/coverage/rows",
        "/coverage/reports",
    ):
        page.goto(address)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_a_manager_follows_a_figure_down_to_the_rows_behind_it(steered):
    page = steered.phone("gede")
    page.goto("/")
    page.get_by_role("link", name="Capaian").click()

    page.get_by_role("link", name="Perumda Bhukti Praja Sewakadarma").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Target dan capaian")
    expect(page.locator(".standing-figure")).to_have_text("25,00 %")
    page.get_by_role("link", name="Lihat pendaftarannya satu per satu").click()

    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("main")).not_to_contain_text("Sudarma")


def test_the_report_is_made_and_says_the_figures_of_june_2018(steered, tmp_path: Path):
    page = steered.phone("gede")
    page.goto("/coverage/reports")
    page.get_by_label("Per tanggal").fill("2018-06-30")
    page.get_by_role("button", name="Buat laporan").click()
    expect(page.locator("main")).to_contain_text("Sedang dibuat")
    with steered.app.app_context():
        house = steered.app.extensions["fieldapp.house"]
        assert Worker(house, lease_seconds=30).work_once()

    page.reload()

    link = page.get_by_role("link", name="Laporan per 30 Juni 2018")
    answer = page.request.get(link.get_attribute("href") or "")
    with steered.app.app_context(), reading() as session:
        document = session.scalars(select(Document)).one()
        assert len(answer.body()) == document.size
    text = text_of(answer.body(), tmp_path)
    for figure in ("81,27 %", "40,32 %", "40,08 %", "53.320", "55.286", "1.051", "Tertinggal"):
        assert figure in text


def test_an_administrator_enters_a_target_on_a_phone(steered):
    page = steered.phone("luh")
    page.goto("/targets/")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.get_by_role("link", name="Isi target atau angka").click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()

    page.get_by_label("Indikator").select_option(label="Perusahaan baru")
    page.get_by_label("Jumlah").fill("1.800")
    page.get_by_label("Sumber").fill("surat B/1/2026")
    page.get_by_role("button", name="Simpan").click()

    expect(page.locator("main")).to_contain_text("1.800")
