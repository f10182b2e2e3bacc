"""Commands: `flask <group> <deed>`. Each calls the same services as the pages."""

from __future__ import annotations

from flask import Flask

from fieldapp.cli import audit, demo, house, setup, worker


def install(app: Flask) -> None:
    """Add every command to the app."""
    app.cli.add_command(house.settings)
    app.cli.add_command(house.build)
    app.cli.add_command(setup.setup)
    app.cli.add_command(worker.worker)
    app.cli.add_command(demo.group)
    app.cli.add_command(audit.group)
