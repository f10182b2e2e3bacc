"""The same sheets drawn by ReportLab: as it comes, and at its best.

What is drawn is read from our own pages: every word with its place, cut, size and colour, every
ruled line and filled box. Which words are a row's own, and where they go, is prepared before the
clock starts, as are photos and symbols: the peer has only to draw, and has no text to fit.
At its best it draws what is the same on every sheet once, as a form, and the symbol as a mask.
"""

import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weasyprint.formatting_structure import boxes

from fieldapp.documents.cards import CARDS_ON_SHEET
from fieldapp.documents.fitting import FONTS, Face
from fieldapp.documents.layouts import FACES, Plan, Stamped, _walk
from fieldapp.documents.qr import symbol_of
from fieldapp.documents.typesetting import PT

INSTALLED = importlib.util.find_spec("reportlab") is not None
HOW_TO_INSTALL = (
    "ReportLab is not installed; it is needed for this comparison only:\n"
    "    .venv/bin/python -m pip install --require-hashes -r requirements/bench.txt"
)
Word = tuple[float, float, str, float, tuple[float, float, float], float, str]
"""Left, baseline (points from the bottom), cut, size (points), colour, letter spacing, words."""


@dataclass(frozen=True, slots=True)
class Art:
    """What is the same on every page: words, lines (x, y, x, y, width) and boxes (x, y, w, h)."""

    words: tuple[Word, ...]
    lines: tuple[tuple[float, float, float, float, float], ...]
    boxes: tuple[tuple[float, float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row's own: words a page, and its photo and the text of its symbol with their boxes."""

    words: tuple[tuple[Word, ...], ...]
    photo: bytes | None
    photo_file: Path
    photo_box: tuple[int, float, float, float, float] | None
    symbol: str | None
    symbol_box: tuple[int, float, float, float, float] | None


def words_of(plan: Plan, facts: Any) -> tuple[tuple[Word, ...], ...]:
    """The words of a row on each page of a layout."""
    pages: list[list[Word]] = [[] for _ in plan.sizes]
    slots = plan.tape.slots
    blocks = (*plan.blocks, *(block for group in plan.groups for block in group.blocks))
    for block in blocks:
        lines, _ = block.lines(slots, {number: slots[number].text(facts) for number in block.slots})
        top = plan.sizes[block.page][1]
        for left, baseline, segment, _ in block.places(lines):
            if segment.text.strip():
                pages[block.page].append(
                    (
                        left * PT, top - baseline * PT, segment.face.name, segment.size * PT,
                        segment.type.color, segment.type.spacing * PT, segment.text,
                    )
                )  # fmt: skip
    return tuple(tuple(each) for each in pages)


def row_of(stamped: Stamped, facts: Any, photo_file: Path) -> Row:
    """Everything of a row, prepared; its photo is put into a file as well."""
    photo = symbol = photo_box = symbol_box = None
    for frame in stamped.plan.frames:
        box = (frame.page, frame.left, frame.bottom, frame.width, frame.height)
        if frame.slot.kind == "symbol":
            symbol, symbol_box = frame.slot.read(facts), box
        else:
            photo, photo_box = frame.slot.read(facts), box
    photo_file.write_bytes(photo or b"")
    return Row(words_of(stamped.plan, facts), photo, photo_file, photo_box, symbol, symbol_box)


def art_of(document: Any, own: Sequence[Sequence[Word]]) -> tuple[Art, ...]:
    """What a laid-out document draws on each page, but for a row's own words."""
    found = []
    for page, mine in zip(document.pages, own, strict=True):
        taken = {(round(word[0]), round(word[1])) for word in mine}
        top = page.height
        words: list[Word] = []
        lines: list[tuple[float, float, float, float, float]] = []
        filled: list[tuple[float, float, float, float, float]] = []
        for box, _ in _walk(page._page_box):
            if isinstance(box, boxes.TextBox) and box.text.strip():
                style = box.style
                spacing = style["letter_spacing"]
                word = (
                    box.position_x * PT, (top - box.position_y - box.baseline) * PT,
                    FACES[style["font_family"][0], style["font_weight"]].name,
                    style["font_size"] * PT, tuple(style["color"].to("srgb").coordinates),
                    0.0 if spacing == "normal" else spacing * PT, box.text,
                )  # fmt: skip
                if (round(word[0]), round(word[1])) not in taken:
                    words.append(word)
            if not isinstance(box, (boxes.BlockLevelBox, boxes.TableCellBox, boxes.InlineBlockBox)):
                continue
            x, y = box.border_box_x() * PT, (top - box.border_box_y() - box.border_height()) * PT
            w, h = box.border_width() * PT, box.border_height() * PT
            sides = {
                "top": (x, y + h, x + w, y + h), "bottom": (x, y, x + w, y),
                "left": (x, y, x, y + h), "right": (x + w, y, x + w, y + h),
            }  # fmt: skip
            for side, line in sides.items():
                width = box.style[f"border_{side}_width"] * PT
                if width and box.style[f"border_{side}_style"] != "none":
                    lines.append((*line, width))
            ground = box.style["background_color"]
            if ground != "currentcolor" and ground.alpha and ground.coordinates != (0, 0, 0):
                filled.append((x, y, w, h, ground.coordinates[0]))
        found.append(Art(tuple(words), tuple(lines), tuple(filled)))
    return tuple(found)


class Peer:
    """ReportLab with our fonts; `best` draws forms and masks."""

    def __init__(self, *, best: bool) -> None:
        from reportlab import rl_config
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        rl_config.useA85 = 0 if best else 1
        self._best = best
        for face in Face:
            pdfmetrics.registerFont(TTFont(face.name, str(FONTS / face)))

    def forms(self, rows: Sequence[Row], art: Sequence[Art], size: tuple[float, float]) -> bytes:
        """A form after another, each with the pages of the art."""
        out, canvas = self._canvas(size)
        if self._best:
            self._as_forms(canvas, art)
        for row in rows:
            for number, page in enumerate(art):
                self._art(canvas, page, number)
                self._words(canvas, row.words[number])
                self._pictures(canvas, row, number)
                canvas.showPage()
        canvas.save()
        return out.getvalue()

    def cards(
        self,
        rows: Sequence[Row],
        art: Sequence[Art],
        size: tuple[float, float],
        places: Sequence[Sequence[tuple[float, float]]],
    ) -> bytes:
        """Sheets of ten, front and back; `places` are the corners of the cards on each side."""
        out, canvas = self._canvas(size)
        if self._best:
            self._as_forms(canvas, art)
        for start in range(0, len(rows), CARDS_ON_SHEET):
            ten = rows[start : start + CARDS_ON_SHEET]
            for side in (0, 1):
                for (left, bottom), row in zip(places[side], ten, strict=False):
                    canvas.saveState()
                    canvas.translate(left, bottom)
                    self._art(canvas, art[side], side)
                    self._words(canvas, row.words[side])
                    self._pictures(canvas, row, side)
                    canvas.restoreState()
                canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _canvas(self, size: tuple[float, float]) -> tuple[io.BytesIO, Any]:
        from reportlab.pdfgen.canvas import Canvas

        out = io.BytesIO()
        return out, Canvas(out, pagesize=size, pageCompression=1)

    def _as_forms(self, canvas: Any, art: Sequence[Art]) -> None:
        for number, page in enumerate(art):
            canvas.beginForm(f"page{number}", 0, 0, 600, 850)
            self._draw(canvas, page)
            canvas.endForm()

    def _art(self, canvas: Any, page: Art, number: int) -> None:
        if self._best:
            canvas.doForm(f"page{number}")
        else:
            self._draw(canvas, page)

    def _draw(self, canvas: Any, page: Art) -> None:
        for x, y, w, h, grey in page.boxes:
            canvas.setFillGray(grey)
            canvas.rect(x, y, w, h, stroke=0, fill=1)
        for x, y, to_x, to_y, width in page.lines:
            canvas.setLineWidth(width)
            canvas.line(x, y, to_x, to_y)
        self._words(canvas, page.words)

    def _words(self, canvas: Any, words: Sequence[Word]) -> None:
        for left, baseline, face, size, color, spacing, text in words:
            canvas.setFillColorRGB(*color)
            canvas.setFont(face, size)
            canvas.drawString(left, baseline, text, charSpace=spacing)

    def _pictures(self, canvas: Any, row: Row, number: int) -> None:
        from reportlab.lib.utils import ImageReader

        if row.photo is not None and row.photo_box is not None and row.photo_box[0] == number:
            _, left, bottom, width, height = row.photo_box
            # From a file it is passed through; from memory it is decoded first.
            image = str(row.photo_file) if self._best else ImageReader(io.BytesIO(row.photo))
            canvas.drawImage(image, left, bottom, width, height)
        if row.symbol is None or row.symbol_box is None or row.symbol_box[0] != number:
            return
        _, left, bottom, width, height = row.symbol_box
        if self._best:
            symbol = symbol_of(row.symbol)
            canvas._code.append(
                f"q 0 g {width:.3f} 0 0 {height:.3f} {left:.3f} {bottom:.3f} cm BI /W "
                f"{symbol.modules} /H {symbol.modules} /IM true /BPC 1 /D [1 0] /F /AHx ID "
                f"{symbol.rows.hex()}> EI Q"
            )
            return
        from reportlab.graphics import renderPDF
        from reportlab.graphics.barcode.qr import QrCodeWidget
        from reportlab.graphics.shapes import Drawing

        code = QrCodeWidget(row.symbol, barLevel="M", barWidth=width, barHeight=height)
        drawing = Drawing(width, height)
        drawing.add(code)
        renderPDF.draw(drawing, canvas, left, bottom)
