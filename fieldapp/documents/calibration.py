"""A sheet that shows how far a printer is off: rulers on its front, lines on its back.

Held against the light, the lines of the back cross the rulers of the front. The figure at the
crossing is the one to type: it is what the printer was told already, and what is missing still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pikepdf

from fieldapp.documents.engine import Paper, Pictures, single
from fieldapp.documents.fitting import MM_PER_POINT
from fieldapp.documents.pdf_bytes import changed
from fieldapp.domain.press import Duplex, Shifts

PAPER: Final = Paper("calibration", "Lembar Kalibrasi Printer")
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
ACROSS_Y: Final = 176.0
"""Where the horizontal ruler lies; the vertical one is centred on DOWN_Y. Both in millimetres."""
DOWN_Y: Final = 235.0
REACH: Final = 50
"""Tenths of a millimetre to either side that can be read."""
ROOM: Final = 0.8
"""Millimetres between figures for each tenth between their marks, which fan out to them."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of a ruler, and its figure if it has one: where each lies, in millimetres."""

    at: float
    label_at: float
    figure: str
    middle: bool


def calibration_sheet(duplex: Duplex, shifts: Shifts, *, made_at: datetime) -> bytes:
    """The sheet as two pages of A4, moved as the printer is set now."""
    long_edge = duplex is Duplex.LONG_EDGE
    # Seen from the front, a sheet turned about its long edge shows its back mirrored across; one
    # turned about its short edge, mirrored from top to bottom.
    across, down = (1, -1) if long_edge else (-1, 1)
    pdf = single(
        PAPER,
        {
            "long_edge": long_edge,
            "shifts": {name: figure(getattr(shifts, name)) for name in Shifts.__slots__},
            "across": tuple(_ticks(WIDTH_MM / 2, shifts.back_right, across)),
            "across_y": ACROSS_Y,
            "down": tuple(_ticks(DOWN_Y, shifts.back_down, down)),
            "down_y": DOWN_Y,
            "back_across_y": ACROSS_Y if long_edge else HEIGHT_MM - ACROSS_Y,
            "back_down_y": DOWN_Y if long_edge else HEIGHT_MM - DOWN_Y,
        },
        pictures=Pictures(),
        made_at=made_at,
    )
    return changed(pdf, lambda sheet: _move(sheet, shifts))


def figure(tenths: int) -> str:
    """Tenths of a millimetre as they are typed: −0,5."""
    return f"{tenths / 10:.1f}".replace(".", ",").replace("-", "−")


def _ticks(middle: float, now: int, sign: int) -> Iterator[Tick]:
    """A mark each half millimetre; at whole ones the figure that is to be typed."""
    for off in range(-REACH, REACH + 1, 5):
        yield Tick(
            at=round(middle + off / 10, 2),
            label_at=round(middle + off * ROOM, 2),
            figure="" if off % 10 else figure(now + sign * off),
            middle=not off,
        )


def _move(sheet: pikepdf.Pdf, shifts: Shifts) -> None:
    sides = ((shifts.front_right, shifts.front_down), (shifts.back_right, shifts.back_down))
    for page, (right, down) in zip(sheet.pages, sides, strict=True):
        x, y = right / 10 / MM_PER_POINT, -down / 10 / MM_PER_POINT
        page.contents_add(b"q 1 0 0 1 %.3f %.3f cm\n" % (x, y), prepend=True)
        page.contents_add(b"\nQ")
