"""How often one address may ask what anybody may ask."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits.storage import MemoryStorage

if TYPE_CHECKING:
    from config import Settings

limiter: Final = Limiter(get_remote_address, strategy="moving-window")


SWEPT_EVERY: Final = 30.0


class OneProcess(MemoryStorage):
    """Counts in memory, and sweeps now and then.

    The package starts a thread for nearly each request to forget what is old: more work than all
    the counting.
    """

    STORAGE_SCHEME = ["process"]  # noqa: RUF012
    _swept = 0.0

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802
        if monotonic() - self._swept > SWEPT_EVERY:
            self._swept = monotonic()
            super()._MemoryStorage__schedule_expiry()  # type: ignore[misc]


def install(app: Flask, settings: Settings) -> None:
    """Count in this process, or for several in Redis (`FIELDAPP_LIMIT_STORAGE`)."""
    storage = settings.limit_storage.replace("memory://", "process://")
    app.config.update(RATELIMIT_STORAGE_URI=storage, RATELIMIT_HEADERS_ENABLED=True)
    limiter.init_app(app)


def account() -> str:
    """Who asks, wherever from; without a session it is the address that counts."""
    return str(current_user.actor.id) if current_user.is_authenticated else get_remote_address()


def phone_rate() -> str:
    """How many requests a minute one account's phones may make."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return f"{settings.phone_requests_a_minute} per minute"


def filter_rate() -> str:
    """How often a person's phones may fetch the filter of known NIKs."""
    return "12 per day"


def check_rate() -> str:
    """How many checks of cards a minute one address may ask for."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return f"{settings.checks_a_minute} per minute"
