"""`flask audit verify`: does the trail hold?"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fieldapp.database import reading
from fieldapp.services import audit

group = AppGroup("audit", help="The audit trail.")

FAULTS = {
    "changed": "entry {seq} was changed, or swapped with another",
    "missing": "entry {seq} is missing",
    "cut": "entries from {seq} on were cut off",
}


@group.command("verify")
def verify() -> None:
    """Walk the whole chain; exit 1 at the first break."""
    with reading() as session:
        held, fault = audit.verify(session)
    if fault is None:
        click.echo(f"The audit trail holds: {held} entries.")
        return
    click.echo(f"The audit trail is broken: {FAULTS[fault.fault].format(seq=fault.seq)}.", err=True)
    raise SystemExit(1)
