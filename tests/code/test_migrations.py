"""Migrations: up, down and up again, with rows in the tables, and ending where the models are."""

from __future__ import annotations

from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fieldapp.database import db, transaction
from fieldapp.models import Base
from fieldapp.models.audit import AuditEntry
from fieldapp.services import registrations
from tests.conftest import NOW
from tests.world import World, filled_form


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def test_migrations_go_down_and_up_again_and_end_where_the_models_are(house):
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

    flask_migrate.upgrade()

    assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)
    flask_migrate.check()


def test_an_upgrade_that_is_done_already_changes_nothing(house):
    with Session(db.engine) as session:
        before = session.scalars(select(AuditEntry.hash)).all()

    flask_migrate.upgrade()

    with Session(db.engine) as session:
        assert session.scalars(select(AuditEntry.hash)).all() == before


def test_foreign_keys_are_checked_again_after_a_migration(house):
    flask_migrate.upgrade()

    orphan = text(
        "INSERT INTO region (code, level, name, parent_code) "
        "VALUES ('99.99', 'regency', 'Nowhere', '99')"
    )
    with Session(db.engine) as session, pytest.raises(DBAPIError):
        session.execute(orphan)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_itself_refuses_to_change_the_audit_trail(house, statement):
    with transaction() as session:
        world = World(session)
        registrations.save(
            session,
            actor=world.wayan,
            registration_id=world.category("juru parkir").id,
            typed=filled_form(world.category("juru parkir")),
            seen=None,
            now=NOW,
        )

    with Session(db.engine) as session, pytest.raises(DBAPIError, match="never"):
        session.execute(text(statement))
