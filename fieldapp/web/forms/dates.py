"""A date typed as three numbers, as it stands on a KTP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from wtforms import Field

MONTHS: Final = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb", "peb", "pebruari"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "ags", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)


class DatePartsField(Field):
    """Day, month and year under one name, shown by `components/date.html`.

    `data` is a date or None; `parts` is what stands in the three inputs. Three values are taken
    in the order of the inputs; one value may be written 11-07-1976, 11 Juli 1976 or 1976-07-11.
    """

    data: date | None

    def __init__(
        self, label: str | None = None, validators: Sequence[Any] | None = None, **kwargs: Any
    ) -> None:
        self.parts: tuple[str, str, str] = ("", "", "")
        super().__init__(label, validators, **kwargs)

    def process_data(self, value: date | None) -> None:
        self.data = value
        if value is not None:
            self.parts = (str(value.day), str(value.month), str(value.year))

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        self.parts = split(valuelist)
        # InputRequired and DataRequired look here: three empty inputs are no input.
        self.raw_data = [part for part in self.parts if part]
        if not self.raw_data:
            return
        try:
            self.data = read(self.parts)
        except Wrong as wrong:
            raise ValueError(wrong.words) from None


class Wrong(ValueError):
    """A part that cannot be read; `words` says what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def split(values: Sequence[str]) -> tuple[str, str, str]:
    """Day, month and year as typed, from three values or from one written date."""
    typed = [value.strip() for value in values]
    if len(typed) == 1:
        typed = [part for part in re.split(r"[\s./,-]+", typed[0]) if part]
        if typed and len(typed[0]) == 4:
            typed.reverse()
    day, month, year = (*typed, "", "", "")[:3]
    return day, month, year


def read(parts: tuple[str, str, str]) -> date:
    """The date. Raises Wrong."""
    day, month, year = parts
    if not all(parts):
        raise Wrong(_("Fill in the day, the month and the year."))
    if not re.fullmatch(r"[0-9]{4}", year):
        raise Wrong(_("Write the year with four digits, for example 1976."))
    try:
        return date(int(year), _month(month), int(day))
    except ValueError:
        raise Wrong(_("This date does not exist. Check the day and the month.")) from None


def _month(typed: str) -> int:
    for number, names in enumerate(MONTHS, start=1):
        if typed.lower() in names:
            return number
    return int(typed)
