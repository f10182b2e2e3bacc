"""`flask regions load`: the regions that the app carries, put into the database."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fieldapp.cli.plain import plainly
from fieldapp.database import transaction
from fieldapp.services.regions import load_regions

group = AppGroup("regions", help="Provinces, regencies, districts and villages.")


@group.command("load")
def load() -> None:
    """Add the regions that are missing and correct names; run again, it changes nothing."""
    with plainly(), transaction() as session:
        changed = load_regions(session)
    click.echo(f"{changed} regions added or corrected." if changed else "Nothing to change.")
