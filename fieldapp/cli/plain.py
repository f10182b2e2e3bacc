"""Errors of commands: one plain sentence, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask_babel import force_locale
from sqlalchemy.exc import DatabaseError

from fieldapp import words
from fieldapp.domain.errors import FieldError


class RefusedError(click.ClickException):
    """What was asked for cannot be done; nothing was changed."""

    exit_code = 2


@contextmanager
def plainly() -> Iterator[None]:
    """Tell our own errors, and a database without tables, in words."""
    try:
        yield
    except FieldError as error:
        with force_locale("en"):
            raise RefusedError(words.error_words(error)) from error
    except DatabaseError as error:
        reason = str(error.orig).splitlines()[0]
        raise RefusedError(
            f"The database is not ready ({reason}). Has `flask setup` been run?"
        ) from error
