"""Cards: our proof of enrolment, ten to an A4 sheet with crop marks, or one CR80 card.

A card is never a copy of BPJS Ketenagakerjaan's own: it says so on its back, has a pattern of our
own, and shows a KPJ only when BPJS has given one. Family data and the NIK are not on it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import BinaryIO

import segno

from fieldapp.documents.engine import (
    Cancelled,
    DocumentCancelledError,
    DocumentError,
    Paper,
    Pictures,
    Progress,
    Set,
    approved_must_carry,
    draft_must_not_carry,
    join,
    lay_out,
    never,
    set_as,
    single,
    sweep,
    unheard,
    write,
)
from fieldapp.documents.fitting import Face, Step, fit, ladder, unprintable

CARD_MM = (85.60, 53.98)
FACE_MM = (22.0, 28.0)
COLUMNS, ROWS = 2, 5
CARDS_ON_SHEET = COLUMNS * ROWS
A4_MM = (210.0, 297.0)
# The symbol itself; its quiet zone of four modules comes on top.
SYMBOL_MM = 20.4
QUIET_MODULES = 4
# Five sheets, front and back, are ten pages: tagged in one piece, and a part of a long run.
SHEETS_IN_ONE_PART = 5

SINGLE = Paper("card", "Bukti Pendaftaran", ("card_face",))
SHEET = Paper("card_sheet", "Lembar Kartu", ("card_face",))

NAME_MM = 54.0
FIELD_MM = 28.4
NAME_STEPS = (
    *ladder((Face.BOLD,), (12, 11, 10)),
    *ladder((Face.BOLD,), (10.5, 9.5, 9), lines=(2,)),
    *ladder((Face.NARROW_BOLD,), (9.5, 8.5, 8), lines=(2,)),
)
FIELD_STEPS: tuple[Step, ...] = (
    *ladder((Face.BOLD,), (7.5, 7)),
    *ladder((Face.BOLD,), (7, 6.5), lines=(2,)),
    *ladder((Face.NARROW_BOLD,), (6.5, 6), lines=(2,)),
    *ladder((Face.NARROW_BOLD,), (6,), lines=(3,)),
)


class Duplex(StrEnum):
    """How the printer turns the sheet between front and back."""

    LONG_EDGE = "long_edge"
    SHORT_EDGE = "short_edge"


class Gap(StrEnum):
    """What a card lacks; it can be printed all the same."""

    FACE_PHOTO = "face_photo"
    VERIFICATION = "verification"
    NAME_TOO_LONG = "name_too_long"
    CATEGORY_TOO_LONG = "category_too_long"
    AGENCY_TOO_LONG = "agency_too_long"
    UNPRINTABLE = "unprintable"


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything that one card prints.

    `approved` False prints the watermark; then `serial`, `verification_url`, `kpj` and
    `valid_until` must be None. True needs `serial` and `valid_until`. `verification_url` is opaque
    text that the QR symbol encodes (upper case and digits make it small); it must hold no NIK.
    `return_to` is an address and telephone number for a card that was found.
    """

    approved: bool
    made_at: datetime
    issuer: str
    name: str
    category: str
    agency: str
    return_to: str
    serial: str | None = None
    valid_until: date | None = None
    verification_url: str | None = None
    kpj: str | None = None
    face_photo: bytes | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if self.approved:
            approved_must_carry(serial=self.serial, valid_until=self.valid_until)
        else:
            draft_must_not_carry(
                serial=self.serial,
                valid_until=self.valid_until,
                verification_url=self.verification_url,
                kpj=self.kpj,
            )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A card with its texts set and its pictures at hand; `left` and `top` in millimetres."""

    facts: CardFacts
    name: Set
    category: Set
    agency: Set
    face: str | None
    symbol: str | None
    symbol_mm: float
    symbol_left: float
    symbol_top: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a card lies on a sheet, in millimetres from the grid's corner; None is left blank."""

    left: float
    top: float
    card: _Drawn | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Front or back of a sheet: the places of its cards, and whether the whole is turned."""

    number: int
    side: str
    turned: bool
    places: tuple[_Place, ...]


def missing_facts(facts: CardFacts) -> tuple[Gap, ...]:
    """What to tell before printing; () when the card is complete and every text fits."""
    words = (facts.name, facts.category, facts.agency)
    checks = (
        (Gap.FACE_PHOTO, facts.face_photo is None),
        (Gap.VERIFICATION, facts.approved and facts.verification_url is None),
        (Gap.NAME_TOO_LONG, fit(facts.name, NAME_MM, NAME_STEPS).cut),
        (Gap.CATEGORY_TOO_LONG, fit(facts.category, NAME_MM, FIELD_STEPS).cut),
        (Gap.AGENCY_TOO_LONG, fit(facts.agency, FIELD_MM, FIELD_STEPS).cut),
        (Gap.UNPRINTABLE, any(unprintable(text) for text in words)),
    )
    return tuple(gap for gap, missing in checks if missing)


def card(facts: CardFacts) -> bytes:
    """One card for a card printer: two pages of exactly 85.60 × 53.98 mm, front and back.

    Tagged (PDF/UA-1). Raises DocumentError for a broken picture.
    """
    pictures = Pictures()
    return single(
        SINGLE, {"card": _drawn(facts, pictures)}, pictures=pictures, made_at=facts.made_at
    )


def card_sheet(
    facts: Sequence[CardFacts], *, duplex: Duplex = Duplex.LONG_EDGE, made_at: datetime
) -> bytes:
    """Up to fifty cards on A4 sheets of ten, each front followed by its back; tagged.

    On the back the columns are mirrored, so that a sheet turned about its long edge has every back
    behind its front; for the short edge the whole back is turned by half a turn besides.
    Raises DocumentError for none or more than fifty; use write_card_sheets for a batch.
    """
    if not 0 < len(facts) <= CARDS_ON_SHEET * SHEETS_IN_ONE_PART:
        raise DocumentError(reason="cards_on_sheets", count=len(facts))
    sheets = -(-len(facts) // CARDS_ON_SHEET)
    return _part(facts, duplex, made_at, first_sheet=1, sheets=sheets, tagged=True)


def card_sheet_parts(
    rows: Iterable[CardFacts],
    count: int,
    *,
    duplex: Duplex = Duplex.LONG_EDGE,
    made_at: datetime,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> Iterator[bytes]:
    """PDFs of at most fifty cards each, for `count` cards in all.

    `on_progress` is told the cards laid out so far; `cancelled` is asked before every part and
    ends the work with DocumentCancelledError.
    """
    sheets = -(-count // CARDS_ON_SHEET)
    waiting = iter(rows)
    done = 0
    while some := tuple(islice(waiting, CARDS_ON_SHEET * SHEETS_IN_ONE_PART)):
        if cancelled():
            raise DocumentCancelledError(done=done)
        first = done // CARDS_ON_SHEET + 1
        content = _part(some, duplex, made_at, first_sheet=first, sheets=sheets, tagged=False)
        sweep()
        done += len(some)
        on_progress(done)
        yield content


def write_card_sheets(
    rows: Iterable[CardFacts],
    target: BinaryIO,
    *,
    count: int,
    duplex: Duplex = Duplex.LONG_EDGE,
    made_at: datetime,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> int:
    """All cards on sheets as one file into `target`; returns its pages. Raises as the parts do."""
    return join(
        card_sheet_parts(
            rows,
            count,
            duplex=duplex,
            made_at=made_at,
            on_progress=on_progress,
            cancelled=cancelled,
        ),
        target,
    )


def _part(
    facts: Sequence[CardFacts],
    duplex: Duplex,
    made_at: datetime,
    *,
    first_sheet: int,
    sheets: int,
    tagged: bool,
) -> bytes:
    pictures = Pictures()
    drawn = tuple(_drawn(one, pictures) for one in facts)
    pages: list[_Sheet] = []
    for start in range(0, len(drawn), CARDS_ON_SHEET):
        ten = drawn[start : start + CARDS_ON_SHEET]
        number = first_sheet + start // CARDS_ON_SHEET
        pages.append(_Sheet(number, "depan", False, _places(ten, mirrored=False)))
        pages.append(
            _Sheet(number, "belakang", duplex is Duplex.SHORT_EDGE, _places(ten, mirrored=True))
        )
    laid = lay_out(
        SHEET,
        {"pages": pages, "sheets": sheets, "columns": range(COLUMNS + 1), "rows": range(ROWS + 1)},
        pictures=pictures,
        made_at=made_at,
    )
    return write([laid], tagged=tagged)


def _places(cards: Sequence[_Drawn], *, mirrored: bool) -> tuple[_Place, ...]:
    width, height = CARD_MM
    places: list[_Place] = []
    for index, drawn in enumerate(cards):
        row, column = divmod(index, COLUMNS)
        if mirrored:
            column = COLUMNS - 1 - column
        places.append(_Place(round(column * width, 2), round(row * height, 2), drawn))
    return tuple(places)


def _drawn(facts: CardFacts, pictures: Pictures) -> _Drawn:
    width, height = FACE_MM
    symbol, side = None, 0.0
    if facts.verification_url is not None:
        image, modules = qr_symbol(facts.verification_url)
        symbol = pictures.drawing(image)
        side = SYMBOL_MM * (modules + 2 * QUIET_MODULES) / modules
    card_width, card_height = CARD_MM
    return _Drawn(
        facts=facts,
        name=set_as(fit(facts.name, NAME_MM, NAME_STEPS)),
        category=set_as(fit(facts.category, NAME_MM, FIELD_STEPS)),
        agency=set_as(fit(facts.agency, FIELD_MM, FIELD_STEPS)),
        face=None
        if facts.face_photo is None
        else pictures.photo(facts.face_photo, width=width, height=height),
        symbol=symbol,
        symbol_mm=round(side, 3),
        symbol_left=round(card_width - 1.2 - side, 3),
        symbol_top=round(card_height - 1.2 - side, 3),
    )


@lru_cache(maxsize=512)
def qr_symbol(text: str) -> tuple[bytes, int]:
    """A PNG of one pixel a module with the quiet zone, and the modules across without it.

    Error correction M, higher if it costs no larger symbol; raises DocumentError if the text is
    too long for a card to show it (more than 57 modules, 0.36 mm each).
    """
    try:
        symbol = segno.make_qr(text, error="m")
    except segno.DataOverflowError as error:
        raise DocumentError(reason="qr_too_long") from error
    modules = int(symbol.symbol_size(border=0)[0])
    if modules > 57:
        raise DocumentError(reason="qr_too_long")
    out = BytesIO()
    symbol.save(out, kind="png", scale=1, border=QUIET_MODULES)
    return out.getvalue(), modules
