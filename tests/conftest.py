"""What every test may ask for: a database of its own, the app on it, and people."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakSet

import hypothesis
import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, Pool
from werkzeug.routing import Rule

from config import Environment, Settings
from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.database import db, engine_options
from fieldapp.models import sealed
from tests.world import World, build_world

CHROMIUM = "/usr/bin/chromium"
SERVER = os.environ.get("FIELDAPP_TEST_DATABASE_URL", "")
NOW = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
"""10.24 in Denpasar, on a Sunday."""


def settings_for(folder: Path, database_url: str = "") -> Settings:
    """Settings of a test's own house."""
    return Settings(env=Environment.TEST, data=folder, database_url=database_url)


# What takes long is measured in bench/, not guessed from a busy machine.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

_compile_builder = Rule._compile_builder
_builders: dict[object, Any] = {}


def _compile_once(rule: Rule, append_unknown: bool = True) -> Any:
    """Werkzeug writes and compiles two functions for each address of an app: most of what an app
    takes to start. They depend on the rule alone, so the apps of all tests share them.
    """
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compile_once  # type: ignore[method-assign]

_opened: WeakSet[Any] = WeakSet()


@event.listens_for(Pool, "connect")
def _note(connection: Any, _record: Any) -> None:
    if isinstance(connection, psycopg.Connection):
        _opened.add(connection)


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    """Apps that a test makes for itself leave a pool behind; PostgreSQL's driver minds."""
    yield
    for connection in list(_opened):
        connection.close()
    _opened.clear()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A migrated database with the world in it, and its data folder; tests work on copies."""
    folder = tmp_path_factory.mktemp("template")
    with _empty_database(folder) as url:
        app = create_app(settings_for(folder, url))
        with app.app_context():
            migrate()
            with Session(db.engine) as session:
                build_world(session, now=NOW)
                session.commit()
            db.engine.dispose()
        yield url, folder


@pytest.fixture
def settings(template: tuple[str, Path], tmp_path: Path) -> Iterator[Settings]:
    """Settings of a fresh copy of the template."""
    url, folder = template
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    data.chmod(0o700)
    if not SERVER:
        yield settings_for(data)
        return
    with _copy_of(url) as copy:
        yield settings_for(data, copy)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app, on a database of its own."""
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(template: tuple[str, Path]) -> Iterator[Session]:
    """A database session for deeds without HTTP; what they did is rolled back."""
    url, folder = template
    settings = settings_for(folder, url)
    uri = settings.database_uri
    sealed.use(Sealer(Keyring.open(settings.keys_path)))
    engine = create_engine(uri, poolclass=NullPool, **_without_pool(engine_options(uri)))
    connection = engine.connect()
    outer = connection.begin()
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        yield session
    outer.rollback()
    connection.close()
    engine.dispose()


@pytest.fixture
def world(session: Session) -> World:
    """Who and what there is in the template."""
    return World(session)


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return NOW


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser, started once: Playwright allows one in a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that touch the database run again on PostgreSQL; those in the browser do not."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if {"session", "app", "settings", "template"} & set(names):
            item.add_marker("database")
        if "journeys" in item.path.parts:
            item.add_marker("journey")


def _without_pool(options: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in options.items() if not name.startswith("pool")}


@contextmanager
def _empty_database(folder: Path) -> Iterator[str]:
    if not SERVER:
        yield ""
        return
    with _created("template1") as url:
        yield url


@contextmanager
def _copy_of(url: str) -> Iterator[str]:
    with _created(make_url(url).database or "") as copy:
        yield copy


@contextmanager
def _created(template: str) -> Iterator[str]:
    """A PostgreSQL database of its own, made from a template and dropped afterwards."""
    name = f"fieldapp_{uuid4().hex}"
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
