"""Two letters, ten working days each, as a clerk walks through them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select, update

from fieldapp.clock import now_utc
from fieldapp.database import db, transaction
from fieldapp.domain.wita import day_of
from fieldapp.models.warning_letters import WarningLetter
from tests.companies import a_company
from tests.web.browser import Browser
from tests.world import World


@pytest.fixture
def putu(app):
    """The clerk, who reads English, and a company without papers."""
    with app.app_context(), transaction() as session:
        a_company(session, World(session).putu, now=now_utc())
    browser = Browser(app)
    browser.sign_in("putu")
    browser.submit("/language", button=("language", "en"))
    return browser


def issue(browser):
    browser.get("/companies/?q=sanur").follow("PT Sanur Bahari Mandiri")
    action = next(
        form.action for form in browser.page.forms if "/warnings/companies/" in form.action
    )
    return browser.submit(action)


def long_ago(app, days):
    """Time has passed since the letters were issued and delivered."""
    with app.app_context(), transaction() as session:
        for row in session.scalars(select(WarningLetter)):
            values = {"issued_on": row.issued_on - timedelta(days=days)}
            if row.delivered_on:
                values["delivered_on"] = row.delivered_on - timedelta(days=days)
            session.execute(
                update(WarningLetter).where(WarningLetter.id == row.id).values(**values)
            )


def today():
    return f"{day_of(now_utc()):%d-%m-%Y}"


def test_a_company_that_answers_nothing_ends_on_the_list_for_bpjs(app, putu):
    page = issue(putu)
    assert "note the delivery" in page.text
    page = putu.submit("note", on=today(), text="Ni Wayan Sri, resepsionis")
    assert "wait for the answer" in page.text
    long_ago(app, 30)
    page = putu.get(page.path)
    assert "Run out without an answer" in page.text
    action = next(form.action for form in page.forms if "/warnings/companies/" in form.action)
    page = putu.submit(action)
    assert page.h1 == "Second warning"
    putu.submit("note", on=today(), text="Ni Wayan Sri")
    long_ago(app, 30)

    page = putu.get("/warnings/")
    assert "Due for notice to BPJS" in page.text
    action = next(form.action for form in page.forms if form.action.endswith("/notify"))
    page = putu.submit(action)

    assert "Due for notice to BPJS" not in page.text
    assert "BPJS has been given notice" in page.text


def test_an_answer_ends_the_series_and_a_new_one_may_begin(putu):
    issue(putu)
    putu.submit("note", on=today(), text="Ni Wayan Sri")

    page = putu.submit("note", on=today(), text="Akan mendaftar minggu depan")

    assert "Akan mendaftar minggu depan" in page.text
    assert "No letter under way" in putu.get("/warnings/").text
    assert issue(putu).h1 == "First warning"


def test_a_day_before_the_letter_is_refused(putu):
    issue(putu)

    page = putu.submit("note", on="01-01-2020", text="Ni Wayan Sri")

    assert page.status == 422
    assert "on" in page.errors


def test_two_first_letters_are_not_issued(app, putu):
    putu.get("/companies/?q=sanur").follow("PT Sanur Bahari Mandiri")
    action = next(form.action for form in putu.page.forms if "/warnings/companies/" in form.action)
    form = putu.page
    putu.submit(action)
    putu.page = form
    page = putu.submit(action)

    assert "note the delivery" in page.messages
    with app.app_context():
        assert db.session.query(WarningLetter).count() == 1


def test_the_letter_on_paper_is_one_page_with_the_reasons(putu):
    address = issue(putu).path

    first = putu.submit(f"{address}.pdf")
    putu.get(address)
    again = putu.submit(f"{address}.pdf")

    assert first.body == again.body
    with pikepdf.open(BytesIO(first.body)) as made:
        assert len(made.pages) == 1
