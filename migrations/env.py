"""Runs migrations: one at a time, on SQLite with foreign keys off while tables are rebuilt.

Batch mode rebuilds a table on SQLite; with foreign keys on, dropping the old one would delete
the rows that point at it. They are switched off outside the transaction and checked after it.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from fieldapp.models import Base

LOCK = 7_215_001  # any fixed number: two upgrades at once wait for each other


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '15s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"The migration left rows that point nowhere: {broken[:5]}")


engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(begin="IMMEDIATE")
    try:
        run(connection)
    finally:
        if connection.dialect.name == "sqlite":
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
