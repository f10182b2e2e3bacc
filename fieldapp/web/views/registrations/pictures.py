"""The photos and the signature of a registration: taken, kept, and looked at with a trace."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.adapters.photos import PhotoError, normalise
from fieldapp.adapters.photos import signature as read_signature
from fieldapp.adapters.storage import Storage, StorageFullError
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.permissions import Permission
from fieldapp.domain.photos import PhotoKind
from fieldapp.models.registrations import Registration
from fieldapp.queries import registrations as queries
from fieldapp.services import photos, registrations
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.views.registrations.blueprint import bp
from fieldapp.web.views.registrations.rows import row_within_reach
from fieldapp.web.views.registrations.told import told

NEVER_KEPT: Final = "private, no-store"


@bp.post("/<uuid:registration_id>/photos/<any(ktp, face):kind>")
@needs(Permission.REGISTRATION_EDIT)
def attach(registration_id: UUID, kind: str) -> ResponseReturnValue:
    """Take one photo; the registration is begun by it when it is the first thing."""
    picture = normalise(_sent_file(), kind=PhotoKind(kind))
    with transaction() as session:
        row = _begun(session, registration_id)
        left = photos.attach(session, kind=PhotoKind(kind), picture=picture, **_deed(row))
        answer = told(session, row)
    _forget(registration_id, left)
    answer["url"] = url_for(".photo", registration_id=registration_id, kind=kind)
    return jsonify(answer)


@bp.get("/<uuid:registration_id>/photos/<any(ktp, face):kind>.jpg")
@needs(Permission.REGISTRATION_VIEW)
def photo(registration_id: UUID, kind: str) -> ResponseReturnValue:
    """One photo; looking at it leaves a trace."""
    with transaction() as session:
        row = queries.registration(session, current_actor(), registration_id) or abort(404)
        found = next((each for each in row.photos if each.kind == kind), None) or abort(404)
        registrations.note_seen(
            session, actor=current_actor(), ids=[row.id], what=kind, now=now_utc()
        )
        file = found.file
    return _picture(file, "image/jpeg")


@bp.post("/<uuid:registration_id>/signature")
@needs(Permission.REGISTRATION_EDIT)
def sign(registration_id: UUID) -> ResponseReturnValue:
    """Take a drawn signature; an empty one takes it back."""
    sent = request.files.get("signature")
    drawn = read_signature(sent.read()) if sent else None
    with transaction() as session:
        row = _begun(session, registration_id)
        left = photos.sign(session, drawn=drawn, **_deed(row))
        answer = told(session, row)
    _forget(registration_id, left)
    return jsonify(answer)


@bp.get("/<uuid:registration_id>/signature.png")
@needs(Permission.REGISTRATION_VIEW)
def signature(registration_id: UUID) -> ResponseReturnValue:
    """The signature; looking at it leaves a trace."""
    with transaction() as session:
        row = queries.registration(session, current_actor(), registration_id) or abort(404)
        file = row.signature_file or abort(404)
        registrations.note_seen(
            session, actor=current_actor(), ids=[row.id], what="signature", now=now_utc()
        )
    return _picture(file, "image/png")


def keep_sent_pictures(registration_id: UUID) -> dict[str, str]:
    """Keep the pictures of a form that came whole; what is wrong with them, by field.

    The text was kept before, so a bad picture or a full disk loses nothing that was typed.
    """
    refused: dict[str, str] = {}
    for name, kind in (("ktp_photo", PhotoKind.KTP), ("face_photo", PhotoKind.FACE)):
        data = _first_sent(name)
        if data:
            try:
                picture = normalise(data, kind=kind)
                with transaction() as session:
                    row = row_within_reach(session, registration_id)
                    left = photos.attach(session, kind=kind, picture=picture, **_deed(row))
                _forget(registration_id, left)
            except (PhotoError, StorageFullError) as error:
                refused[name] = words.error_words(error)
    data = _first_sent("signature")
    if data:
        try:
            drawn = read_signature(data)
            with transaction() as session:
                row = row_within_reach(session, registration_id)
                left = photos.sign(session, drawn=drawn, **_deed(row))
            _forget(registration_id, left)
        except (PhotoError, StorageFullError) as error:
            refused["signature"] = words.error_words(error)
    return refused


def _begun(session: Session, registration_id: UUID) -> Registration:
    """The row of a picture; the first picture begins it."""
    row = queries.registration(session, current_actor(), registration_id)
    return row or registrations.save(
        session,
        actor=current_actor(),
        registration_id=registration_id,
        typed={},
        seen=None,
        now=now_utc(),
    )


def _deed(row: Registration) -> dict[str, Any]:
    return {"storage": _storage(), "actor": current_actor(), "row": row, "now": now_utc()}


def _first_sent(name: str) -> bytes:
    """The camera's and the file chooser's input share a name; one of them holds something."""
    return next((data for file in request.files.getlist(name) if (data := file.read())), b"")


def _sent_file() -> bytes:
    sent = request.files.get("photo") or abort(400)
    data: bytes = sent.read()
    return data


def _forget(registration_id: UUID, keys: list[str]) -> None:
    if keys:
        with transaction() as session:
            photos.forget(
                session,
                storage=_storage(),
                actor=current_actor(),
                registration_id=registration_id,
                keys=keys,
                now=now_utc(),
            )


def _picture(key: str, mimetype: str) -> Response:
    answer = Response(_storage().get(key), mimetype=mimetype)
    answer.headers["Cache-Control"] = NEVER_KEPT
    return answer


def _storage() -> Storage:
    storage: Storage = current_app.extensions["fieldapp.storage"]
    return storage
