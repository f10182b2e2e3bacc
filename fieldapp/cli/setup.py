"""`flask setup`: the database as the code wants it, ready to serve."""

from __future__ import annotations

import click
import flask_migrate
from flask.cli import with_appcontext

from fieldapp.database import reading, transaction
from fieldapp.models.regions import Region
from fieldapp.services.regions import load_regions


def migrate() -> None:
    """Bring the database to the newest revision."""
    flask_migrate.upgrade()


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Migrate the database and load the regions; run again, it changes nothing."""
    migrate()
    with reading() as session:
        empty = session.query(Region.code).first() is None
    if empty:
        with transaction() as session:
            load_regions(session)
