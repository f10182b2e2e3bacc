"""The app under its real server, and people with real browsers in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update
from waitress import wasyncore
from waitress.server import create_server

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User, UserSession
from fieldapp.services import sessions

PHONE = {"width": 360, "height": 740}

expect.set_options(timeout=10_000)


@dataclass
class Live:
    """The app, listening. Its rules are those of production: its own headers, its own gate."""

    app: Flask
    url: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def phone(self, username: str, *, language: str = "id", **options: Any) -> Page:
        """A page on the phone of a person who is signed in."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport=options.pop("viewport", PHONE),
            has_touch=True,
            locale="id-ID",
            **options,
        )
        self.contexts.append(context)
        context.add_cookies(
            [{"name": "fieldapp", "value": self.cookie(username, language), "url": self.url}]
        )
        page = context.new_page()
        page.on("pageerror", self._complain)
        page.on("console", self._overheard)
        return page

    def cookie(self, username: str, language: str = "id") -> str:
        """The cookie of a session that was opened without the sign-in page."""
        token = token_urlsafe(32)
        with self.app.app_context(), transaction() as session:
            user = session.scalars(select(User).where(User.username == username)).one()
            user.language = language
            sessions.open_session(
                session, user=user, token=token, address="127.0.0.1", agent="phone", now=now_utc()
            )
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert serializer is not None
        return str(serializer.dumps({"_user_id": token}))

    def end_sessions(self) -> None:
        """Everybody has to sign in again."""
        long_ago = datetime.now(UTC) - timedelta(days=2)
        with self.app.app_context(), transaction() as session:
            session.execute(update(UserSession).values(revoked_at=long_ago))

    def kept(self, read: Any) -> Any:
        """What `read` makes of the one registration that is kept."""
        with self.app.app_context(), reading() as session:
            return read(session.scalars(select(Registration)).one())

    complaints: list[str] = field(default_factory=list)

    def _complain(self, error: Exception) -> None:
        self.complaints.append(str(error))

    def _overheard(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def live(app: Flask, chromium: Browser) -> Iterator[Live]:
    """The app under waitress on a free port. What a page complained of fails the test."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    house = Live(app, f"http://127.0.0.1:{server.effective_port}", chromium)
    yield house
    for context in house.contexts:
        context.close()
    # In the server's own thread: its loop ends when nothing is left to listen to.
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(timeout=5)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()
    assert house.complaints == []
