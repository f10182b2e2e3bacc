"""The registration that a request is about, and what is noted on it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.forms import Reference
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as queries
from fieldapp.web.forms import registration_notes as noting
from fieldapp.web.gate import current_actor


def row_within_reach(session: Session, registration_id: UUID) -> Registration:
    """The row. Raises OutOfReachError where there is none for this actor."""
    row = queries.registration(session, current_actor(), registration_id)
    if row is None:
        raise OutOfReachError(subject="registration", id=registration_id)
    return row


def row_or_new(session: Session, registration_id: UUID) -> Registration | None:
    """The row, or None where nothing was kept yet under an id that was minted here.

    Raises OutOfReachError when the id is that of a row which others reach.
    """
    row = queries.registration(session, current_actor(), registration_id)
    if row is None and session.get(Registration, registration_id) is not None:
        raise OutOfReachError(subject="registration", id=registration_id)
    return row


def reasons_kept(session: Session, row: Registration) -> dict[str, str]:
    """Why warnings are right as they are, by the key of the finding."""
    return queries.confirmations(session, [row.id])[row.id]


def notes_on(session: Session, row: Registration, looked_up: Reference) -> list[noting.Note]:
    """Everything to say about the row, the heaviest first."""
    return noting.notes_of(row, reasons_kept(session, row), looked_up)
