"""`flask companies import`: partner companies from a sheet, by the same rules as on the page."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from fieldapp import words
from fieldapp.cli.plain import RefusedError, plainly
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.queries import agencies, users
from fieldapp.services import company_imports as imports
from fieldapp.services.company_imports import Outcome

group = AppGroup("companies", help="Partner companies: import.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, help="Name of the agency that keeps them.")
@click.option("--by", required=True, help="User name of the clerk in whose name it is done.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def import_file(file: Path, agency: str, by: str, *, dry_run: bool) -> None:
    """Add and change the companies of an xlsx file; bad rows are told and left out."""
    with plainly(), force_locale("en"):
        sheet = imports.read(file.read_bytes())
        with reading() if dry_run else transaction() as session:
            found, user = agencies.agency_by_name(session, agency), users.user_by_name(session, by)
            if found is None:
                raise RefusedError(
                    f"There is no agency “{agency}”. `flask agencies list` shows them all."
                )
            if user is None or not user.active:
                raise RefusedError(f"There is no open account “{by}”.")
            actor = user.as_actor()
            results = (
                imports.look(session, actor=actor, agency_id=found.id, rows=sheet.rows)
                if dry_run
                else imports.enter(
                    session, actor=actor, agency_id=found.id, rows=sheet.rows, now=now_utc()
                )
            )
        for each in results:
            place = f"{file.name}:{each.row.number}: {each.name}"
            for name, error in each.errors.items():
                field = f"{words.company_field_label(name)}: " if name else ""
                click.echo(f"{place}: {field}{words.error_words(error)}", err=True)
            if each.alike:
                names = ", ".join(name for _id, name in each.alike)
                click.echo(f"{place}: looks like {names}", err=True)
        told = ", ".join(f"{count} {each.value}" for each, count in imports.counts(results).items())
        click.echo(f"{'Would be' if dry_run else 'Done'}: {told}.")
        if any(each.outcome is Outcome.BAD for each in results):
            raise click.exceptions.Exit(1)
