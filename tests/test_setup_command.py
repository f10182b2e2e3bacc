"""`flask setup`: run twice it changes nothing; with lost keys it refuses to go on."""

from __future__ import annotations

from sqlalchemy import func, select

from fieldapp.app import create_app
from fieldapp.database import reading
from fieldapp.models.regions import Region
from tests.conftest import settings_for


def test_setup_makes_an_empty_folder_ready_and_a_second_time_changes_nothing(tmp_path):
    app = create_app(settings_for(tmp_path))
    runner = app.test_cli_runner()

    first, again = (runner.invoke(args=["setup"]) for _ in range(2))

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Region.code))) == 1325


def test_a_lost_key_file_is_not_silently_replaced_by_a_new_one(tmp_path):
    create_app(settings_for(tmp_path)).test_cli_runner().invoke(args=["setup"])
    (tmp_path / "keys.json").unlink()

    told = create_app(settings_for(tmp_path)).test_cli_runner().invoke(args=["setup"])

    assert told.exit_code == 1
    assert "do not belong to this database" in told.output
