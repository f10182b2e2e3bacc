"""Deeds on the pictures of a registration: a photo is attached, a signature drawn or taken back.

What was typed has a revision and pictures have none: a photo that arrives while somebody types
must not make the typed form look stale. Hence the rows are changed below the version counter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from fieldapp.adapters.photos import Photo as Picture
from fieldapp.adapters.photos import Signature, print_size
from fieldapp.adapters.storage import Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.registrations import Move, walk
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as queries
from fieldapp.services import audit
from fieldapp.services.registrations import lay_hand, rejudge

PHOTO, PRINT, SIGNATURE = "photo", "photo_print", "signature"
"""Kinds of stored files."""


def attach(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    row: Registration,
    kind: PhotoKind,
    picture: Picture,
    now: datetime,
) -> list[str]:
    """Give the registration this photo in place of the one of its kind; judge it again.

    Returns the keys of files that this row no longer names, for `forget` after the commit.
    Raises StorageFullError (nothing is kept then), WrongMoveError, OutOfReachError.
    """
    _check_open(row, actor)
    lay_hand(session, actor, [row.id])
    return place(
        session, storage=storage, actor=actor, row=row, kind=kind, picture=picture, now=now
    )


def place(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    row: Registration,
    kind: PhotoKind,
    picture: Picture,
    now: datetime,
) -> list[str]:
    """What `attach` does, for a photo that was accepted before: the row may be sent by now."""
    _record(session, actor, "photo.attach", row, now, kind=kind)
    known = session.scalar(select(Photo).where(Photo.registration_id == row.id, Photo.kind == kind))
    file = storage.put(picture.jpeg, PHOTO)
    printed = storage.put(print_size(picture.jpeg), PRINT) if kind is PhotoKind.FACE else None
    left = [key for key in (known.file, known.print_file) if key] if known else []
    photo = known or Photo(registration_id=row.id, kind=kind)
    photo.file, photo.print_file, photo.sha256 = file, printed, picture.sha256
    photo.width, photo.height = picture.width, picture.height
    photo.mean_luma = picture.quality.mean_luma
    photo.sharpness = picture.quality.sharpness
    photo.glare = picture.quality.glare
    photo.created_by, photo.created_at = actor.id, now
    session.add(photo)
    judge_again(session, row, now)
    return [key for key in left if key not in (file, printed)]


def sign(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    row: Registration,
    drawn: Signature | None,
    now: datetime,
) -> list[str]:
    """Keep the worker's signature, or take it back (None: it will be given on paper).

    Returns the keys of files for `forget`. Raises what `attach` raises.
    """
    _check_open(row, actor)
    lay_hand(session, actor, [row.id])
    return draw(session, storage=storage, actor=actor, row=row, drawn=drawn, now=now)


def draw(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    row: Registration,
    drawn: Signature | None,
    now: datetime,
) -> list[str]:
    """What `sign` does, for a signature that was accepted before: the row may be sent by now."""
    _record(session, actor, "signature.draw" if drawn else "signature.clear", row, now)
    before = row.signature_file
    file = storage.put(drawn.png, SIGNATURE) if drawn else None
    judge_again(session, row, now, signature_file=file)
    return [before] if before and before != file else []


def forget(
    session: Session,
    *,
    storage: Storage,
    actor: Actor,
    registration_id: UUID,
    keys: Iterable[str],
    now: datetime,
) -> None:
    """Delete replaced files that no row names any more, in a transaction after the one that
    replaced them: a file must outlive every row that might still be rolled back to.

    The audit entry comes first on both sides. Its counter makes writers wait for each other, so
    that equal bytes cannot be attached elsewhere between the question and the deletion.
    """
    left = list(keys)
    if not left:
        return
    audit.record(
        session,
        actor=actor,
        action="photo.replace",
        subject="registration",
        subject_id=registration_id,
        now=now,
        files=len(left),
    )
    for key in left:
        if not _is_named(session, key):
            storage.delete(key)


def _is_named(session: Session, key: str) -> bool:
    photo = select(Photo.id).where(or_(Photo.file == key, Photo.print_file == key))
    signature = select(Registration.id).where(Registration.signature_file == key)
    return bool(session.scalar(photo.limit(1)) or session.scalar(signature.limit(1)))


def _check_open(row: Registration, actor: Actor) -> None:
    if not queries.within_reach(row, actor):
        raise OutOfReachError(subject="registration", id=row.id)
    walk(row.stage, Move.EDIT, role=actor.role)


def judge_again(session: Session, row: Registration, now: datetime, **columns: object) -> None:
    """Judge the row again and keep that, without a new revision (see the top of this module)."""
    session.flush()
    rejudge(session, row, now=now)
    row_id, found, weight = row.id, row.findings, row.worst
    with session.no_autoflush:
        session.expire(row)
        session.execute(
            update(Registration)
            .where(Registration.id == row_id)
            .values(findings=found, worst=weight, changed_at=now, **columns)
            .execution_options(synchronize_session=False)
        )


def _record(
    session: Session, actor: Actor, action: str, row: Registration, now: datetime, **facts: object
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="registration",
        subject_id=row.id,
        now=now,
        **facts,
    )
