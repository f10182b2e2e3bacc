"""The demo: the city's own figures, invented people, every state, never in production."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from config import Environment
from fieldapp.adapters.tables import agencies
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.database import reading
from fieldapp.demo.load import ACCOUNTS, EACH, shares
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.services import audit
from tests.conftest import settings_for


def test_10717_people_are_the_citys_own_twelve_figures():
    found = shares(agencies(), 10_717)

    assert len(found) == 12
    assert all(count == row.people for row, count in found.items())


def test_any_other_number_keeps_the_citys_proportions():
    found = shares(agencies(), 500)

    assert sum(found.values()) == 500
    assert max(found, key=lambda row: found[row]).category == "non-ASN"


def test_everybody_is_shown_when_no_number_is_asked_for():
    assert set(shares(agencies(), None).values()) == {EACH}


def test_there_is_one_person_for_each_role():
    assert {account.role for account in ACCOUNTS} == set(Role)


@pytest.fixture
def empty_house(tmp_path):
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        migrate()
        yield app


def test_the_demo_has_workers_in_every_state_and_a_trail_that_holds(empty_house):
    told = empty_house.test_cli_runner().invoke(args=["demo", "load", "--people", "160"])

    assert told.exit_code == 0, told.output
    with reading() as session:
        stages = Counter(session.scalars(select(Registration.stage)))
        held, fault = audit.verify(session)
    assert set(stages) >= set(Stage) - {Stage.WITHDRAWN}
    assert sum(stages.values()) == 160
    assert fault is None
    assert held > 160


def test_the_manager_of_the_demo_finds_targets_of_this_year_and_the_figures_of_2018(empty_house):
    run = empty_house.test_cli_runner().invoke
    run(args=["demo", "load", "--people", "160"])

    today = json.loads(run(args=["coverage", "show", "--json"]).output)["indicators"]
    then = json.loads(run(args=["coverage", "show", "--as-of", "2018-06-30", "--json"]).output)

    workers = next(
        each for each in today if (each["indicator"], each["area"]) == ("new_workers", "51.71")
    )
    assert workers["target"] == 160
    assert 0 < workers["realised"] < 160
    assert {each["indicator"]: each["percent"] for each in then["indicators"]} == {
        "active_participants": 81.27,
        "new_workers": 40.32,
        "new_companies": 40.08,
        "labour_force": None,
    }


def test_a_second_load_is_refused_and_if_empty_does_nothing(empty_house):
    runner = empty_house.test_cli_runner()
    runner.invoke(args=["demo", "load", "--people", "24"])

    again = runner.invoke(args=["demo", "load"])
    if_empty = runner.invoke(args=["demo", "load", "--if-empty"])

    assert again.exit_code == 1
    assert if_empty.exit_code == 0
    with reading() as session:
        assert session.scalar(select(func.count(Registration.id))) == 24


def test_the_demo_is_refused_in_production(tmp_path):
    app = create_app(replace(settings_for(tmp_path), env=Environment.PRODUCTION))
    with app.app_context():
        migrate()

        told = app.test_cli_runner().invoke(args=["demo", "load"])

        assert told.exit_code == 1
        with reading() as session:
            assert session.scalar(select(func.count(User.id))) == 0
