"""`flask cards keys`: what an administrator types when a key is old, or lost."""

from sqlalchemy import select

from fieldapp.database import reading
from fieldapp.models.cards import SigningKey


def test_keys_are_made_listed_and_retired_by_command(app):
    run = app.test_cli_runner().invoke

    assert "no key yet" in run(args=["cards", "keys", "list"]).output
    assert "Key 1 signs" in run(args=["cards", "keys", "new"]).output
    assert "Key 2 signs" in run(args=["cards", "keys", "new"]).output
    assert "Key 1 is retired" in run(args=["cards", "keys", "retire", "1", "--leaked"]).output

    lines = run(args=["cards", "keys", "list"]).output.splitlines()
    assert "leaked" in lines[0]
    assert "signs" in lines[1]
    with app.app_context(), reading() as session:
        assert [
            row.leaked for row in session.scalars(select(SigningKey).order_by(SigningKey.id))
        ] == [True, False]


def test_a_key_that_is_not_there_cannot_be_retired(app):
    result = app.test_cli_runner().invoke(args=["cards", "keys", "retire", "9"])

    assert result.exit_code == 1
    assert "9" in result.output
