"""`flask coverage`: figures and targets from a file, how they stand, and the kept totals."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from fieldapp import words
from fieldapp.adapters.tables import place_names
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.coverage import Standing, Thresholds
from fieldapp.domain.coverage_file import FigureError, read_file
from fieldapp.domain.wita import day_of
from fieldapp.queries import coverage as queries
from fieldapp.services import coverage
from fieldapp.services.work_calendar import work_calendar

group = AppGroup("coverage", help="Targets and what is realised.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def import_file(file: Path, dry_run: bool) -> None:
    """Enter the figures and targets of a CSV file; nothing is entered while a row is bad."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows, bad = read_file(lines, regions=place_names().keys())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not a text file in UTF-8.") from None
    except FigureError as error:
        raise click.ClickException(f"{file.name}: {words.error_words(error)}") from None
    for each in bad:
        click.echo(f"{file.name}:{each.line}: {words.error_words(each.error)}", err=True)
    if bad:
        raise click.ClickException(f"Nothing was entered: {len(bad)} of the lines are wrong.")
    with reading() if dry_run else transaction() as session:
        done = coverage.import_rows(session, actor=None, rows=rows, now=now_utc())
    counts = ", ".join(f"{done[each]} {each.value}" for each in coverage.Entered)
    click.echo(f"{'Would be entered' if dry_run else 'Entered'}: {counts}.")


@group.command("show")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="At the end of this day.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def show(as_of: datetime | None, as_json: bool) -> None:
    """Say how every target stands."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    with reading() as session:
        day = as_of.date() if as_of else queries.day_to_show(session, day_of(now_utc()))
        found = queries.standings(
            session,
            queries.Ask(day),
            work=work_calendar(session, day.replace(month=1, day=1), day.replace(month=12, day=31)),
            thresholds=Thresholds(settings.coverage_on_track, settings.coverage_at_risk),
        )
    if as_json:
        told = {"as_of": day.isoformat(), "indicators": [told_as_json(each) for each in found]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for each in found:
        share = f"{each.percent} % of {each.target}" if each.target else "no target"
        status = f", {words.label(each.status)}" if each.status else ""
        click.echo(
            f"{each.area.code:<16} {words.label(each.indicator)!s:<20} {each.realised:>9}  "
            f"{share}{status}"
        )


def told_as_json(standing: Standing) -> dict[str, Any]:
    """A standing in plain values."""
    official, foretold = standing.official, standing.forecast
    return {
        "indicator": standing.indicator,
        "kind": standing.kind,
        "area": standing.area.code,
        "period_from": standing.period.first.isoformat(),
        "period_to": standing.period.last.isoformat(),
        "realised": standing.realised,
        "official": official.value if official else None,
        "official_on": official.day.isoformat() if official else None,
        "source": official.source if official else None,
        "own": standing.own,
        "target": standing.target,
        "percent": _number(standing.percent),
        "gap": standing.gap,
        "expected": standing.expected,
        "expected_percent": _number(standing.expected_percent),
        "path": standing.side,
        "working_days_left": standing.working_days_left,
        "needed_per_working_day": _number(standing.needed),
        "forecast": {"low": foretold.low, "middle": foretold.middle, "high": foretold.high}
        if foretold
        else None,
        "status": standing.status,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@group.command("rebuild")
def rebuild() -> None:
    """Count all registrations anew."""
    with transaction() as session:
        totals = coverage.rebuild(session)
    click.echo(f"{totals} totals were counted anew.")


@group.command("verify")
def verify() -> None:
    """Compare the kept totals with the registrations; exit 1 when they differ."""
    with reading() as session:
        people, differences = coverage.verify(session)
    if not differences:
        click.echo(f"The totals are right: {people} counted.")
        return
    for each in differences[:20]:
        click.echo(
            f"{each.day} {each.mark} {each.agency_id}: kept {each.kept}, counted {each.counted}",
            err=True,
        )
    raise click.ClickException(f"{len(differences)} totals are wrong; `flask coverage rebuild`.")
