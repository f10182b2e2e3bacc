"""What the city asks of a company before a permit, as set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from fieldapp.domain.permits import Demands

if TYPE_CHECKING:
    from config import Settings


def demands() -> Demands:
    """From the settings."""
    settings: Settings = current_app.extensions["fieldapp.settings"]
    return Demands(settings.permit_paid_within, settings.permit_workers_over)
