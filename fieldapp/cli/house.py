"""The house itself: its settings, and what is built before it opens."""

from __future__ import annotations

from dataclasses import fields

import click
from flask import current_app
from flask.cli import with_appcontext

from config import Settings, variable


@click.command("settings")
@with_appcontext
def settings() -> None:
    """List every setting, its value now, and what it is for."""
    now: Settings = current_app.extensions["fieldapp.settings"]
    for each in fields(Settings):
        value = getattr(now, each.name)
        shown = "(set)" if each.name == "database_url" and value else str(value) or "(empty)"
        click.echo(f"{variable(each.name)}={shown}\n    {each.metadata['explains']}")


@click.command("build")
@with_appcontext
def build() -> None:
    """Build what is served: words are compiled and static files joined when the app is made."""
    click.echo("Words and static files are built.")
