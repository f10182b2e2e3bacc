"""The batch list: A4 landscape, up to 5,000 rows, totals in figures and in words.

All rows have one height, so the pages are known before anything is laid out: heads, page sums and
"Halaman x dari y" are right however many parts the work is done in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO

from fieldapp.documents.engine import (
    Cancelled,
    DocumentCancelledError,
    DocumentError,
    Paper,
    Pictures,
    Progress,
    approved_must_carry,
    draft_must_not_carry,
    join,
    lay_out,
    never,
    sweep,
    unheard,
    write,
)
from fieldapp.documents.fitting import unprintable

PAPER = Paper("batch_list", "Daftar Kolektif Pendaftaran")
MOST_ROWS = 5_000
ROWS_ON_FIRST_PAGE = 18
ROWS_ON_PAGE = 24
# The closing block (total in words, signatures) takes the place of so many rows.
ROWS_OF_CLOSING = 9
PAGES_IN_ONE_PART = 10
# Up to so many pages the list is tagged (PDF/UA-1) and made in one piece.
MOST_TAGGED_PAGES = 10


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One worker of a batch: digits only in `nik`, whole rupiah in `basis` and `contribution`.

    `contribution` is the sum over the months; `months` says over how many.
    """

    name: str
    nik: str
    category: str
    banjar: str | None
    basis: int
    months: int
    contribution: int


@dataclass(frozen=True, slots=True)
class BatchListFacts:
    """Everything that a batch list prints.

    `approved` False prints the watermark, and `number`, `approved_by` and `approved_on` must be
    None. `masked` prints the first four and last four digits of a NIK only: for lists that stay in
    the house; the list for BPJS Ketenagakerjaan needs the whole number.
    Raises DocumentError for an empty batch or more than 5,000 rows.
    """

    approved: bool
    made_at: datetime
    issuer: str
    agency: str
    batch: str
    segment: str
    rows: tuple[BatchRow, ...]
    payer: str
    first_month: date
    coordinator: str
    number: str | None = None
    branch: str | None = None
    masked: bool = False
    approved_by: str | None = None
    approved_on: date | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if not 0 < len(self.rows) <= MOST_ROWS:
            raise DocumentError(reason="rows", count=len(self.rows))
        if self.approved:
            approved_must_carry(number=self.number)
        else:
            draft_must_not_carry(
                number=self.number, approved_by=self.approved_by, approved_on=self.approved_on
            )

    @property
    def total(self) -> int:
        """The contribution of the whole batch in rupiah."""
        return sum(row.contribution for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page: its rows with their running number, and the sums carried in and out."""

    number: int
    first_row: int
    rows: Sequence[BatchRow]
    carried: int
    page_sum: int
    closing: bool


NOBODY = BatchRow("", "", "", None, 0, 0, 0)


def missing_facts(facts: BatchListFacts) -> tuple[str, ...]:
    """Numbers of the rows (from 1) whose name the fonts cannot draw whole; () when all can."""
    return tuple(str(number) for number, row in enumerate(facts.rows, 1) if unprintable(row.name))


def batch_list(facts: BatchListFacts) -> bytes:
    """The list as one file, tagged (PDF/UA-1) as long as it is at most ten pages."""
    pages = _paged(facts.rows)
    if len(pages) <= MOST_TAGGED_PAGES:
        return _part(facts, pages, len(pages), tagged=True)
    out = BytesIO()
    write_batch_list(facts, out)
    return out.getvalue()


def first_page(facts: BatchListFacts) -> bytes:
    """The first page of the list alone."""
    pages = _paged(facts.rows)
    return _part(facts, pages[:1], len(pages), tagged=False)


def write_batch_list(
    facts: BatchListFacts,
    target: BinaryIO,
    *,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> int:
    """The list into `target`, laid out ten pages at a time; returns its pages.

    `on_progress` is told the rows laid out so far. Raises DocumentCancelledError.
    """

    def parts() -> Iterator[bytes]:
        for rows, content in batch_list_parts(facts, cancelled=cancelled):
            yield content
            on_progress(rows)

    return join(parts(), target)


def batch_list_parts(
    facts: BatchListFacts, *, after: int = 0, cancelled: Cancelled = never
) -> Iterator[tuple[int, bytes]]:
    """The list in parts of ten pages, to be joined: the rows done at the end of each, and its PDF.

    after: parts that end with this row or before are there already. Raises DocumentCancelledError.
    """
    pages = _paged(facts.rows)
    for start in range(0, len(pages), PAGES_IN_ONE_PART):
        some = pages[start : start + PAGES_IN_ONE_PART]
        rows = some[-1].first_row - 1 + len(some[-1].rows)
        if rows <= after:
            continue
        if cancelled():
            raise DocumentCancelledError(done=some[0].first_row - 1)
        content = _part(facts, some, len(pages), tagged=False)
        sweep()
        yield rows, content


def _part(facts: BatchListFacts, pages: Sequence[_Page], count: int, *, tagged: bool) -> bytes:
    laid = lay_out(
        PAPER,
        {"batch": facts, "pages": pages, "page_count": count},
        pictures=Pictures(),
        made_at=facts.made_at,
    )
    return write([laid], tagged=tagged)


def pages(rows: int) -> int:
    """How many pages a list of so many rows has."""
    return len(_paged((NOBODY,) * rows))


def _paged(rows: Sequence[BatchRow]) -> tuple[_Page, ...]:
    """Cut the rows into pages, leaving room on the last one for the closing block."""
    pages: list[_Page] = []
    done = 0
    carried = 0
    while True:
        room = ROWS_ON_PAGE if pages else ROWS_ON_FIRST_PAGE
        left = len(rows) - done
        closing = left <= room - ROWS_OF_CLOSING
        # One row at least goes with the closing block, so that no sum stands alone.
        take = left if closing else min(room, left - 1 if left > 1 else left)
        some = rows[done : done + take]
        page_sum = sum(row.contribution for row in some)
        pages.append(_Page(len(pages) + 1, done + 1, some, carried, page_sum, closing))
        done += take
        carried += page_sum
        if closing:
            return tuple(pages)
