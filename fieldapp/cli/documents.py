"""`flask documents verify`: which print is this file?"""

from __future__ import annotations

from typing import BinaryIO

import click
from flask.cli import AppGroup

from fieldapp import words
from fieldapp.cli.plain import plainly
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.paper_origin import hash_of
from fieldapp.services import paper_origin

group = AppGroup("documents", help="Printed files: verify.")


@group.command("verify")
@click.argument("file", type=click.File("rb"))
def verify(file: BinaryIO) -> None:
    """Say which print FILE is, or that it is none of ours (exit code 1)."""
    digest = hash_of(file)
    with plainly(), transaction() as session:
        found = paper_origin.trace(session, actor=None, digest=digest, now=now_utc())
    if found is None:
        click.echo(words.NO_ORIGIN, err=True)
        raise SystemExit(1)
    for name, value in words.origin_words(found):
        click.echo(f"{name}: {value}")
