"""The life of a registration, as a table (product: The life of a registration)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fieldapp.domain.errors import ForbiddenError, ReasonMissingError, WrongMoveError
from fieldapp.domain.permissions import Permission, Role, allows


class Stage(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT = "sent"
    ENROLLED = "enrolled"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What leads from one stage to the next."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    SEND = "send"
    ENROL = "enrol"
    REFUSE = "refuse"
    END = "end"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Path:
    """From where, to where, by whom; `stays` keeps the stage as it was."""

    sources: frozenset[Stage]
    target: Stage | None
    permission: Permission
    reason_needed: bool = False
    four_eyes: bool = False


def _path(
    sources: set[Stage],
    target: Stage | None,
    permission: Permission,
    *,
    reason_needed: bool = False,
    four_eyes: bool = False,
) -> Path:
    return Path(frozenset(sources), target, permission, reason_needed, four_eyes)


_S, _P = Stage, Permission

PATHS: Final[Mapping[Move, Path]] = {
    Move.EDIT: _path({_S.DRAFT, _S.RETURNED}, None, _P.REGISTRATION_EDIT),
    Move.SUBMIT: _path({_S.DRAFT, _S.RETURNED}, _S.SUBMITTED, _P.BATCH_EDIT),
    Move.APPROVE: _path({_S.SUBMITTED}, _S.APPROVED, _P.BATCH_DECIDE, four_eyes=True),
    Move.RETURN: _path(
        {_S.SUBMITTED}, _S.RETURNED, _P.BATCH_DECIDE, reason_needed=True, four_eyes=True
    ),
    Move.REJECT: _path(
        {_S.SUBMITTED}, _S.REJECTED, _P.BATCH_DECIDE, reason_needed=True, four_eyes=True
    ),
    Move.SEND: _path({_S.APPROVED}, _S.SENT, _P.DOCUMENT_PRINT),
    Move.ENROL: _path({_S.SENT}, _S.ENROLLED, _P.DOCUMENT_PRINT),
    Move.REFUSE: _path({_S.SENT}, _S.RETURNED, _P.DOCUMENT_PRINT, reason_needed=True),
    Move.END: _path(
        {_S.APPROVED, _S.SENT, _S.ENROLLED}, _S.ENDED, _P.REGISTRATION_END, reason_needed=True
    ),
    Move.WITHDRAW: _path({_S.DRAFT, _S.RETURNED}, _S.WITHDRAWN, _P.REGISTRATION_EDIT),
}

LIVE: Final = frozenset({_S.SUBMITTED, _S.APPROVED, _S.SENT, _S.ENROLLED})
"""A NIK may be live once only in a role; drafts and returned rows do not hold the place."""

EDITABLE: Final = PATHS[Move.EDIT].sources
PRINTABLE: Final = frozenset({_S.APPROVED, _S.SENT, _S.ENROLLED})
"""Only these carry a number and a QR: no number before approval."""


def walk(stage: Stage, move: Move, *, role: Role, reason: str = "") -> Stage:
    """The stage that the move leads to.

    Raises ForbiddenError, WrongMoveError or ReasonMissingError; never ignores a move in silence.
    """
    path = PATHS[move]
    if not allows(role, path.permission):
        raise ForbiddenError(permission=path.permission)
    if stage not in path.sources:
        raise WrongMoveError(move=move, stage=stage)
    if path.reason_needed and not reason.strip():
        raise ReasonMissingError(move=move)
    return path.target or stage
