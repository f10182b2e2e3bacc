"""Commands: `flask <group> <deed>`. Each calls the same services as the pages."""

from __future__ import annotations

from flask import Flask

from fieldapp.cli import (
    agencies,
    audit,
    cards,
    companies,
    coverage,
    demo,
    documents,
    house,
    regions,
    setup,
    tokens,
    users,
    worker,
)


def install(app: Flask) -> None:
    """Add every command to the app."""
    app.cli.add_command(house.settings)
    app.cli.add_command(house.build)
    app.cli.add_command(setup.setup)
    app.cli.add_command(worker.worker)
    app.cli.add_command(demo.group)
    app.cli.add_command(audit.group)
    app.cli.add_command(cards.group)
    app.cli.add_command(companies.group)
    app.cli.add_command(agencies.group)
    app.cli.add_command(agencies.categories)
    app.cli.add_command(regions.group)
    app.cli.add_command(users.group)
    app.cli.add_command(tokens.group)
    app.cli.add_command(coverage.group)
    app.cli.add_command(documents.group)
