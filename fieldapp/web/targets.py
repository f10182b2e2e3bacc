"""Where a form may send people back to: a path of this app, never another site."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_target(target: str | None) -> str | None:
    """The target if it is a plain path of ours (`/…`), else None.

    Refused are other hosts in every spelling that browsers follow: `//host`, `/\\host`, `http:…`,
    control characters, and targets that are not a path at all.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
