"""How many pages and sheets a print is going to have."""

from __future__ import annotations

from typing import Final

from fieldapp.documents import batch_list, handover_list
from fieldapp.documents.cards import CARDS_ON_SHEET
from fieldapp.domain.press import CARDS, DocumentKind

SIDES: Final = 2


def pages(kind: DocumentKind, rows: int, *, long: int = 0) -> int:
    """Pages of a print of so many rows; `long` of them are forms with a second page."""
    if not rows:
        return 0
    match kind:
        case DocumentKind.CARD_SHEET:
            return SIDES * -(-rows // CARDS_ON_SHEET)
        case DocumentKind.CARD:
            return SIDES * rows
        case DocumentKind.ENROLMENT_FORM:
            return rows + long
        case DocumentKind.BATCH_LIST:
            return batch_list.pages(rows)
        case DocumentKind.HANDOVER_LIST:
            return handover_list.pages(rows)
        case _:
            raise ValueError(kind)


def sheets(kind: DocumentKind, rows: int, *, long: int = 0) -> int:
    """What lies in the printer's tray afterwards: card sheets and cards have two sides."""
    found = pages(kind, rows, long=long)
    return found // SIDES if kind in CARDS else found
