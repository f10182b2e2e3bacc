"""Words as glyphs of the fonts: which, how wide, and how close two of them stand.

Letters of Windows' Western code page, nearly all that are ever printed, are drawn by its codes: a
byte a letter. Any others are drawn by their glyph numbers, which the layout engine leaves as they
are in the font file, so that numbers read from the file meet the subset that it embeds. Pairs are
kerned as its shaper kerns them, from the font's own table; ligatures are switched off for paper
(base.css), and a text with marks that would have to be placed over letters is not drawn here.
"""

import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import Any, Final, NamedTuple

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from fieldapp.documents.fitting import FONTS, Face

ASCENT: Final = 1.025
DESCENT: Final = 0.275
"""Of all four cuts, in em; test_stamping reads them from the files."""

MOST_ROWS: Final = 1024
MOST_STEPS: Final = 64
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})

CODE_PAGE: Final = "cp1252"
CODES: Final = range(0x20, 0x100)
_SECOND_SPELLINGS: Final = {0xA0, 0xAD}
"""In a PDF these codes stand for blank and hyphen."""


def _coded() -> Mapping[str, int]:
    letters = (
        (bytes((code,)).decode(CODE_PAGE, "ignore"), code)
        for code in CODES
        if code not in _SECOND_SPELLINGS
    )
    return {letter: code for letter, code in letters if letter.isprintable() and letter}


CODED: Final = _coded()
"""The code of each letter that has one."""


class UndrawableError(Exception):
    """The text needs more than a row of glyphs: a mark placed over a letter."""


class Row(NamedTuple):
    """A row of glyphs: the operators that show it, its width (em/1000), and whether it is written
    in codes rather than in glyph numbers.
    """

    shown: str
    width: float
    coded: bool


@dataclass(slots=True)
class Glyphs:
    """One cut: how each letter is written, in codes or as a hexadecimal glyph number, its advance
    (em/1000), and kerning.
    """

    face: Face
    codes: Mapping[str, str]
    numbers: Mapping[str, str]
    advances: Mapping[str, float]
    _names: Mapping[str, str]
    _pairs: Sequence[Sequence["_ByPair | _ByClass"]]
    _kerned: dict[str, float] = field(default_factory=dict)
    _steps: dict[tuple[bool, float], "_Steps"] = field(default_factory=dict)
    _rows: dict[tuple[str, float], Row] = field(default_factory=dict)

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
        for tables in self._pairs:
            known = (table.gap(left, right) for table in tables)
            total += next((gap for gap in known if gap is not None), 0)
        return total

    def row(self, text: str, *, blank: float = 0.0) -> Row:
        """How a text is shown, with so much (em/1000) added to every blank. Raises
        UndrawableError.
        """
        key = (text, blank)
        found = self._rows.get(key)
        if found is None:
            if not text.isascii() and any(unicodedata.category(each) in _MARKS for each in text):
                raise UndrawableError(text)
            try:
                found = self._set(text, blank)
            except KeyError as error:
                raise UndrawableError(text) from error
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            self._rows[key] = found
        return found

    def _set(self, text: str, blank: float) -> Row:
        if not text:
            return Row("", 0.0, coded=True)
        coded = self.codes.keys() >= set(text)
        steps = self._steps.get((coded, blank))
        if steps is None:
            if len(self._steps) >= MOST_STEPS:
                self._steps.clear()
            steps = self._steps[coded, blank] = _Steps(self, coded, blank)
        pairs = list(map(add, text, text[1:]))
        drawn = steps.written[text[0]] + "".join(map(steps.__getitem__, pairs))
        width = self.advances[text[0]] + sum(map(steps.widths.__getitem__, pairs))
        whole = f"{steps.opens}{drawn}{steps.shuts}"
        even = steps.gaps.isdisjoint(pairs)
        return Row(f"{whole}Tj" if even else f"[{whole}]TJ", width, coded)


class _Steps(dict[str, str]):
    """From one letter to the next: what is drawn, and how far it goes (em/1000), by pair."""

    def __init__(self, of: Glyphs, coded: bool, blank: float) -> None:
        self.written = of.codes if coded else of.numbers
        self.opens, self.shuts = "()" if coded else "<>"
        self.widths: dict[str, float] = {}
        self.gaps: set[str] = set()
        self._of = of
        self._blank = blank

    def __missing__(self, pair: str) -> str:
        left, right = pair[0], pair[1]
        gap = self._of.kerning(left, right)
        if left == " ":
            gap += self._blank
        self.widths[pair] = self._of.advances[right] + gap
        drawn = self.written[right]
        if gap:
            self.gaps.add(pair)
            drawn = f"{self.shuts}{-gap:.5g}{self.opens}{drawn}"
        self[pair] = drawn
        return drawn


@lru_cache(maxsize=len(Face))
def glyphs(face: Face) -> Glyphs:
    """The glyphs of a cut, read once a process."""
    with TTFont(FONTS / face, lazy=True) as font:
        if font["head"].unitsPerEm != 1000:
            raise ValueError(f"{face}: not 1000 units an em")
        names = {chr(code): name for code, name in font.getBestCmap().items()}
        metrics = font["hmtx"].metrics
        return Glyphs(
            face,
            {letter: _escaped(code) for letter, code in CODED.items() if letter in names},
            {letter: f"{font.getGlyphID(name):04x}" for letter, name in names.items()},
            {letter: float(metrics[name][0]) for letter, name in names.items()},
            names,
            _pair_tables(font),
        )


def _escaped(code: int) -> str:
    """A letter within the brackets of a string; each character stands for a byte."""
    letter = chr(code)
    return f"\\{letter}" if letter in "()\\" else letter


class _ByPair(NamedTuple):
    """Glyphs by name, and how much each that may follow is moved."""

    pairs: Mapping[str, Mapping[str, int]]

    def gap(self, left: str, right: str) -> int | None:
        """None when it does not know the pair."""
        return self.pairs[left].get(right) if left in self.pairs else None


class _ByClass(NamedTuple):
    """Glyphs that it knows, the classes of left and right ones (0 if not named), and a row of
    moves for each class on the left.
    """

    known: frozenset[str]
    lefts: Mapping[str, int]
    rights: Mapping[str, int]
    moves: Sequence[Sequence[int]]

    def gap(self, left: str, right: str) -> int | None:
        """None when it does not know the left one."""
        if left not in self.known:
            return None
        return self.moves[self.lefts.get(left, 0)][self.rights.get(right, 0)]


def _pair_tables(font: Any) -> Sequence[Sequence[_ByPair | _ByClass]]:
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
        pairs = [_packed(each) for each in plain if type(each).__name__ == "PairPos"]
        if pairs:
            found.append(pairs)
    return found


def _packed(table: Any) -> _ByPair | _ByClass:
    """A subtable in a tenth of the memory that the reader of fonts gives it."""
    if table.Format == 1:
        sets = zip(table.Coverage.glyphs, table.PairSet, strict=True)
        return _ByPair(
            {
                left: {each.SecondGlyph: _advance(each) for each in pairs.PairValueRecord}
                for left, pairs in sets
            }
        )
    return _ByClass(
        frozenset(table.Coverage.glyphs),
        dict(table.ClassDef1.classDefs),
        dict(table.ClassDef2.classDefs),
        [array("h", map(_advance, row.Class2Record)) for row in table.Class1Record],
    )


def _advance(record: Any) -> int:
    return getattr(record.Value1, "XAdvance", 0) or 0
