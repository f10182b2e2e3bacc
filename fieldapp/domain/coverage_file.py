"""Figures and targets as a CSV file: read row by row, bad rows named with their line."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.coverage import KINDS, Area, AreaUnknownError, Indicator, Kind, Period
from fieldapp.domain.unreadable import UnreadableError

COLUMNS: Final = (
    "indicator", "kind", "area", "period_from", "period_to", "realised", "target", "source",
)  # fmt: skip
LARGEST: Final = 1_000_000_000


class FigureFault(StrEnum):
    """In which way a row is no figure."""

    COLUMNS = "figure_columns"
    INDICATOR = "figure_indicator"
    KIND = "figure_kind"
    AREA = "figure_area"
    DATE = "figure_date"
    ORDER = "figure_order"
    NUMBER = "figure_number"
    EMPTY = "figure_empty"
    SOURCE = "figure_source"
    TWICE = "figure_twice"


class FigureError(UnreadableError):
    """A row that is no figure. Facts by fault: `column`, `known`, `kind`, `line`, `missing`."""

    code: ClassVar[str] = "figure"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file: what was realised in a period, and the target it belongs to.

    target_period: `target_from` to `target_to` where the file has these columns, else the
    calendar year of the period: a figure of January to June stands against the target of the year.
    """

    line: int
    indicator: Indicator
    area: Area
    period: Period
    target_period: Period
    realised: int | None
    target: int | None
    source: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.indicator]

    @property
    def key(self) -> tuple[str, str, Period]:
        """What stands once in a file."""
        return (self.indicator, self.area.code, self.period)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was left out, and why."""

    line: int
    error: FigureError


def read_file(
    lines: Iterable[str], *, regions: Collection[str]
) -> tuple[tuple[FileRow, ...], tuple[BadRow, ...]]:
    """The rows of a file, and those that cannot be read.

    regions: the codes of all regencies and districts. Raises FigureError when columns are missing.
    """
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise FigureError(FigureFault.COLUMNS, missing=", ".join(missing))
    rows: dict[tuple[str, str, Period], FileRow] = {}
    bad: list[BadRow] = []
    for typed in reader:
        try:
            row = _read(typed, reader.line_num, regions)
            if (before := rows.get(row.key)) is not None:
                raise FigureError(FigureFault.TWICE, line=before.line)
            rows[row.key] = row
        except FigureError as error:
            bad.append(BadRow(reader.line_num, error))
    return tuple(rows.values()), tuple(bad)


def _read(typed: Mapping[str, str | None], line: int, regions: Collection[str]) -> FileRow:
    text = {name: (value or "").strip() for name, value in typed.items() if name}
    indicator = _indicator(text["indicator"])
    if text["kind"] != KINDS[indicator]:
        raise FigureError(FigureFault.KIND, kind=KINDS[indicator].value)
    area = _area(text["area"], regions)
    period = _period(text, "period_from", "period_to")
    realised, target = _number(text, "realised"), _number(text, "target")
    if realised is None and target is None:
        raise FigureError(FigureFault.EMPTY)
    if not text["source"]:
        raise FigureError(FigureFault.SOURCE)
    own = bool(text.get("target_from") or text.get("target_to"))
    return FileRow(
        line=line,
        indicator=indicator,
        area=area,
        period=period,
        target_period=_period(text, "target_from", "target_to")
        if own
        else Period.year(period.last.year),
        realised=realised,
        target=target,
        source=" ".join(text["source"].split())[:200],
    )


def _indicator(text: str) -> Indicator:
    try:
        return Indicator(text)
    except ValueError:
        raise FigureError(FigureFault.INDICATOR, known=", ".join(Indicator)) from None


def _area(text: str, regions: Collection[str]) -> Area:
    try:
        area = Area.parse(text)
    except AreaUnknownError:
        raise FigureError(FigureFault.AREA) from None
    if any(part not in regions for part in area.parts):
        raise FigureError(FigureFault.AREA)
    return area


def _period(text: Mapping[str, str], first: str, last: str) -> Period:
    days = [_day(text, first), _day(text, last)]
    if days[0] > days[1]:
        raise FigureError(FigureFault.ORDER)
    return Period(*days)


def _day(text: Mapping[str, str], column: str) -> date:
    try:
        return date.fromisoformat(text.get(column, ""))
    except ValueError:
        raise FigureError(FigureFault.DATE, column=column) from None


def _number(text: Mapping[str, str], column: str) -> int | None:
    typed = text[column]
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal()) or int(typed) > LARGEST:
        raise FigureError(FigureFault.NUMBER, column=column)
    return int(typed)
