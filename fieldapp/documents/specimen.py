"""What makes a preview worthless as paper: words across each page that say what it is."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import pikepdf

from fieldapp.documents import batch_list, handover_list
from fieldapp.documents.batch_list import BatchListFacts
from fieldapp.documents.cards import CardFacts
from fieldapp.documents.engine import Paper, Pictures, single
from fieldapp.documents.enrolment_form import EnrolmentFormFacts
from fieldapp.documents.handover_list import HandoverListFacts
from fieldapp.documents.pdf_bytes import changed

PAPER: Final = Paper("specimen", "Contoh Cetakan")
NUMBER: Final = "CONTOH"
CODE: Final = "CONTOH BUKAN KODE ".ljust(168, "0")
"""As long as the address on a card, so that its symbol looks alike; it leads nowhere."""
_MOMENT: Final = datetime(2018, 7, 11, tzinfo=UTC)


def specimen_card(facts: CardFacts) -> CardFacts:
    """The same card without anything that could be taken for genuine."""
    return replace(facts, serial=NUMBER, verification_url=CODE, kpj=None)


def specimen_form(facts: EnrolmentFormFacts) -> EnrolmentFormFacts:
    """The same form without a number."""
    return replace(facts, number=NUMBER, kpj=None)


def specimen_batch_list(facts: BatchListFacts, rows: int) -> BatchListFacts:
    """The first rows of a list of so many: its first page is that of the whole."""
    missing = rows - len(facts.rows)
    return replace(facts, number=NUMBER, rows=(*facts.rows, *(batch_list.NOBODY,) * missing))


def specimen_handover_list(facts: HandoverListFacts, rows: int) -> HandoverListFacts:
    """The same of a hand-over list."""
    missing = rows - len(facts.rows)
    shown = [replace(row, serial=NUMBER) for row in facts.rows]
    return replace(facts, number=NUMBER, rows=(*shown, *(handover_list.NOBODY,) * missing))


def as_specimen(pdf: bytes, *, pages: int | None = None) -> bytes:
    """The first pages of a file with the words across each of them."""

    def mark(opened: pikepdf.Pdf) -> None:
        if pages is not None:
            del opened.pages[pages:]
        for page in opened.pages:
            _, _, width, height = (float(each) for each in page.mediabox)
            with pikepdf.open(io.BytesIO(_words(_shape(width, height)))) as words:
                page.add_overlay(words.pages[0], None)

    return changed(pdf, mark)


def _shape(width: float, height: float) -> str:
    if width < 400:
        return "small"
    return "lying" if width > height else "standing"


@lru_cache(maxsize=3)
def _words(shape: str) -> bytes:
    return single(PAPER, {"shape": shape}, pictures=Pictures(), made_at=_MOMENT)
