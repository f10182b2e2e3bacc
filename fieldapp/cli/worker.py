"""`flask worker`: does the long work, job after job."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from config import Settings
from fieldapp.jobs.paper_facts import House
from fieldapp.jobs.worker import Worker


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what waits now, then end.")
@with_appcontext
def worker(once: bool) -> None:
    """Do the long work until told to stop; any number of workers may run side by side."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    house: House = current_app.extensions["fieldapp.house"]
    hands = Worker(house, lease_seconds=settings.job_lease_seconds)
    if not once:
        hands.run()
        return
    while hands.work_once():
        pass
