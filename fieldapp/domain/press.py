"""What can be printed, and what a clerk asks the press for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID


class DocumentKind(StrEnum):
    """What a document is."""

    ENROLMENT_FORM = "enrolment_form"
    BATCH_LIST = "batch_list"
    CARD_SHEET = "card_sheet"
    CARD = "card"
    HANDOVER_LIST = "handover_list"
    COVERAGE_REPORT = "coverage_report"
    RECONCILIATION = "reconciliation"


class Printed(StrEnum):
    """Which of the approved, by what was printed of them before."""

    NEVER = "never"
    ALL = "all"
    AGAIN = "again"
    """Cards only: whose card was spoiled or void, and is ordered again."""


class Sorting(StrEnum):
    """In which order."""

    BANJAR = "banjar"
    """By banjar, and by name within it: as cards are handed out."""
    NAME = "name"
    BATCH = "batch"
    """As the rows stand in their batch."""


class Duplex(StrEnum):
    """How the printer turns the sheet between front and back."""

    LONG_EDGE = "long_edge"
    SHORT_EDGE = "short_edge"


class Lack(StrEnum):
    """Why a worker is left out of a print."""

    FACE_PHOTO = "face_photo"
    VILLAGE = "village"
    MOTHER_NAME = "mother_name"
    CONSENT = "consent"
    CONTRIBUTION = "contribution"
    TOO_LONG = "too_long"
    """A text that fits its box at no size."""
    UNPRINTABLE = "unprintable"
    """A letter that the fonts of our paper do not have."""


CARDS: Final = frozenset({DocumentKind.CARD_SHEET, DocumentKind.CARD})
LISTS: Final = frozenset({DocumentKind.BATCH_LIST, DocumentKind.HANDOVER_LIST})
"""Of one batch, every row of it: nobody is left out."""

ON_FACES: Final = frozenset({Lack.FACE_PHOTO, Lack.TOO_LONG, Lack.UNPRINTABLE})
LACKS: Final[Mapping[DocumentKind, frozenset[Lack]]] = {
    DocumentKind.ENROLMENT_FORM: ON_FACES
    | {Lack.VILLAGE, Lack.MOTHER_NAME, Lack.CONSENT, Lack.CONTRIBUTION},
    DocumentKind.CARD_SHEET: ON_FACES,
    DocumentKind.CARD: ON_FACES,
}
"""What a paper wants. A signature is written on it, and a KPJ comes later."""

REFUSED: Final = frozenset({Lack.TOO_LONG, Lack.UNPRINTABLE})
"""What cannot be mended with a pen: such paper is never made in a press."""

MOST_SHIFT: Final = 100
"""Tenths of a millimetre: a sheet that a printer moves by more than 10 mm has jammed."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """By how much the print is moved on either side of the sheet, in tenths of a millimetre.

    To the right and down, as one looks at that side. What a printer draws in quietly at the front
    and at the back is not the same.
    """

    front_right: int = 0
    front_down: int = 0
    back_right: int = 0
    back_down: int = 0

    @classmethod
    def of(cls, values: Sequence[int]) -> Self:
        """From four figures, each kept within MOST_SHIFT."""
        return cls(*(max(-MOST_SHIFT, min(MOST_SHIFT, each)) for each in values))

    def as_list(self) -> list[int]:
        """The four figures."""
        return list(astuple(self))


@dataclass(frozen=True, slots=True)
class PressOrder:
    """One print as it is asked for: the kind of paper, of whom, and in which order.

    `approved_from` and `approved_to` are days in Bali, both counted in. `duplex` and `shifts` are
    the printer's, for card sheets. It is kept as the `args` of a job; what an older job does not
    say has its default. `leave_out` leaves everybody out who lacks anything; otherwise paper has
    blanks where a fact is missing, for a pen or for glue.
    """

    kind: DocumentKind
    batch_id: UUID | None = None
    agency_id: UUID | None = None
    category_id: UUID | None = None
    approved_from: date | None = None
    approved_to: date | None = None
    printed: Printed = Printed.ALL
    sorting: Sorting = Sorting.BANJAR
    duplex: Duplex = Duplex.LONG_EDGE
    shifts: Shifts = Shifts()
    leave_out: bool = False

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> Self:
        """Read back what `as_args` gave."""
        known = {name: read(args[name]) for name, read in _READERS.items() if args.get(name)}
        return cls(**known)

    def leaves_out(self, lacks: Collection[Lack]) -> bool:
        """Whether somebody who lacks this is left out."""
        return bool(lacks) if self.leave_out else not REFUSED.isdisjoint(lacks)

    def as_args(self) -> dict[str, Any]:
        """As JSON holds it, without what is not asked for; two orders are the same when these
        are.
        """
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        shifts = told.pop("shifts")
        args: dict[str, Any] = {name: str(value) for name, value in told.items() if value}
        return args if shifts == Shifts() else args | {"shifts": shifts.as_list()}


_READERS: Final[Mapping[str, Any]] = {
    "kind": DocumentKind,
    "batch_id": UUID,
    "agency_id": UUID,
    "category_id": UUID,
    "approved_from": date.fromisoformat,
    "approved_to": date.fromisoformat,
    "printed": Printed,
    "sorting": Sorting,
    "duplex": Duplex,
    "leave_out": bool,
    "shifts": Shifts.of,
}


def of_the_same(one: DocumentKind, other: DocumentKind) -> bool:
    """Whether two papers prove the same: a card is a card, on a sheet or alone."""
    return one is other or (one in CARDS and other in CARDS)
