"""`flask tokens`: tokens of the API from the command line."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.api_tokens import Scope, TokenTermsError
from fieldapp.models.users import User
from fieldapp.services import api_tokens

group = AppGroup("tokens", help="Tokens by which other systems speak to the API.")


@group.command("add")
@click.argument("name")
@click.option("--user", "username", required=True, help="Whom it acts for: a permit officer.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
)
@click.option("--days", default=365, show_default=True, help="How long it is valid.")
def add(name: str, username: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token and show it, once."""
    with transaction() as session:
        user = session.scalar(select(User).where(User.username == username, User.active.is_(True)))
        if user is None:
            raise click.ClickException(f"There is no active user {username!r}.")
        try:
            row, text = api_tokens.add(
                session,
                actor=None,
                name=name,
                scopes=[Scope(each) for each in scopes],
                user=user,
                days=days,
                now=now_utc(),
            )
        except TokenTermsError as error:
            longest = error.facts["longest"]
            raise click.ClickException(
                f"A token needs a name, a scope, and 1 to {longest} days."
            ) from error
        click.echo(f"{row.id}  {row.name}, until {row.expires_at:%Y-%m-%d}", err=True)
        click.echo("Keep it safe: it is shown this once only.", err=True)
        click.echo(text)


@group.command("list")
def show() -> None:
    """List tokens: who they act for, until when, when last used."""
    now = now_utc()
    with reading() as session:
        for row in api_tokens.tokens(session, None):
            state = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "valid"
            used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
            click.echo(
                f"{row.id}  {state:8}  until {row.expires_at:%Y-%m-%d}  used {used}  "
                f"{row.user.username}  {','.join(row.scopes)}  {row.name}"
            )


@group.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Take a token back, at once and for good."""
    with transaction() as session:
        row = api_tokens.token(session, None, token_id)
        if row is None:
            raise click.ClickException(f"There is no token {token_id}.")
        api_tokens.revoke(session, actor=None, row=row, now=now_utc())
    click.echo("It is revoked.")
