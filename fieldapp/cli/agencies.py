"""`flask agencies` and `flask categories`: what has to be there before anybody can sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from fieldapp.cli.plain import RefusedError, plainly
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.queries import agencies as queries
from fieldapp.services import agencies as services
from fieldapp.services import categories as category_services
from fieldapp.services.categories import Terms

group = AppGroup("agencies", help="Agencies and the branch: add, list.")
categories = AppGroup("categories", help="Categories of workers: add, list.")


@group.command("add")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice([each.value for each in AgencyKind]),
    default=AgencyKind.OPD.value,
    show_default=True,
)
def add(name: str, kind: str) -> None:
    """Make an agency; the branch with --kind branch."""
    with plainly(), transaction() as session:
        agency = services.add(session, actor=None, name=name, kind=AgencyKind(kind), now=now_utc())
        click.echo(f"{agency.name} is added.")


@group.command("list")
def list_agencies() -> None:
    """List agencies: kind, name, categories."""
    with plainly(), reading() as session:
        for agency in session.scalars(select(Agency).order_by(Agency.name)):
            names = ", ".join(sorted(row.category.name for row in agency.categories if row.active))
            state = "" if agency.active else " (closed)"
            click.echo(f"{agency.kind}\t{agency.name}{state}\t{names}")


@categories.command("add")
@click.argument("name")
@click.option("--agency", help="Let this agency supervise it.")
@click.option(
    "--segment",
    type=click.Choice([each.value for each in Segment]),
    default=Segment.BPU.value,
    show_default=True,
)
@click.option("--risk-class", type=click.Choice([each.value for each in RiskClass]), help="For PU.")
@click.option(
    "--sector",
    type=click.Choice([each.value for each in Sector]),
    default=Sector.OTHER.value,
    show_default=True,
)
@click.option(
    "--payer",
    type=click.Choice([each.value for each in Payer]),
    default=Payer.OWN.value,
    show_default=True,
)
def add_category(
    name: str,
    agency: str | None,
    segment: str,
    risk_class: str | None,
    sector: str,
    payer: str,
) -> None:
    """Make a category if there is none of this name, and say how an agency's people are insured."""
    now = now_utc()
    with plainly(), transaction() as session:
        category = queries.category_by_name(session, name)
        if category is None or agency is None:
            category = category_services.add(session, actor=None, name=name, now=now)
        if agency is not None:
            found = queries.agency_by_name(session, agency)
            if found is None:
                raise RefusedError(
                    f"There is no agency “{agency}”. `flask agencies list` shows them all."
                )
            category_services.set_terms(
                session,
                actor=None,
                agency=found,
                category=category,
                revision=found.revision,
                terms=Terms(
                    segment=Segment(segment),
                    sector=Sector(sector),
                    risk_class=RiskClass(risk_class) if risk_class else None,
                    payer=Payer(payer),
                ),
                now=now,
            )
        click.echo(f"{category.name} is added.")


@categories.command("list")
def list_categories() -> None:
    """List categories and who supervises them."""
    with plainly(), reading() as session:
        for agency in session.scalars(select(Agency).order_by(Agency.name)):
            for row in agency.categories:
                click.echo(f"{row.category.name}\t{row.segment}\t{row.payer}\t{agency.name}")
