"""Empties the quarantine: makes clean pictures of what phones sent, and gives them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from fieldapp.adapters.photos import PhotoError, normalise, signature
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError
from fieldapp.domain.intake import PartKind
from fieldapp.domain.photos import PhotoKind
from fieldapp.jobs.press_parts import Press
from fieldapp.models.parts import PartState, RegistrationPart
from fieldapp.models.registrations import Registration
from fieldapp.models.users import User
from fieldapp.services import parts, photos

AT_ONCE: Final = 50


def clean_parts(press: Press, *, actor: Actor, args: Mapping[str, Any]) -> None:
    """Take every part that waits, the oldest first; then drop the bytes that are done with.

    Killed halfway it goes on where it stopped: a part is settled in one transaction.
    """
    done = 0
    while found := _next_ones():
        for registration_id, kind in found:
            _clean(press, registration_id, kind)
            done += 1
            press.progress(done)
    with transaction() as session:
        parts.empty_quarantine(session, now=now_utc())


def forget_files(press: Press, *, actor: Actor, args: Mapping[str, Any]) -> None:
    """Drop files that were taken back; one that another row names by now stays."""
    with transaction() as session:
        photos.forget(
            session,
            storage=press.house.storage,
            actor=actor,
            registration_id=UUID(args["registration"]),
            keys=args["files"],
            now=now_utc(),
        )


def _next_ones() -> list[tuple[UUID, PartKind]]:
    with reading() as session:
        waiting = session.execute(
            select(RegistrationPart.registration_id, RegistrationPart.kind)
            .where(RegistrationPart.state == PartState.WAITING)
            .order_by(RegistrationPart.received_at)
            .limit(AT_ONCE)
        )
        return [(row.registration_id, row.kind) for row in waiting]


def _clean(press: Press, registration_id: UUID, kind: PartKind) -> None:
    """One part: decoded outside the transaction, kept inside it if nothing newer came meanwhile."""
    with reading() as session:
        row = session.get_one(Registration, registration_id)
        part = session.get_one(RegistrationPart, (registration_id, kind))
        sha256 = part.sha256
        data = parts.opened(session, row.agency_id, sha256)
    error: FieldError | None = None
    picture: Any = None
    try:
        if data is None:
            raise PhotoError
        picture = (
            signature(data) if kind is PartKind.SIGNATURE else normalise(data, kind=PhotoKind(kind))
        )
    except PhotoError as refused:
        error = refused
    left: list[str] = []
    with transaction() as session:
        part = session.get_one(RegistrationPart, (registration_id, kind))
        if part.sha256 != sha256 or part.state is not PartState.WAITING:
            return
        row = session.get_one(Registration, registration_id)
        sender = session.get_one(User, part.user_id).as_actor()
        deed: dict[str, Any] = {
            "storage": press.house.storage, "actor": sender, "row": row, "now": now_utc(),
        }  # fmt: skip
        parts.settle(part, error=error)
        if error is not None:
            photos.judge_again(session, row, now_utc())
        elif kind is PartKind.SIGNATURE:
            left = photos.draw(session, drawn=picture, **deed)
        else:
            left = photos.place(session, kind=PhotoKind(kind), picture=picture, **deed)
    if left:
        with transaction() as session:
            photos.forget(
                session,
                storage=press.house.storage,
                actor=sender,
                registration_id=registration_id,
                keys=left,
                now=now_utc(),
            )
