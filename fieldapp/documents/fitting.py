"""Does a text fit its box? Measured from the font's own advances, before anything is laid out.

A box has a width; a text is first set at its best size, then smaller down to a floor, then in the
narrow cut of the family, then on more lines, and only then cut with an ellipsis. A text that had
to be cut says so, so that it can be reported before printing.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONTS = Path(__file__).parents[2] / "static" / "fonts"
MM_PER_POINT = 25.4 / 72
# Kerning and rounding of the layout engine stay below this share of a line.
SLACK = 0.985


class Face(StrEnum):
    """The four cuts that paper is set in, by file name; see static/css/paper/fonts.css."""

    REGULAR = "IBMPlexSans-Regular.ttf"
    BOLD = "IBMPlexSans-SemiBold.ttf"
    NARROW = "IBMPlexSansCondensed-Regular.ttf"
    NARROW_BOLD = "IBMPlexSansCondensed-SemiBold.ttf"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text broken into lines that fit: the cut, the size in points, and whether it was cut."""

    lines: tuple[str, ...]
    face: Face
    size: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One way to set a text; a ladder of steps is tried from the best to the smallest."""

    face: Face
    size: float
    lines: int


def ladder(
    faces: Sequence[Face], sizes: Sequence[float], *, lines: Sequence[int] = (1,)
) -> tuple[Step, ...]:
    """All sizes of each cut on one line, then the same on more lines."""
    return tuple(Step(face, size, count) for count in lines for face in faces for size in sizes)


@lru_cache(maxsize=len(Face))
def _advances(face: Face) -> Mapping[int, float]:
    """Advance of every character of a cut, in em."""
    with TTFont(FONTS / face, lazy=True) as font:
        em = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {code: metrics[name][0] / em for code, name in font.getBestCmap().items()}


@lru_cache(maxsize=len(Face))
def _letter_advances(face: Face) -> Mapping[str, float]:
    return {chr(code): advance for code, advance in _advances(face).items()}


@lru_cache(maxsize=len(Face))
def widest(face: Face) -> float:
    """The advance of a cut's widest letter, in em."""
    return max(_advances(face).values())


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Characters that all four cuts hold."""
    return frozenset.intersection(*(frozenset(_advances(face)) for face in Face))


REPLACEMENT = "?"


def unprintable(text: str) -> tuple[str, ...]:
    """Characters of a text that the fonts cannot draw, each once, in order."""
    _, lost = _spelled_in_font(text)
    return lost


def printable(text: str) -> str:
    """The text as paper can show it: composed, on one line, and every letter in the fonts.

    A letter that the fonts have only in parts (ṣ) is drawn from letter and mark; one that they
    have not at all becomes a question mark, never a blank box, and is reported beforehand.
    """
    if text.isascii() and text.isprintable():
        return text
    drawn, _ = _spelled_in_font(text)
    return drawn


@lru_cache(maxsize=1024)
def _spelled_in_font(text: str) -> tuple[str, tuple[str, ...]]:
    known = covered()
    composed = unicodedata.normalize("NFC", text)
    if all(ord(letter) in known for letter in composed):
        return composed, ()
    drawn: list[str] = []
    lost: dict[str, None] = {}
    for letter in composed:
        parts = unicodedata.normalize("NFD", letter)
        if ord(letter) in known:
            drawn.append(letter)
        elif letter.isspace():
            drawn.append(" ")
        elif unicodedata.category(letter) in {"Cc", "Cf"}:
            continue
        elif all(ord(part) in known for part in parts):
            drawn.append(parts)
        else:
            drawn.append(REPLACEMENT)
            lost[letter] = None
    return "".join(drawn), tuple(lost)


def width_mm(text: str, face: Face, size: float) -> float:
    """Width of a line in millimetres at a size in points."""
    advances = _letter_advances(face)
    try:
        total = sum(map(advances.__getitem__, text))
    except KeyError:
        total = sum(advances.get(letter, 0.6) for letter in text)
    return total * size * MM_PER_POINT


@lru_cache(maxsize=1024)
def fit(text: str, width: float, steps: tuple[Step, ...]) -> Fitted:
    """Set a text in a box `width` millimetres wide by the first step of the ladder that holds it.

    Lines break at blanks; a single word longer than the line is broken where the line ends. If no
    step holds the text, the last one is used and its last line ends with an ellipsis.
    """
    text = " ".join(printable(text).split())
    room = width * SLACK
    for step in steps:
        lines = _broken(text, room, step)
        if len(lines) <= step.lines and not _breaks_word(text, lines):
            return Fitted(lines, step.face, step.size, cut=False)
    last = steps[-1]
    lines = _broken(text, room, last)
    if len(lines) <= last.lines:
        return Fitted(lines, last.face, last.size, cut=False)
    kept = list(lines[: last.lines])
    while kept[-1] and width_mm(kept[-1] + "…", last.face, last.size) > room:
        kept[-1] = kept[-1][:-1]
    kept[-1] = kept[-1].rstrip() + "…"
    return Fitted(tuple(kept), last.face, last.size, cut=True)


def _breaks_word(text: str, lines: tuple[str, ...]) -> bool:
    return " ".join(lines) != text


def _broken(text: str, room: float, step: Step) -> tuple[str, ...]:
    """Greedy lines; a word longer than a line is split by letters."""
    if width_mm(text, step.face, step.size) <= room:
        return (text,)
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_mm(longer, step.face, step.size) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_mm(line, step.face, step.size) > room and len(line) > 1:
            head = len(line) - 1
            while head > 1 and width_mm(line[:head], step.face, step.size) > room:
                head -= 1
            lines.append(line[:head])
            line = line[head:]
    return (*lines, line)
