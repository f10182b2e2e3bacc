"""The database and its only commit.

`transaction()` is for writing: on SQLite it begins IMMEDIATE, so that two writers wait for each
other instead of losing an update. Everything else begins DEFERRED and is never committed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from fieldapp.domain.errors import StaleError
from fieldapp.models.base import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True)

BUSY_SECONDS = 15


_PEN = Lock()
"""Held by the thread of this process that writes into SQLite."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Write: everything inside is kept together, or nothing of it."""
    session: Session = db.session()
    if session.in_transaction():
        session.rollback()
    with _turn_to_write(session):
        session.connection(execution_options={"begin": "IMMEDIATE"})
        try:
            yield session
            session.commit()
        except StaleDataError as error:  # two changed one row at once; the first was kept
            session.rollback()
            raise StaleError from error
        except BaseException:
            session.rollback()
            raise


@contextmanager
def _turn_to_write(session: Session) -> Iterator[None]:
    """Wait for the pen, and get it as soon as it is free.

    SQLite itself lets a writer sleep and ask again, up to a tenth of a second after the other has
    finished. It still has the last word: another process may write, or the pen not come in time.
    """
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    held = _PEN.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if held:
            _PEN.release()


@contextmanager
def reading() -> Iterator[Session]:
    """Read: nothing inside is kept."""
    session: Session = db.session()
    if session.in_transaction():
        session.rollback()
    try:
        yield session
    finally:
        session.rollback()


def engine_options(uri: str) -> dict[str, Any]:
    """What the engine of this address needs."""
    if uri.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # the begin event below says BEGIN, not the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA recursive_triggers=ON")  # INSERT OR REPLACE deletes: triggers see it
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        kind = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")
