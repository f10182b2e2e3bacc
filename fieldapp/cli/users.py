"""`flask users`: accounts from the terminal, the first administrator above all."""

from __future__ import annotations

import secrets
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.cli.plain import RefusedError, plainly
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.first_password import first_password
from fieldapp.domain.permissions import Role
from fieldapp.models.agencies import Agency
from fieldapp.models.users import User
from fieldapp.queries import agencies as agency_queries
from fieldapp.queries import users as queries
from fieldapp.services import users as services

group = AppGroup("users", help="Accounts: add, list, close, reset-password.")


@group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    required=True,
    type=click.Choice([each.value for each in Role]),
    help="What the person does.",
)
@click.option(
    "--agency",
    required=True,
    help='Name of the agency; "branch" for the branch, whatever its name.',
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the first password from a line of input."
)
def add(username: str, name: str, role: str, agency: str, password_stdin: bool) -> None:
    """Make an account; the first password is printed, or read from the input."""
    password = _password(password_stdin)
    with plainly(), transaction() as session:
        user = services.add(
            session,
            actor=None,
            username=username,
            name=name,
            role=Role(role),
            agency=_agency(session, agency),
            password=password,
            now=now_utc(),
        )
        click.echo(f"{user.username} is added.")
    _tell(password, password_stdin)


@group.command("list")
@click.option("--all", "everybody", is_flag=True, help="Closed accounts too.")
def list_users(everybody: bool) -> None:
    """List accounts: user name, role, agency, name."""
    with plainly(), reading() as session:
        for user in session.scalars(select(User).order_by(User.username)):
            if user.active or everybody:
                state = "" if user.active else " (closed)"
                click.echo(f"{user.username}\t{user.role}\t{user.agency.name}\t{user.name}{state}")


@group.command("close")
@click.argument("username")
def close(username: str) -> None:
    """Close an account and end its sessions."""
    with plainly(), transaction() as session:
        services.close(session, actor=None, user=_user(session, username), now=now_utc())
    click.echo(f"{username} is closed.")


@group.command("reset-password")
@click.argument("username")
@click.option(
    "--password-stdin", is_flag=True, help="Read the first password from a line of input."
)
def reset_password(username: str, password_stdin: bool) -> None:
    """Give a new first password and end the person's sessions."""
    password = _password(password_stdin)
    with plainly(), transaction() as session:
        user = _user(session, username)
        services.reset_password(session, actor=None, user=user, password=password, now=now_utc())
    click.echo(f"{username} has a new first password.")
    _tell(password, password_stdin)


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    return first_password(secrets.choice)


def _tell(password: str, from_input: bool) -> None:
    if not from_input:
        click.echo(f"First password: {password}")
    click.echo("It has to be changed at the first sign-in.")


def _agency(session: Session, name: str) -> Agency:
    if name == "branch":
        branch = agency_queries.branch(session)
        if branch is None:
            raise RefusedError(
                "There is no branch yet. Make it first: flask agencies add NAME --kind branch"
            )
        return branch
    agency = agency_queries.agency_by_name(session, name)
    if agency is None:
        raise RefusedError(f"There is no agency “{name}”. `flask agencies list` shows them all.")
    return agency


def _user(session: Session, username: str) -> User:
    user = queries.user_by_name(session, username)
    if user is None:
        raise RefusedError(f"There is no user “{username}”. `flask users list` shows them all.")
    return user
