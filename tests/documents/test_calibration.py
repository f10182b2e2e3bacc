"""The calibration sheet: two pages of A4 that say what to type, and follow what is typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pikepdf
import pytest

from fieldapp.documents.calibration import ACROSS_Y, DOWN_Y, _ticks, calibration_sheet
from fieldapp.domain.press import Duplex, Shifts
from tests.documents.reading import fonts_of, opened, sizes_mm, text_of

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
MM = 72 / 25.4


def sheet(duplex: Duplex = Duplex.LONG_EDGE, shifts: Shifts = Shifts()) -> bytes:  # noqa: B008
    return calibration_sheet(duplex, shifts, made_at=NOW)


@pytest.mark.parametrize("duplex", Duplex)
def test_it_is_a_sheet_of_a4_with_its_fonts(duplex, tmp_path):
    pdf = sheet(duplex)

    assert sizes_mm(pdf) == [pytest.approx((210, 297), abs=0.1)] * 2
    assert all(fonts_of(pdf).values())
    side = "panjang" if duplex is Duplex.LONG_EDGE else "pendek"
    assert f"dibalik pada sisi {side}" in " ".join(text_of(pdf, tmp_path).split())


def test_the_same_settings_give_the_same_bytes():
    assert sheet() == sheet()


def test_each_side_is_moved_as_cards_are(tmp_path):
    with opened(sheet(shifts=Shifts(10, 0, -5, 20))) as pdf:
        moved = [first_move(page) for page in pdf.pages]

    assert moved == [
        pytest.approx((1.0 * MM, 0), abs=0.01),
        pytest.approx((-0.5 * MM, -2.0 * MM), abs=0.01),
    ]


@pytest.mark.parametrize(
    ("duplex", "across", "down"), [(Duplex.LONG_EDGE, 1, -1), (Duplex.SHORT_EDGE, -1, 1)]
)
def test_the_figure_at_the_crossing_mends_what_the_printer_did(duplex, across, down):
    # The printer draws the back 2 mm too far to the right and 1 mm too far down, as one looks at
    # the back; the clerk looks at the front.
    mirrored = duplex is Duplex.LONG_EDGE
    seen_right, seen_down = (-2.0, 1.0) if mirrored else (2.0, -1.0)

    right = {tick.at: tick.figure for tick in _ticks(105, 3, across)}[105 + seen_right]
    low = {tick.at: tick.figure for tick in _ticks(DOWN_Y, 0, down)}[DOWN_Y + seen_down]

    assert (right, low) == ("−1,7", "−1,0")
    assert ACROSS_Y < DOWN_Y


def first_move(page: pikepdf.Page) -> tuple[float, float]:
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) == "cm":
            return float(instruction.operands[4]), float(instruction.operands[5])
    raise AssertionError("nothing is moved")
