"""`flask demo load`: Denpasar with invented people, for trying out. Never in production."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.demo import load as demo
from fieldapp.models.users import User

group = AppGroup("demo", help="Invented people to try the app with.")


@group.command("load")
@click.option("--people", type=click.IntRange(1, 500_000), help="So many of the city's list.")
@click.option("--if-empty", is_flag=True, help="Do nothing when anybody is in the database.")
def load(people: int | None, if_empty: bool) -> None:
    """Build the agencies, categories, accounts and workers of Denpasar."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    if settings.production:
        raise click.ClickException("Demo accounts are refused when FIELDAPP_ENV=production.")
    with reading() as session:
        empty = session.query(User.id).first() is None
    if not empty:
        if if_empty:
            return
        raise click.ClickException(
            "There are people in this database; the demo wants an empty one."
        )
    with transaction() as session:
        count = demo.load(
            session,
            storage=current_app.extensions["fieldapp.storage"],
            people=people,
            now=now_utc(),
            progress=_tell,
        )
    click.echo(f"{count} invented workers are in.", err=True)


@group.command("accounts")
def accounts() -> None:
    """List the demo accounts and their password."""
    with reading() as session:
        known = {user.username for user in session.query(User).where(User.demo)}
    shown = [account for account in demo.ACCOUNTS if account.username in known]
    if not shown:
        return
    click.echo(f"Demo people, all with the password {demo.PASSWORD}:")
    for account in shown:
        role = str(words.label(account.role))
        click.echo(f"  {account.username:<8} {role:<15} {account.name}, {account.agency}")


def _tell(done: int) -> None:
    """Say how far it is, to who watches; a log is spared."""
    if sys.stderr.isatty():
        click.echo(f"{done} workers\r", nl=False, err=True)
