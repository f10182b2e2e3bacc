"""Words as glyphs of the fonts: which, how wide, and how close two of them stand.

The layout engine leaves glyph numbers as they are in the font file, so that words drawn by numbers
read from the file meet the subset that it embeds. Pairs are kerned as its shaper kerns them, from
the font's own table; ligatures are switched off for paper (base.css), and a text with marks that
would have to be placed over letters is not drawn here.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import Any, Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from fieldapp.documents.fitting import FONTS, Face

ASCENT: Final = 1.025
DESCENT: Final = 0.275
"""Of all four cuts, in em; test_stamping reads them from the files."""

MOST_ROWS: Final = 4096
MOST_STEPS: Final = 64
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})


class UndrawableError(Exception):
    """The text needs more than a row of glyphs: a mark placed over a letter."""


@dataclass(slots=True)
class Glyphs:
    """One cut: hexadecimal glyph numbers and advances (em/1000) by character, and kerning."""

    face: Face
    numbers: Mapping[str, str]
    advances: Mapping[str, float]
    _names: Mapping[str, str]
    _pairs: tuple[Any, ...]
    _kerned: dict[str, float] = field(default_factory=dict)
    _steps: dict[tuple[float, float], "_Steps"] = field(default_factory=dict)
    _rows: dict[tuple[str, float, float], tuple[str, float]] = field(default_factory=dict)

    def kerning(self, left: str, right: str) -> float:
        """How much two characters move apart, in em/1000."""
        pair = left + right
        found = self._kerned.get(pair)
        if found is None:
            found = self._kerned[pair] = self._look_up(self._names[left], self._names[right])
        return found

    def _look_up(self, left: str, right: str) -> float:
        """A lookup's first subtable that knows the pair decides; its lookups add up."""
        total = 0.0
        for subtables in self._pairs:
            for table in subtables:
                if left not in table.Coverage.glyphs:
                    continue
                if table.Format == 1:
                    pairs = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
                    record = next((each for each in pairs if each.SecondGlyph == right), None)
                    if record is None:
                        continue
                else:
                    first = table.ClassDef1.classDefs.get(left, 0)
                    second = table.ClassDef2.classDefs.get(right, 0)
                    record = table.Class1Record[first].Class2Record[second]
                total += getattr(record.Value1, "XAdvance", 0) or 0
                break
        return total

    def row(self, text: str, *, spacing: float = 0.0, blank: float = 0.0) -> tuple[str, float]:
        """Operand of TJ and width (em/1000). `spacing` is added to every letter, `blank` to every
        blank besides, both em/1000. Raises UndrawableError.
        """
        key = (text, spacing, blank)
        found = self._rows.get(key)
        if found is None:
            if not text.isascii() and any(unicodedata.category(each) in _MARKS for each in text):
                raise UndrawableError(text)
            try:
                found = self._set(text, spacing, blank)
            except KeyError as error:
                raise UndrawableError(text) from error
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            self._rows[key] = found
        return found

    def _set(self, text: str, spacing: float, blank: float) -> tuple[str, float]:
        if not text:
            return "[]TJ", 0.0
        steps = self._steps.get((spacing, blank))
        if steps is None:
            if len(self._steps) >= MOST_STEPS:
                self._steps.clear()
            steps = self._steps[spacing, blank] = _Steps(self, spacing, blank)
        pairs = list(map(add, text, text[1:]))
        drawn = "".join(map(steps.__getitem__, pairs))
        width = sum(map(steps.widths.__getitem__, pairs))
        return (
            f"[<{self.numbers[text[0]]}{drawn}>]TJ",
            self.advances[text[0]] + width + spacing,
        )


class _Steps(dict[str, str]):
    """From one letter to the next: what is drawn, and how far it goes (em/1000), by pair."""

    def __init__(self, of: Glyphs, spacing: float, blank: float) -> None:
        self._of = of
        self._spacing = spacing
        self._blank = blank
        self.widths: dict[str, float] = {}

    def __missing__(self, pair: str) -> str:
        left, right = pair[0], pair[1]
        number = self._of.numbers[right]
        gap = self._of.kerning(left, right) + self._spacing
        if left == " ":
            gap += self._blank
        self.widths[pair] = self._of.advances[right] + gap
        drawn = self[pair] = f">{-gap:.5g}<{number}" if gap else number
        return drawn


@lru_cache(maxsize=len(Face))
def glyphs(face: Face) -> Glyphs:
    """The glyphs of a cut, read once a process."""
    font = TTFont(FONTS / face)
    names = {chr(code): name for code, name in font.getBestCmap().items()}
    scale = 1000 / font["head"].unitsPerEm
    if scale != 1:
        raise ValueError(f"{face}: not 1000 units an em")
    metrics = font["hmtx"].metrics
    return Glyphs(
        face,
        {letter: f"{font.getGlyphID(name):04x}" for letter, name in names.items()},
        {letter: float(metrics[name][0]) for letter, name in names.items()},
        names,
        _pair_tables(font),
    )


def _pair_tables(font: Any) -> tuple[Any, ...]:
    """The subtables of every lookup that kerns pairs, in the font's order."""
    table = font["GPOS"].table
    wanted = {
        number
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "kern"
        for number in record.Feature.LookupListIndex
    }
    found = []
    for number, lookup in enumerate(table.LookupList.Lookup):
        if number not in wanted:
            continue
        plain = [getattr(each, "ExtSubTable", each) for each in lookup.SubTable]
        pairs = [each for each in plain if type(each).__name__ == "PairPos"]
        if pairs:
            found.append(pairs)
    return tuple(found)
