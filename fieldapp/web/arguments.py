"""What addresses ask for, read without trusting: what cannot be read was not asked for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

Member = TypeVar("Member", bound=StrEnum)


def uuid(text: str | None) -> UUID | None:
    """An id, or None."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def member(kind: type[Member], text: str | None) -> Member | None:
    """A member of a list, or None."""
    try:
        return kind(text) if text else None
    except ValueError:
        return None


def whole(text: str | None) -> int | None:
    """A whole number of at most 18 digits, or None."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None


def day(text: str | None) -> date | None:
    """A day as browsers write it (2026-11-22), or None."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
