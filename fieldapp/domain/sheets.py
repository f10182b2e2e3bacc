"""Tables that people send in: what can be wrong with a whole file."""

from __future__ import annotations

from typing import ClassVar

from fieldapp.domain.errors import FieldError


class SheetError(FieldError):
    """The file is no table that can be read, or is not what it seems."""

    code: ClassVar[str] = "sheet"


class SheetTooLargeError(FieldError):
    """More rows or bytes than are read at once. Facts: `most` (rows)."""

    code: ClassVar[str] = "sheet_too_large"
    status: ClassVar[int] = 413


class SheetHeadingError(FieldError):
    """The first row does not name the columns that are needed. Facts: `missing` (text)."""

    code: ClassVar[str] = "sheet_heading"
