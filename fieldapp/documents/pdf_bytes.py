"""Small changes to a finished file; the same change to the same file gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.remove_unreferenced_resources()
        opened.save(out, deterministic_id=True)
    return out.getvalue()
