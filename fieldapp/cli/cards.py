"""`flask cards keys`: the keys that sign the codes of cards."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import FieldError
from fieldapp.services import signing_keys

group = AppGroup("cards", help="Cards that can be checked.")
keys = AppGroup("keys", help="The keys that sign the codes of cards.")
group.add_command(keys)


@keys.command("list")
def show() -> None:
    """List the keys, the newest last; the newest that is not retired signs."""
    with reading() as session:
        rows = [
            (row.id, row.created_at, row.retired_at, row.leaked, row.public.hex())
            for row in signing_keys.all_keys(session)
        ]
    if not rows:
        click.echo("There is no key yet; the first is made when the first card is printed.")
    current = max((row[0] for row in rows if row[2] is None), default=None)
    for key_id, created_at, retired_at, leaked, public in rows:
        state = "signs" if key_id == current else "checks"
        if retired_at is not None:
            state = f"retired {retired_at:%Y-%m-%d}" + (", leaked" if leaked else "")
        click.echo(f"{key_id:3d}  made {created_at:%Y-%m-%d}  {state:24s}  {public}")


@keys.command("new")
def new() -> None:
    """Make a key that signs from now on; cards that older keys have signed stay genuine."""
    try:
        with transaction() as session:
            key_id = signing_keys.new_key(session, actor=None, now=now_utc()).id
    except FieldError as error:
        raise click.ClickException(words.error_words(error)) from None
    click.echo(f"Key {key_id} signs from now on.")


@keys.command("retire")
@click.argument("key_id", type=int)
@click.option("--leaked", is_flag=True, help="Somebody else has it: phones must not trust it.")
def retire(key_id: int, *, leaked: bool) -> None:
    """Let a key sign nothing more, and forget its private half for good.

    Cards that it has signed stay genuine, with --leaked only where there is a signal.
    """
    try:
        with transaction() as session:
            signing_keys.retire_key(
                session, actor=None, key_id=key_id, leaked=leaked, now=now_utc()
            )
    except FieldError as error:
        raise click.ClickException(words.error_words(error)) from None
    click.echo(f"Key {key_id} is retired.")
