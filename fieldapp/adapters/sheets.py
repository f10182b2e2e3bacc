"""Spreadsheets that people hand in (xlsx), read as texts by the names of their columns.

The file comes from a stranger's computer. Before anything reads it, it is unpacked once with the
bytes counted (what its own table of contents says proves nothing), and its cells are looked at
for how far they reach: a reader makes room for the whole rectangle, and a file of 3 kB can ask
for seventeen thousand million cells.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from fieldapp.domain.sheets import SheetError, SheetFault

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 200
MOST_BYTES: Final = 8_000_000
MOST_UNPACKED: Final = 60_000_000
MOST_MEMBERS: Final = 500
MOST_RATIO: Final = 120
"""Sheets full of the same words shrink to a fiftieth; bombs to a thousandth."""
HEAD_WITHIN: Final = 10
"""The names of the columns stand in one of the first rows; a title may stand above them."""
MOST_LETTERS: Final = 200

_PIECE: Final = 64 * 1024
_SMALL: Final = 100_000
_EXACT: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; those after are made up."""
_ROUNDED: Final = 1_000_000

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its number in the sheet, its texts by field (empty ones left out), all its texts."""

    number: int
    typed: Mapping[str, str]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet: the names of its columns, its rows, and the names that mean nothing here."""

    head: tuple[str, ...]
    rows: Sequence[SheetRow]
    unknown: Sequence[str]


def read_sheet(
    content: bytes,
    *,
    names: Mapping[str, Sequence[str]],
    needed: str,
    most_rows: int = MOST_ROWS,
) -> Sheet:
    """Read the first sheet of an xlsx file. Raises SheetError.

    names: for each field the names that its column may have, in any case and with any signs.
    needed: the field without whose column the sheet is not read.
    """
    _check_package(content, most_rows)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError):
        raise SheetError(SheetFault.NOT_XLSX) from None
    fields = {_folded(name): each for each, known in names.items() for name in (each, *known)}
    named = [[fields.get(_folded(str(cell))) for cell in row] for row in cells[:HEAD_WITHIN]]
    at = next((y for y, columns in enumerate(named) if needed in columns), None)
    if at is None:
        raise SheetError(SheetFault.NO_HEAD, wanted=names[needed][0])
    head = tuple(str(cell).strip()[:60] for cell in cells[at])
    first = {each: named[at].index(each) for each in named[at] if each is not None}
    rows = [
        SheetRow(number, {name: texts[x] for name, x in first.items() if texts[x]}, texts)
        for number, row in enumerate(cells[at + 1 :], start=at + 2)
        if any(texts := tuple(_text(cell) for cell in row))
    ]
    if not rows:
        raise SheetError(SheetFault.EMPTY)
    if len(rows) > most_rows:
        raise SheetError(SheetFault.ROWS, most=most_rows)
    unknown = [name for x, name in enumerate(head) if name and x not in first.values()]
    return Sheet(head, rows, unknown)


def _text(value: Value) -> str:
    """A cell as somebody would have typed it.

    Numbers whose last digits a spreadsheet has lost are written as it shows them (8.12E+12), so
    that readers of long numbers refuse them.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(float(value))
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()[:MOST_LETTERS]


def _number(value: float) -> str:
    if not value.is_integer():
        return repr(value).replace(".", ",")
    whole = int(value)
    if abs(whole) >= _EXACT or (abs(whole) >= 10**9 and whole % _ROUNDED == 0):
        return f"{value:.2E}"
    return str(whole)


def _folded(name: str) -> str:
    """The key of a column's name: case, accents, signs and what stands in brackets aside."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", " ", name[:120]).casefold())
    return re.sub(r"[^a-z0-9]", "", plain)


# The package


def _check_package(content: bytes, most_rows: int) -> None:
    if len(content) > MOST_BYTES:
        raise SheetError(SheetFault.TOO_LARGE, most=MOST_BYTES // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            known = {each.filename for each in members}
            if len(members) > MOST_MEMBERS or len(known) < len(members):
                raise SheetError(SheetFault.BOMB)
            if "xl/workbook.xml" not in known or any(each.flag_bits & 1 for each in members):
                raise SheetError(SheetFault.NOT_XLSX)
            left = MOST_UNPACKED
            for member in members:
                if member.file_size > min(left, _allowed(member.compress_size)):
                    raise SheetError(SheetFault.BOMB)
                left -= _look_into(package, member, left, most_rows)
    except _DAMAGED:
        raise SheetError(SheetFault.NOT_XLSX) from None


_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, expat.error),
    *(NotImplementedError, EOFError, OSError, ValueError, RuntimeError),
)


def _allowed(packed: int) -> int:
    return max(packed * MOST_RATIO, _SMALL)


def _look_into(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, most_rows: int) -> int:
    """Unpack one member in pieces, look at its cells, return its true size."""
    size, reach = 0, _Reach(most_rows + HEAD_WITHIN)
    reads = member.filename.lower().endswith((".xml", ".rels"))
    with package.open(member) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > min(left, _allowed(member.compress_size)):
                raise SheetError(SheetFault.BOMB)
            if reads:
                reach.feed(piece)
    if reads:
        reach.feed(b"", last=True)
    return size


@dataclass(slots=True)
class _Reach:
    """How far the filled cells of a sheet reach, in whichever part of the package it lies."""

    most_rows: int
    row: int = 0
    column: int = 0
    _parser: expat.XMLParserType = field(init=False)

    def __post_init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        self._parser.Parse(piece, last)

    def _doctype(self, *_: object) -> None:
        raise SheetError(SheetFault.NOT_XLSX)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                row = attributes.get("r", "")
                self.row, self.column = int(row) if row else self.row + 1, 0
            case "c":
                self._go_to(attributes.get("r", ""))
            case "v" | "is":
                if self.row > self.most_rows:
                    raise SheetError(SheetFault.ROWS, most=self.most_rows - HEAD_WITHIN)
                if self.column > MOST_COLUMNS:
                    raise SheetError(SheetFault.COLUMNS, most=MOST_COLUMNS)
            case "Relationship":
                # A sheet that hides in a part of another name would not have been looked at.
                kind = attributes.get("Type", "").rpartition("/")[2]
                if kind == "worksheet" and not attributes.get("Target", "").endswith(".xml"):
                    raise SheetError(SheetFault.NOT_XLSX)

    def _go_to(self, place: str) -> None:
        found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", place)
        if not found:
            if place:
                raise SheetError(SheetFault.NOT_XLSX)
            self.column += 1
            return
        self.column, self.row = 0, int(found[2])
        for letter in found[1].upper():
            self.column = self.column * 26 + ord(letter) - 64
