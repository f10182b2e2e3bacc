"""Cards: our proof of enrolment, ten to an A4 sheet with crop marks, or one CR80 card.

A card is never a copy of BPJS Ketenagakerjaan's own: it says so on its back, has a pattern of our
own, and shows a KPJ only when BPJS has given one. Family data and the NIK are not on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Self, cast

from fieldapp.documents.engine import (
    Cancelled,
    DocumentCancelledError,
    DocumentError,
    Laid,
    Paper,
    Pictures,
    Progress,
    Set,
    approved_must_carry,
    draft_must_not_carry,
    lay_out,
    never,
    set_text,
    single,
    unheard,
    write,
)
from fieldapp.documents.fitting import MM_PER_POINT, Face, Step, fit, ladder, unprintable
from fieldapp.documents.layouts import Fill, Stamped
from fieldapp.documents.pdf_file import State, Target
from fieldapp.documents.qr import QUIET_MODULES, modules_of, picture_of, symbol_of
from fieldapp.documents.stamping import Stamper, Template, text_object
from fieldapp.documents.tracing import Traced, absent, fixed
from fieldapp.domain.press import Duplex, Shifts

CARD_MM = (85.60, 53.98)
FACE_MM = (22.0, 28.0)
COLUMNS, ROWS = 2, 5
CARDS_ON_SHEET = COLUMNS * ROWS
A4_MM = (210.0, 297.0)
# The symbol itself; its quiet zone of four modules comes on top.
SYMBOL_MM = 20.4
# Five sheets, front and back, are ten pages: tagged in one piece, and a part of a long run.
SHEETS_IN_ONE_PART = 5

UNMOVED = Shifts()

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
    laid = _laid_sheets(facts, duplex, made_at, first_sheet=1, sheets=sheets)
    return write([laid], tagged=True)


def write_card_sheets(
    rows: Iterable[CardFacts],
    target: Target,
    *,
    count: int,
    duplex: Duplex = Duplex.LONG_EDGE,
    shifts: Shifts = UNMOVED,
    made_at: datetime,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> int:
    """All cards on sheets as one file into `target`; returns its pages.

    `on_progress` is told the cards done so far after every sheet; `cancelled` is asked before every
    sheet and ends the work with DocumentCancelledError. Raises DocumentError.
    """
    sheets = CardSheets(target, count=count, duplex=duplex, shifts=shifts, made_at=made_at)
    waiting, done = iter(rows), 0
    while ten := tuple(islice(waiting, CARDS_ON_SHEET)):
        if cancelled():
            raise DocumentCancelledError(done=done)
        sheets.add(ten)
        done += len(ten)
        on_progress(done)
    return sheets.close()


@dataclass(frozen=True, slots=True)
class _SheetFacts:
    """What a sheet says of itself."""

    number: int
    sheets: int
    made_at: datetime


def card_filling(facts: Any, pictures: Any) -> Mapping[str, object]:
    """What the template of one card asks for."""
    return {"card": _drawn(facts, pictures)}


def _sheet_filling(duplex: Duplex) -> Fill:
    def filling(facts: Any, _pictures: Any) -> Mapping[str, object]:
        empty = (None,) * CARDS_ON_SHEET
        turned = duplex is Duplex.SHORT_EDGE
        return {
            "pages": (
                _Sheet(facts.number, "depan", False, _places(empty, mirrored=False)),
                _Sheet(facts.number, "belakang", turned, _places(empty, mirrored=True)),
            ),
            "sheets": facts.sheets,
            "columns": range(COLUMNS + 1),
            "rows": range(ROWS + 1),
        }

    return filling


# What hardly differs within a batch belongs to the layout.
_CARDS = Template(
    SINGLE,
    card_filling,
    frozenset({"issuer", "return_to"}),
    alike=(("agency", "category", "valid_until"),),
)
_SHEETS = {duplex: Template(SHEET, _sheet_filling(duplex)) for duplex in Duplex}


_Side = tuple[int, bytes, Mapping[bytes, int]]


class CardSheets:
    """A file of card sheets that is being stamped, ten cards at a time."""

    def __init__(
        self,
        target: Target,
        *,
        count: int,
        duplex: Duplex,
        made_at: datetime,
        shifts: Shifts = UNMOVED,
    ) -> None:
        self._sheets = -(-count // CARDS_ON_SHEET)
        self._duplex = duplex
        self._shifts = shifts
        self._made_at = made_at
        self._number = 0
        self._file = Stamper(target, title=SHEET.title, made_at=made_at)

    @classmethod
    def resume(cls, target: Target, state: State) -> Self:
        """Go on with a file whose first part ended in this state."""
        sheets = cls.__new__(cls)
        sheets._sheets, sheets._number = state["sheets"], state["number"]
        sheets._duplex = Duplex(state["duplex"])
        sheets._shifts = Shifts.of(state["shifts"])
        sheets._made_at = datetime.fromisoformat(state["made_at"])
        sheets._file = Stamper.resume(target, state["stamper"])
        return sheets

    @property
    def pages(self) -> int:
        """Pages so far."""
        return self._file.pages

    def state(self) -> State:
        """All that `resume` needs, in another process too, to go on after the sheets so far."""
        return {
            "sheets": self._sheets,
            "number": self._number,
            "duplex": self._duplex.value,
            "shifts": self._shifts.as_list(),
            "made_at": self._made_at.isoformat(),
            "stamper": self._file.state(),
        }

    def go_on(self, target: Target) -> None:
        """Write what follows to another target."""
        self._file.file.go_on(target)

    def add(self, cards: Sequence[CardFacts]) -> None:
        """Up to ten cards as the next sheet, front and back."""
        self._number += 1
        facts = _SheetFacts(self._number, self._sheets, self._made_at)
        sheet = _SHEETS[self._duplex].stamp(facts)
        if sheet is None:
            raise DocumentError(reason="sheet_template")
        plan, slugs = sheet.plan, sheet.operators
        templates = self._file.templates(sheet)
        fronts_and_backs = [_sides(self._file, each) for each in cards]
        for side in (0, 1):
            content = [_moved(self._shifts, side), b"/T Do\n", text_object(slugs[side])]
            resources = {b"/T": templates[side]}
            turned = bool(side) and self._duplex is Duplex.SHORT_EDGE
            places = [place for place in plan.places if place.page == side]
            for place, sides in zip(places, fronts_and_backs, strict=False):
                number, drawn, used = sides[side]
                resources.update(used)
                content.append(b"q %s/C%d Do\n%sQ\n" % (place.matrix(turned=turned), number, drawn))
            self._file.add_page(plan, side, b"".join(content), resources)

    def close(self) -> int:
        """Write what comes last; returns the pages. Raises DocumentError for a file without any."""
        return self._file.close()


class SingleCards:
    """A file of CR80 cards that is being stamped, one at a time: front, then back."""

    def __init__(self, target: Target, *, made_at: datetime) -> None:
        self._file = Stamper(target, title=SINGLE.title, made_at=made_at)

    @classmethod
    def resume(cls, target: Target, state: State) -> Self:
        """Go on with a file whose first part ended in this state."""
        cards = cls.__new__(cls)
        cards._file = Stamper.resume(target, state)
        return cards

    @property
    def pages(self) -> int:
        """Pages so far."""
        return self._file.pages

    def state(self) -> State:
        """All that `resume` needs, in another process too, to go on after the cards so far."""
        return self._file.state()

    def go_on(self, target: Target) -> None:
        """Write what follows to another target."""
        self._file.file.go_on(target)

    def add(self, card: CardFacts) -> None:
        """One more card, of two pages."""
        found = _CARDS.stamp(card)
        if found is None:
            own = Pictures()
            self._file.add_laid(
                lay_out(SINGLE, card_filling(card, own), pictures=own, made_at=card.made_at)
            )
            return
        for side, (number, drawn, used) in enumerate(_stamped_sides(self._file, card, found)):
            self._file.add_page(found.plan, side, b"/C%d Do\n%s" % (number, drawn), used)

    def close(self) -> int:
        """Write what comes last; returns the pages. Raises DocumentError for a file without any."""
        return self._file.close()


def write_single_cards(
    rows: Iterable[CardFacts],
    target: Target,
    *,
    made_at: datetime,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> int:
    """All cards as one file for a card printer, two pages of exactly 85.60 × 53.98 mm each;
    returns its pages. Told and cancelled as `write_card_sheets`.
    """
    cards = SingleCards(target, made_at=made_at)
    for done, facts in enumerate(rows):
        if cancelled():
            raise DocumentCancelledError(done=done)
        cards.add(facts)
        on_progress(done + 1)
    return cards.close()


def _moved(shifts: Shifts, side: int) -> bytes:
    """The operator that moves all that follows; nothing for a printer that is true."""
    right, down = (
        (shifts.back_right, shifts.back_down) if side else (shifts.front_right, shifts.front_down)
    )
    if not right and not down:
        return b""
    return b"1 0 0 1 %.3f %.3f cm\n" % (right / 10 / MM_PER_POINT, -down / 10 / MM_PER_POINT)


def _sides(file: Stamper, card: CardFacts) -> list[_Side]:
    """Front and back of a card: its template, what is drawn over it, and its pictures."""
    found = _CARDS.stamp(card)
    if found is None:
        own = Pictures()
        laid = lay_out(SINGLE, card_filling(card, own), pictures=own, made_at=card.made_at)
        return [(number, b"", {b"/C%d" % number: number}) for number, _, _ in file.take_over(laid)]
    return _stamped_sides(file, card, found)


def _stamped_sides(file: Stamper, card: CardFacts, found: Stamped) -> list[_Side]:
    sides: list[_Side] = []
    for side, number in enumerate(file.templates(found)):
        drawn, pictures = file.pictures(found.plan, card, side)
        shared, groups = file.shared(found, side)
        resources = {b"/C%d" % number: number}
        resources.update((b"/I%d" % each, each) for each in pictures)
        resources.update((b"/G%d" % each, each) for each in groups)
        words = text_object(found.operators[side])
        sides.append((number, shared + drawn + words, resources))
    return sides


def _laid_sheets(
    facts: Sequence[CardFacts],
    duplex: Duplex,
    made_at: datetime,
    *,
    first_sheet: int,
    sheets: int,
) -> Laid:
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
    return lay_out(
        SHEET,
        {"pages": pages, "sheets": sheets, "columns": range(COLUMNS + 1), "rows": range(ROWS + 1)},
        pictures=pictures,
        made_at=made_at,
    )


def _places(cards: Sequence[_Drawn | None], *, mirrored: bool) -> tuple[_Place, ...]:
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
    if not absent(facts.verification_url):
        symbol, modules = _symbol(facts.verification_url, pictures)
        side = SYMBOL_MM * (modules + 2 * QUIET_MODULES) / modules
    card_width, card_height = CARD_MM
    return _Drawn(
        facts=facts,
        name=set_text(facts.name, NAME_MM, NAME_STEPS),
        category=set_text(facts.category, NAME_MM, FIELD_STEPS),
        agency=set_text(facts.agency, FIELD_MM, FIELD_STEPS),
        face=None
        if absent(facts.face_photo)
        else pictures.photo(cast("bytes", facts.face_photo), width=width, height=height),
        symbol=symbol,
        symbol_mm=round(side, 3),
        symbol_left=round(card_width - 1.2 - side, 3),
        symbol_top=round(card_height - 1.2 - side, 3),
    )


def _symbol(text: Any, pictures: Any) -> tuple[str, int]:
    """The address of a symbol and its modules; how many they are belongs to the layout."""
    if isinstance(text, Traced):
        return pictures.symbol(text), fixed(text.then("modules", modules_of))
    image, modules = qr_symbol(text)
    return pictures.drawing(image), modules


def qr_symbol(text: str) -> tuple[bytes, int]:
    """A PNG of one pixel a module with the quiet zone, and the modules across without it.

    Raises DocumentError if the text is too long for a card to show it (more than 57 modules,
    0.36 mm each).
    """
    symbol = symbol_of(text)
    return picture_of(symbol), symbol.modules
