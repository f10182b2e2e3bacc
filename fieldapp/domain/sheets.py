"""Why a spreadsheet that somebody hands in is not read."""

from enum import StrEnum
from typing import ClassVar

from fieldapp.domain.unreadable import UnreadableError


class SheetFault(StrEnum):
    """Why a file is not read."""

    NOT_XLSX = "sheet_not_xlsx"
    TOO_LARGE = "sheet_too_large"
    BOMB = "sheet_bomb"
    ROWS = "sheet_rows"
    COLUMNS = "sheet_columns"
    NO_HEAD = "sheet_no_head"
    EMPTY = "sheet_empty"


class SheetError(UnreadableError):
    """The file cannot be read as a sheet; nothing was taken from it. Facts: `most`, `wanted`."""

    code: ClassVar[str] = "sheet"
