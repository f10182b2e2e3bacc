"""The hand-over list: who received which card, with a line for the signature and the date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fieldapp.documents.engine import (
    DocumentError,
    Paper,
    Pictures,
    lay_out,
    write,
)
from fieldapp.documents.fitting import unprintable

PAPER = Paper("handover_list", "Tanda Terima Kartu")
ROWS_ON_FIRST_PAGE = 18
ROWS_ON_PAGE = 22
# Sum and signatures take the place of so many rows.
ROWS_OF_CLOSING = 5
MOST_ROWS = 1_000
MOST_TAGGED_PAGES = 20


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """One card to be handed over."""

    name: str
    banjar: str | None
    serial: str


@dataclass(frozen=True, slots=True)
class HandoverListFacts:
    """Everything that a hand-over list prints: cards exist only after approval, so it has no draft.

    `place` and `handed_on` may be left open and are then filled in by hand.
    Raises DocumentError for no rows or more than 1,000.
    """

    made_at: datetime
    issuer: str
    agency: str
    batch: str
    number: str
    rows: tuple[HandoverRow, ...]
    coordinator: str
    place: str | None = None
    handed_on: date | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if not 0 < len(self.rows) <= MOST_ROWS:
            raise DocumentError(reason="rows", count=len(self.rows))
        nameless = tuple(row.name for row in self.rows if not row.serial)
        if nameless:
            raise DocumentError(reason="card_without_serial", count=len(nameless))


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of the list; `first_row` counts from 1."""

    number: int
    first_row: int
    rows: Sequence[HandoverRow]
    closing: bool


NOBODY = HandoverRow("", None, "–")


def missing_facts(facts: HandoverListFacts) -> tuple[str, ...]:
    """Numbers of the rows (from 1) whose name the fonts cannot draw whole; () when all can."""
    return tuple(str(number) for number, row in enumerate(facts.rows, 1) if unprintable(row.name))


def handover_list(facts: HandoverListFacts) -> bytes:
    """The list as A4 portrait, tagged (PDF/UA-1) up to twenty pages."""
    pages = _paged(facts.rows)
    laid = lay_out(
        PAPER,
        {"list": facts, "pages": pages, "page_count": len(pages)},
        pictures=Pictures(),
        made_at=facts.made_at,
    )
    return write([laid], tagged=len(pages) <= MOST_TAGGED_PAGES)


def pages(rows: int) -> int:
    """How many pages a list of so many rows has."""
    return len(_paged((NOBODY,) * rows))


def _paged(rows: Sequence[HandoverRow]) -> tuple[_Page, ...]:
    pages: list[_Page] = []
    done = 0
    while True:
        room = ROWS_ON_PAGE if pages else ROWS_ON_FIRST_PAGE
        left = len(rows) - done
        closing = left <= room - ROWS_OF_CLOSING
        take = left if closing else min(room, max(1, left - 1))
        pages.append(_Page(len(pages) + 1, done + 1, rows[done : done + take], closing))
        done += take
        if closing:
            return tuple(pages)
