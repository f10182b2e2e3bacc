"""Words in a box, set as the layout engine sets them: lines, baselines, alignment.

Measures are its pixels, from the top left corner of a page. The rules are those of CSS for one
block of words: each line is as high as the highest of its types, the block's own among them, and
lines are filled one after another. layouts.py compares what comes out with the engine's own lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fieldapp.documents.fitting import Face
from fieldapp.documents.glyphs import ASCENT, DESCENT, Row, glyphs
from fieldapp.documents.pen import Words
from fieldapp.documents.tracing import Slot

PT: Final = 0.75
"""Points in a pixel of the layout engine."""


@dataclass(frozen=True, slots=True)
class Type:
    """How words are set: cut, size (px), colour (0 to 1), letter spacing (px), line height (times
    the size, or px), capitals.
    """

    face: Face
    size: float
    color: tuple[float, float, float]
    spacing: float
    times: float | None
    fixed: float
    upper: bool

    def above(self, size: float) -> float:
        """From the line's top to the baseline."""
        height = self.fixed if self.times is None else self.times * size
        return (height - (ASCENT + DESCENT) * size) / 2 + ASCENT * size

    def below(self, size: float) -> float:
        """From the baseline to the line's foot."""
        height = self.fixed if self.times is None else self.times * size
        return height - self.above(size)


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one type: literals and slots; `fit` is the slot whose fitting breaks the lines, and
    sets cut and size unless the style sheet has its own (`sized`).
    """

    parts: tuple[str | int, ...]
    type: Type
    fit: int | None = None
    ends_line: bool = False
    sized: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Words within a line, of one cut, size (px) and type."""

    text: str
    face: Face
    size: float
    type: Type


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: its baseline, and whether it ends a paragraph."""

    segments: tuple[Segment, ...]
    baseline: float
    last: bool


@dataclass(slots=True)
class Block:
    """A box with words in it, in px from the top left corner of its page.

    `flows` tells that its height moves what stands below it.
    """

    page: int
    left: float
    top: float
    width: float
    align: str
    wraps: bool
    strut: Type
    strut_fit: int | None
    runs: tuple[Run, ...]
    slots: tuple[int, ...]
    flows: bool
    height: float = 0.0
    kept: dict[Any, tuple[tuple[Words, ...], float, str]] = field(default_factory=dict)

    def lines(self, slots: Sequence[Slot], words: Mapping[int, str]) -> tuple[list[Line], float]:
        """The words of a row set in this box, and the height that they take."""
        strut_size = self.strut.size
        paragraphs: list[list[Segment]] = [[]]
        for run in self.runs:
            if run.ends_line:
                paragraphs.append([])
                continue
            face, size = run.type.face, run.type.size
            if run.fit is not None:
                fitted = slots[run.fit].fitted(words[run.fit])
                if not run.sized:
                    face, size = fitted.face, fitted.size / PT
                if run.fit == self.strut_fit:
                    strut_size = size
                before, after = _around(run, words)
                pieces = [*fitted.lines]
                pieces[0] = before + pieces[0]
                pieces[-1] += after
                for number, piece in enumerate(pieces):
                    if number:
                        paragraphs.append([])
                    paragraphs[-1].append(Segment(piece, face, size, run.type))
                continue
            text = "".join(part if type(part) is str else words[part] for part in run.parts)  # type: ignore[index]
            if run.type.upper:
                text = text.upper()
            paragraphs[-1].append(Segment(text, face, size, run.type))
        lines: list[Line] = []
        y = self.top
        for paragraph in paragraphs:
            rows = _wrapped(paragraph, self.width) if self.wraps else [_trimmed(paragraph)]
            for number, row in enumerate(rows):
                above, below = self.strut.above(strut_size), self.strut.below(strut_size)
                for each in row:
                    above = max(above, each.type.above(each.size))
                    below = max(below, each.type.below(each.size))
                lines.append(Line(tuple(row), y + above, number == len(rows) - 1))
                y += above + below
        return lines, y - self.top

    def places(self, lines: Sequence[Line]) -> Iterator[tuple[float, float, Segment, Row]]:
        """Left end, baseline (px), words and their glyphs, segment by segment."""
        for line in lines:
            widths = [_measured(each) for each in line.segments]
            total = sum(width for _, width in widths)
            blank = 0.0
            left = self.left
            if self.align == "center":
                left += (self.width - total) / 2
            elif self.align == "right":
                left += self.width - total
            elif self.align == "justify" and not line.last:
                blanks = sum(each.text.count(" ") for each in line.segments)
                blank = (self.width - total) / blanks if blanks else 0.0
            for each, (row, width) in zip(line.segments, widths, strict=True):
                if blank:
                    row = glyphs(each.face).row(each.text, blank=blank / each.size * 1000)
                yield left, line.baseline, each, row
                left += width + blank * each.text.count(" ")


def _around(run: Run, words: Mapping[int, str]) -> tuple[str, str]:
    """Words before and after the fitted slot of a run."""
    if len(run.parts) == 1:
        return "", ""
    index = run.parts.index(run.fit)
    sides = (run.parts[:index], run.parts[index + 1 :])
    before, after = (
        "".join(part if isinstance(part, str) else words[part] for part in side) for side in sides
    )
    return before, after


def _measured(segment: Segment) -> tuple[Row, float]:
    row = glyphs(segment.face).row(segment.text)
    return row, row.width * segment.size / 1000 + segment.type.spacing * len(segment.text)


def _trimmed(paragraph: Sequence[Segment]) -> list[Segment]:
    """A line without blanks at its ends."""
    row = [each for each in paragraph if each.text]
    if row and row[0].text[0] == " ":
        row[0] = Segment(row[0].text.lstrip(" "), row[0].face, row[0].size, row[0].type)
    if row and row[-1].text[-1:] == " ":
        last = row[-1]
        row[-1] = Segment(last.text.rstrip(" "), last.face, last.size, last.type)
    return [each for each in row if each.text]


def _wrapped(paragraph: Sequence[Segment], room: float) -> list[list[Segment]]:
    """Lines filled one after another, broken at blanks and after dashes, as the shaper does."""
    whole = _trimmed(paragraph)
    if sum(_measured(each)[1] for each in whole) <= room:
        return [whole]
    rows: list[list[Segment]] = []
    row: list[Segment] = []
    used = 0.0
    word: list[Segment] = []
    word_width = 0.0

    def end_word() -> None:
        nonlocal used, word_width, row
        if not word:
            return
        seen = word_width - _blank_end(word[-1])
        if row and used + seen > room + 0.01:
            rows.append(_trimmed(_joined(row)))
            row = []
            used = 0.0
        row.extend(word)
        used += word_width
        word.clear()
        word_width = 0.0

    for segment in paragraph:
        for piece in _pieces(segment.text):
            part = Segment(piece, segment.face, segment.size, segment.type)
            word.append(part)
            word_width += _measured(part)[1]
            if piece[-1] in " –-":
                end_word()
    end_word()
    rows.append(_trimmed(_joined(row)))
    return rows


def _blank_end(segment: Segment) -> float:
    return (
        _measured(Segment(" ", segment.face, segment.size, segment.type))[1]
        if (segment.text[-1] == " ")
        else 0.0
    )


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for index, letter in enumerate(text):
        after = text[index + 1 : index + 2]
        if letter == " " or (letter in "–-" and after.isalpha()):
            yield text[start : index + 1]
            start = index + 1
    if start < len(text):
        yield text[start:]


def _joined(row: Sequence[Segment]) -> list[Segment]:
    """Neighbours of one type as one segment."""
    out: list[Segment] = []
    for each in row:
        if out and (out[-1].face, out[-1].size, out[-1].type) == (each.face, each.size, each.type):
            out[-1] = Segment(out[-1].text + each.text, each.face, each.size, each.type)
        else:
            out.append(each)
    return out
