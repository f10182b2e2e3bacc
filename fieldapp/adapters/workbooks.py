"""Tables as files that spreadsheets open: xlsx, and CSV in which no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import xlsxwriter

Cell = str | int | Decimal | date | None
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_SHEET_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns, its rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(tables: Sequence[Table], *, made_at: datetime) -> bytes:
    """An xlsx file with a sheet a table; texts stay texts, whatever they begin with."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    kinds = {
        int: book.add_format({"num_format": "#,##0"}),
        Decimal: book.add_format({"num_format": "0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for table in tables:
        sheet = book.add_worksheet(table.name[:MOST_SHEET_NAME])
        sheet.freeze_panes(1, 0)
        for x, column in enumerate(table.columns):
            sheet.write_string(0, x, column, head)
            widest = max([len(column), *(len(str(row[x] or "")) for row in table.rows)])
            sheet.set_column(x, x, min(max(widest + 2, 10), 48))
        for y, row in enumerate(table.rows, start=1):
            for x, cell in enumerate(row):
                match cell:
                    case None:
                        continue
                    case str():
                        sheet.write_string(y, x, cell)
                    case date():
                        sheet.write_datetime(y, x, cell, kinds[date])
                    case _:
                        sheet.write_number(y, x, cell, kinds[type(cell)])
    book.close()
    return out.getvalue()


def csv_file(table: Table) -> bytes:
    """A CSV file in UTF-8 with a byte-order mark, as spreadsheets of every age read it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> str | int | Decimal:
    """A text that a spreadsheet would reckon with gets an apostrophe before it (OWASP)."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
