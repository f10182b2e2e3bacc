"""The life of a card, as a table: what may happen to a printed thing, and who may say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.errors import (
    FieldError,
    ForbiddenError,
    ReasonMissingError,
    WrongMoveError,
)
from fieldapp.domain.permissions import Permission, Role, allows


class CardState(StrEnum):
    """Where one card stands; a reprint is another card."""

    ASKED = "asked"
    """A further reprint that waits for a second person."""
    ISSUED = "issued"
    """It has its code, and no bytes yet."""
    PRINTED = "printed"
    SPOILED = "spoiled"
    VOID = "void"
    HANDED_OVER = "handed_over"


class CardMove(StrEnum):
    """What leads from one state to the next."""

    CONFIRM = "card_confirm"
    PRINT = "card_print"
    SPOIL = "card_spoil"
    VOID = "card_void"
    REPRINT = "card_reprint"
    HAND_OVER = "card_hand_over"
    END = "card_end"
    """The registration has ended, and its cards with it."""


@dataclass(frozen=True, slots=True)
class CardPath:
    """From where, to where, by whom; without a target the card stays and another one is issued."""

    sources: frozenset[CardState]
    target: CardState | None
    permission: Permission
    reason_needed: bool = False


_S, _P = CardState, Permission
LIVE: Final = frozenset({_S.ASKED, _S.ISSUED, _S.PRINTED, _S.HANDED_OVER})
"""A registration has one of these at most."""

PATHS: Final[Mapping[CardMove, CardPath]] = {
    CardMove.CONFIRM: CardPath(frozenset({_S.ASKED}), _S.ISSUED, _P.CARD_CONFIRM),
    CardMove.PRINT: CardPath(frozenset({_S.ISSUED, _S.PRINTED}), _S.PRINTED, _P.DOCUMENT_PRINT),
    CardMove.SPOIL: CardPath(
        frozenset({_S.PRINTED}), _S.SPOILED, _P.DOCUMENT_PRINT, reason_needed=True
    ),
    CardMove.VOID: CardPath(LIVE, _S.VOID, _P.DOCUMENT_PRINT, reason_needed=True),
    CardMove.REPRINT: CardPath(
        frozenset({_S.SPOILED, _S.VOID}), None, _P.DOCUMENT_PRINT, reason_needed=True
    ),
    CardMove.HAND_OVER: CardPath(frozenset({_S.PRINTED}), _S.HANDED_OVER, _P.CARD_HAND_OVER),
    CardMove.END: CardPath(LIVE, _S.VOID, _P.REGISTRATION_END, reason_needed=True),
}

PRINTABLE: Final = PATHS[CardMove.PRINT].sources
IN_FORCE: Final = frozenset({_S.PRINTED, _S.HANDED_OVER})
"""A card whose bytes were never produced proves nothing, whoever shows its code."""

REPRINTS_ALONE: Final = 1
"""How many reprints of one card a clerk may order without a second person."""


def walk(state: CardState, move: CardMove, *, role: Role, reason: str = "") -> CardState:
    """The state that the move leads to.

    Raises ForbiddenError, WrongMoveError or ReasonMissingError; never ignores a move in silence.
    """
    path = PATHS[move]
    if not allows(role, path.permission):
        raise ForbiddenError(permission=path.permission)
    if state not in path.sources:
        raise WrongMoveError(move=move, stage=state)
    if path.reason_needed and not reason.strip():
        raise ReasonMissingError(move=move)
    return path.target or state


class HandOverError(FieldError):
    """A card that is not to be given to anybody. Facts: `serial`, `reason`, `changed_on`."""

    code: ClassVar[str] = "card_not_handed_over"
    status: ClassVar[int] = 409


class CardUnknownError(HandOverError):
    """No card of this agency, whatever it is elsewhere. Facts: `serial`."""

    code = "card_unknown"
    status = 404


class CardNotGenuineError(HandOverError):
    """What was scanned was not signed by us. No facts."""

    code = "card_not_genuine"
    status = 422


class CardVoidError(HandOverError):
    """Spoiled, void, or its registration has ended."""

    code = "card_void"


class CardNotPrintedError(HandOverError):
    """There is no print of it, so what was scanned is something else."""

    code = "card_not_printed"


class CardHandedOverError(HandOverError):
    """Somebody has noted that already."""

    code = "card_handed_over"


_STANDS_IN_THE_WAY: Final[Mapping[CardState, type[HandOverError]]] = {
    CardState.ASKED: CardNotPrintedError,
    CardState.ISSUED: CardNotPrintedError,
    CardState.SPOILED: CardVoidError,
    CardState.VOID: CardVoidError,
    CardState.HANDED_OVER: CardHandedOverError,
}


def against_handing_over(state: CardState, *, ended: bool) -> type[HandOverError] | None:
    """Why a card may not be given to its person; None when it may.

    ended: its registration is not in force any more.
    """
    return CardVoidError if ended else _STANDS_IN_THE_WAY.get(state)


def needs_second_person(copy: int) -> bool:
    """Whether this copy is one reprint too many for a clerk alone."""
    return copy > 1 + REPRINTS_ALONE


class CardVerdict(StrEnum):
    """What a check says."""

    VALID = "card_valid"
    EXPIRED = "card_expired"
    VOID = "card_is_void"
    NOT_GENUINE = "card_not_genuine"
    UNSURE = "card_unsure"
    """Only without signal: signed by a key that this phone has not seen yet."""


def verdict(state: CardState, *, valid_until: date, ended: bool, today: date) -> CardVerdict:
    """The verdict on a genuine card; the last valid day still counts."""
    if ended or state not in IN_FORCE:
        return CardVerdict.VOID
    return CardVerdict.VALID if today <= valid_until else CardVerdict.EXPIRED
