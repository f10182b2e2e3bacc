"""`flask setup`: the database as the code wants it, ready to serve."""

from __future__ import annotations

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from fieldapp.database import transaction
from fieldapp.models.regions import Region
from fieldapp.services.keys import OtherKeysError, check_keys
from fieldapp.services.regions import load_regions


def migrate() -> None:
    """Bring the database to the newest revision."""
    flask_migrate.upgrade()


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Migrate the database, check its keys, load the regions; run again, it changes nothing."""
    migrate()
    try:
        with transaction() as session:
            check_keys(session, current_app.extensions["fieldapp.sealer"])
            if session.query(Region.code).first() is None:
                load_regions(session)
    except OtherKeysError as error:
        raise click.ClickException(str(error)) from error
