"""Registrations as phones are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Response
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.api.answers import finding_answers
from fieldapp.clock import now_utc
from fieldapp.domain import consent
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, StaleError
from fieldapp.domain.intake import PartKind, Record
from fieldapp.domain.nik import masked
from fieldapp.models.parts import PartState, RegistrationPart
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.queries import intake as queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import registrations
from fieldapp.web import problems
from fieldapp.web.forms.registrations import texts_of


def both_values(session: Session, actor: Actor, record: Record, error: StaleError) -> Response:
    """Somebody changed it since: both values of every field in which they differ."""
    row = registration_queries.registration(session, actor, record.id)
    if row is None:
        raise OutOfReachError(subject="registration", id=record.id)
    now = now_utc()
    theirs = _texts(row)
    differing = {
        name: {"yours": record.fields[name], "theirs": theirs.get(name, "")}
        for name in registrations.differences(row, record.fields, now=now)
    }
    registrations.note_seen(session, actor=actor, ids=[row.id], what="phone", now=now)
    ids = [row.id]
    shown = row_answer(
        row,
        received=queries.received(session, ids).get(row.id, 0),
        parts=queries.parts_of(session, ids).get(row.id, ()),
        photos=queries.photos_of(session, ids).get(row.id, ()),
        reasons=registration_queries.confirmations(session, ids)[row.id],
    )
    return problems.of_error(error, differing=differing, registration=shown)


def row_answer(
    row: Registration,
    *,
    received: int,
    parts: Sequence[RegistrationPart],
    photos: Sequence[Photo],
    reasons: Mapping[str, str],
) -> dict[str, Any]:
    editable = row.editable
    verdict = row.decisions[-1] if row.decisions else None
    agreed = not consent.needs_asking(row.consent_version)
    return {
        "id": str(row.id),
        "revision": row.revision,
        "received_revision": received,
        "stage": row.stage.value,
        "name": row.name,
        "nik_masked": masked(row.nik) if row.nik else "",
        "category_id": str(row.category_id) if row.category_id else None,
        "number": row.number,
        "batch": {"id": str(row.batch.id), "number": row.batch.number} if row.batch else None,
        "reason": row.reason,
        "decision": {
            "verdict": verdict.verdict.value,
            "reason": verdict.reason,
            "at": verdict.decided_at.isoformat(),
        }
        if verdict
        else None,
        "changed_at": row.changed_at.isoformat(),
        "editable": editable,
        "fields": _texts(row) if editable else None,
        "consent": {"given": agreed, "version": row.consent_version} if editable else None,
        "confirmations": dict(reasons) if editable else None,
        "parts": _parts(row, parts, photos),
        "findings": finding_answers(row.findings),
    }


def _texts(row: Registration) -> dict[str, Any]:
    """What is kept as the texts of the form; a village by its code, which is never unclear."""
    code = row.village_code or ""
    return texts_of(row, {code: code})


def _parts(
    row: Registration, parts: Sequence[RegistrationPart], photos: Sequence[Photo]
) -> dict[str, Any]:
    """What there is of photos and signature, whether a phone or a page sent it."""
    here = {photo.kind.value for photo in photos} | ({"signature"} if row.signature_file else set())
    found: dict[str, Any] = {
        kind.value: {"sha256": None, "state": "kept", "text": ""} if kind.value in here else None
        for kind in PartKind
    }
    for part in parts:
        found[part.kind.value] = {
            "sha256": part.sha256.hex(),
            "state": _PART_STATES[part.state],
            "text": words.problem_words(part.problem) if part.problem else "",
        }
    return found


_PART_STATES: Final = {
    PartState.WAITING: "on_the_way",
    PartState.KEPT: "kept",
    PartState.REFUSED: "refused",
}
