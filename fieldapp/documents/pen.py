"""Words as the operators of a page, as few as will do.

A pen keeps its colour, cut, spacing and place until it is told otherwise, so only what changes
from one row of words to the next is written. Places are whole tenths of a point (0.035 mm) from the
bottom left corner of the page: moving from one to the next never adds up to an error.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

UNSPACED: Final = b"0"
PLACES: Final = 10
"""In a point."""


class Words(NamedTuple):
    """A row of words of one type at a place: operands of colour, cut and spacing, and what shows
    the words.
    """

    color: bytes
    cut: bytes
    spacing: bytes
    left: int
    baseline: int
    shown: bytes


def written(rows: Iterable[Words]) -> bytes:
    """The operators between BT and ET, which leave no spacing behind; nothing for no words."""
    out: list[bytes] = []
    color = cut = b""
    spacing, x, y = UNSPACED, 0, 0
    for row in rows:
        if row.color != color:
            color = row.color
            out.append(b" " + color)
        if row.cut != cut:
            cut = row.cut
            out.append(cut)
        if row.spacing != spacing:
            spacing = row.spacing
            out.append(b" %s Tc" % spacing)
        out.append(_moved(row.left - x, row.baseline - y))
        out.append(row.shown)
        x, y = row.left, row.baseline
    if spacing != UNSPACED:
        out.append(b" %s Tc" % UNSPACED)
    return b"".join(out)


@lru_cache(maxsize=4096)
def _moved(right: int, up: int) -> bytes:
    return b" %.6g %.6g Td" % (right / PLACES, up / PLACES)


def number(value: float) -> str:
    """A number of a page, in points, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
