"""Home says what waits, to each role its own."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from fieldapp.database import db, transaction
from fieldapp.models.batches import Batch, Verdict
from fieldapp.services import decisions
from fieldapp.services.decisions import RowVerdict
from tests.conftest import NOW
from tests.filing import register, send
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def filed(app: Flask) -> Flask:
    """Wayan: a draft, an unfinished one, and a batch of three: approved, returned, waiting."""
    with app.app_context():
        with transaction() as session:
            world = World(session)
            rows = [
                register(session, world.wayan, NOW, serial=serial, name=name)
                for serial, name in enumerate(("Sudarma", "Suastika", "Sukadana"), start=1)
            ]
            batch, _sending = send(session, world.wayan, rows, NOW)
            batch_id, ids = batch.id, [row.id for row in rows]
            register(session, world.wayan, NOW, serial=4, name="Sumerta")
            register(session, world.wayan, NOW, serial=5, name="Sutama", mother_name="")
        with transaction() as session:
            decisions.decide(
                session,
                actor=World(session).ketut,
                batch=session.get(Batch, batch_id),
                verdicts=[
                    RowVerdict(ids[0], Verdict.APPROVE),
                    RowVerdict(ids[1], Verdict.RETURN, "Foto KTP tidak terbaca"),
                ],
                now=NOW,
            )
        db.session.remove()
    return app


def counts(page) -> list[str]:
    return [each.text for each in page.tree.xpath("//*[@class='waiting-count']")]


def test_a_coordinator_sees_returned_rows_with_reasons_first_then_drafts_and_batches(filed):
    page = Browser(filed).sign_in("wayan")

    assert counts(page) == ["1", "1", "1"]
    assert page.text.index("Perlu diperbaiki") < page.text.index("Siap dikirim")
    assert "Suastika Foto KTP tidak terbaca" in page.text
    assert "B-2026-0001" in page.text


def test_a_supervisor_sees_how_many_wait_and_begins_with_the_longest_waiting(filed):
    page = Browser(filed).sign_in("ketut")

    assert counts(page) == ["1"]
    assert "Mulai dengan yang terlama" in page.text


def test_a_clerk_sees_what_is_approved_and_not_printed(filed):
    assert counts(Browser(filed).sign_in("putu")) == ["1", "0"]


def test_a_manager_sees_figures_of_each_agency_as_chart_and_table(filed):
    page = Browser(filed).sign_in("gede")

    assert page.tree.xpath("//figure[@class='chart']//table")
    row = page.tree.xpath("//tr[@data-row][th='Perumda Bhukti Praja Sewakadarma']")[0]
    assert [cell.text_content().strip() for cell in row.xpath("td")] == ["1", "1", "1"]
    assert "Sudarma" not in page.text


def test_a_permit_officer_searches_for_a_company_at_once(filed):
    page = Browser(filed).sign_in("komang")

    assert page.form("/permits/").names == {"q"}
    assert "Berkas untuk diperiksa" in page.text


def test_an_administrator_sees_who_never_signed_in(filed):
    page = Browser(filed).sign_in("luh")

    assert "I Wayan Sudiarta" in page.text
    assert "Ni Luh Sari" not in page.tree.xpath("//tbody")[0].text_content()


@pytest.mark.parametrize("who", ["wayan", "ketut", "putu", "komang", "gede", "luh"])
def test_an_empty_house_is_a_page_too(app, who):
    assert Browser(app).sign_in(who).status == 200


def test_another_agencys_people_see_nothing_of_it(filed):
    for who in ("made", "nyoman"):
        page = Browser(filed).sign_in(who)
        assert [n for n in ("Sudarma", "Suastika", "B-2026-0001") if n in page.text] == []


@pytest.mark.parametrize("who", ["wayan", "ketut", "putu", "gede"])
def test_no_question_of_a_home_page_reads_the_whole_table(filed, who):
    """On PostgreSQL small tables are always read whole; SQLite says what it would do."""
    browser = Browser(filed).sign_in(who).browser
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        asked.append((statement, parameters))

    with filed.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("asks the planner of SQLite")
    event.listen(engine, "before_cursor_execute", note)
    browser.get("/")
    event.remove(engine, "before_cursor_execute", note)

    questions = [each for each in asked if "FROM registration" in each[0]]
    with engine.connect() as connection:
        plans = [
            step[3]
            for statement, parameters in questions
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert plans
    assert [each for each in plans if each == "SCAN registration"] == []
