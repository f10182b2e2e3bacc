"""`flask coverage`, on the branch's own file of June 2018."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from fieldapp.adapters.tables import DATA

JUNE = DATA / "coverage-2018-06.csv"


@pytest.fixture
def run(app: Flask):
    return lambda *words: app.test_cli_runner().invoke(args=["coverage", *map(str, words)])


def shown(run, day: str = "2018-06-30") -> dict[str, dict]:
    answer = run("show", "--as-of", day, "--json")
    assert answer.exit_code == 0, answer.output
    return {each["indicator"]: each for each in json.loads(answer.output)["indicators"]}


def test_the_real_file_gives_the_real_figures(run):
    assert run("import", JUNE).exit_code == 0

    found = shown(run)

    assert {
        name: (each["percent"], each["gap"], each["status"]) for name, each in found.items()
    } == {
        "active_participants": (81.27, 53_320, "at_risk"),
        "new_workers": (40.32, 55_286, "behind"),
        "new_companies": (40.08, 1_051, "behind"),
        "labour_force": (None, None, None),
    }
    assert found["new_workers"]["expected_percent"] == 50
    assert found["new_workers"]["path"] == "behind"
    assert found["labour_force"]["area"] == "51.71"


def test_what_is_left_of_2018_counts_indonesian_holidays(run):
    run("import", JUNE)

    # 131 weekdays after 30 June 2018, less 17 August, 22 August, 11 September, 20 November and
    # 25 December.
    assert shown(run)["new_workers"]["working_days_left"] == 126


def test_the_same_file_again_changes_nothing(run):
    first, again = run("import", JUNE), run("import", JUNE)

    assert "7 new, 0 changed, 0 same" in first.output
    assert "0 new, 0 changed, 7 same" in again.output


def test_a_dry_run_enters_nothing(run):
    assert "7 new" in run("import", "--dry-run", JUNE).output

    assert shown(run) == {}


def test_a_corrected_figure_takes_the_place_of_the_one_before(run, tmp_path):
    run("import", JUNE)
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(JUNE.read_text().replace("231301", "231310"))

    assert "0 new, 1 changed, 6 same" in run("import", corrected).output

    assert shown(run)["active_participants"]["realised"] == 231_310


HEAD = "indicator,kind,area,period_from,period_to,realised,target,source\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("tourists,stock,51.71,2018-06-30,2018-06-30,1,,x", "indicator"),
        ("new_workers,stock,51.71,2018-01-01,2018-06-30,1,,x", "flow"),
        ("new_workers,flow,51.99,2018-01-01,2018-06-30,1,,x", "area"),
        ("new_workers,flow,5171,2018-01-01,2018-06-30,1,,x", "area"),
        ("new_workers,flow,51.71,30-06-2018,2018-06-30,1,,x", "date"),
        ("new_workers,flow,51.71,2018-07-01,2018-06-30,1,,x", "ends before"),
        ("new_workers,flow,51.71,2018-01-01,2018-06-30,37.358,,x", "number"),
        ("new_workers,flow,51.71,2018-01-01,2018-06-30,-5,,x", "number"),
        ("new_workers,flow,51.71,2018-01-01,2018-06-30,,,x", "neither"),
        ("new_workers,flow,51.71,2018-01-01,2018-06-30,1,,", "source"),
        ("new_workers,flow,51.71,2018-01-01,2018-06-30,1", "source"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_nothing_is_entered(run, tmp_path, row, said):
    file = tmp_path / "bad.csv"
    file.write_text(JUNE.read_text() + row + "\n")

    answer = run("import", file)

    assert answer.exit_code == 1
    assert "bad.csv:6: " in answer.output
    assert said in answer.output.lower()
    assert shown(run) == {}


def test_a_row_that_stands_twice_is_named(run, tmp_path):
    file = tmp_path / "twice.csv"
    row = JUNE.read_text().splitlines()[1]
    file.write_text(HEAD + f"{row}\n{row}\n")

    assert "twice.csv:3: " in run("import", file).output


@pytest.mark.parametrize("content", [b"area,value\n51.71,5\n", b"\xff\xfe\x00", b""])
def test_what_is_no_such_file_is_refused(run, tmp_path: Path, content):
    file = tmp_path / "other.csv"
    file.write_bytes(content)

    answer = run("import", file)

    assert answer.exit_code == 1
    assert answer.output.startswith("Error: other.csv")


def test_totals_can_be_rebuilt_and_verified(run):
    assert run("rebuild").exit_code == 0

    assert run("verify").output == "The totals are right: 0 counted.\n"
