"""Sheets as people make them, written with the real writer; and some as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

HEAD = ("Nama Perusahaan", "N.I.B.", "NPP", "Skala", "Kab./Kota", "Jumlah TK")
SANUR = ("PT Sanur Bahari Mandiri", "9120106481234", "AB123456", "kecil", "Denpasar", 12)
TIRTA = ("UD Tirta Empul", "9120106485678", "CD222222", "Mikro", "Kab. Badung", 3)


def a_sheet(rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> bytes:
    """An xlsx file; numbers stay numbers, texts texts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("Perusahaan")
    for y, row in enumerate((head, *rows)):
        for x, value in enumerate(row):
            if value is not None:
                sheet.write(y, x, value)
    book.close()
    return out.getvalue()


def repacked(content: bytes, members: Mapping[str, bytes]) -> bytes:
    """The same package with some of its parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in {*old.namelist(), *members}:
            body = members[name] if name in members else old.read(name)
            new.writestr(name, body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def a_bomb() -> bytes:
    """90 MB of nothing in 90 kB."""
    return repacked(a_sheet([SANUR]), {"xl/sharedStrings.xml": b"<sst>" + b" " * 90_000_000})


def a_vast_sheet() -> bytes:
    """A few bytes that reach to the last cell that Excel knows."""
    body = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
        b"</row></sheetData></worksheet>"
    )
    return repacked(a_sheet([SANUR]), {"xl/worksheets/sheet1.xml": body})
