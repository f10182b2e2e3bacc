"""Registrations: records of phones in, what changed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.api.answers import answer, body, device_name, finding_answers
from fieldapp.api.openapi import (
    BY_SESSION,
    HASH,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    WRITES,
    WRITING,
    YES,
    Part,
    asked,
    by_name,
    gives,
    inside,
    maybe,
    ref,
    some,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain import consent
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, StaleError
from fieldapp.domain.intake import PartKind, Record, read_record
from fieldapp.domain.nik import masked
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.models.parts import PartState, RegistrationPart
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.queries import intake as queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import intake, registrations
from fieldapp.web import problems
from fieldapp.web.forms.registrations import texts_of
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("registrations", __name__)

MOST_AT_ONCE: Final = 200


@bp.put("/registrations/<uuid:registration_id>/revisions/<int:revision>")
@needs(Permission.REGISTRATION_EDIT)
def put(registration_id: UUID, revision: int) -> Response:
    """Take a record in, once and for good, and answer with its receipt."""
    record = read_record(body(), registration_id=registration_id, revision=revision)
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        try:
            receipt = intake.receive(
                session, actor=actor, record=record, device_name=device_name(), now=now
            )
        except StaleError as error:
            session.rollback()
            return _both(session, actor, record, error)
        findings = receipt["findings"]
    return answer({**receipt, "findings": finding_answers(findings)})


@bp.get("/registrations")
@needs(Permission.REGISTRATION_VIEW)
def changed() -> Response:
    """What changed since the cursor of the last answer."""
    actor, now = current_actor(), now_utc()
    size = request.args.get("limit", type=int) or MOST_AT_ONCE
    with transaction() as session:
        found = queries.changed_since(
            session,
            actor,
            cursor=request.args.get("since", ""),
            own_only=request.args.get("whose", "own") != "agency",
            size=max(1, min(size, MOST_AT_ONCE)),
            now=now,
        )
        reasons = registration_queries.confirmations(session, [row.id for row in found.rows])
        rows = [
            _row(
                row,
                received=found.received.get(row.id, 0),
                parts=found.parts.get(row.id, ()),
                photos=found.photos.get(row.id, ()),
                reasons=reasons[row.id],
            )
            for row in found.rows
        ]
        told = [row.id for row in found.rows if row.editable]
        registrations.note_seen(session, actor=actor, ids=told, what="phone", now=now)
    return answer({"registrations": rows, "next": found.next, "more": found.more})


def _both(session: Session, actor: Actor, record: Record, error: StaleError) -> Response:
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
    shown = _row(
        row,
        received=queries.received(session, ids).get(row.id, 0),
        parts=queries.parts_of(session, ids).get(row.id, ()),
        photos=queries.photos_of(session, ids).get(row.id, ()),
        reasons=registration_queries.confirmations(session, ids)[row.id],
    )
    return problems.of_error(error, differing=differing, registration=shown)


def _row(
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

_FIELDS_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "with_jht": {"type": ["boolean", "string"]},
        "family": some(
            thing({"relation": TEXT, "name": TEXT, "birth_date": TEXT, "sex": TEXT},
                  optional=("relation", "name", "birth_date", "sex"))
        ),
    },
    "additionalProperties": TEXT,
}  # fmt: skip
_HASHES: Final = {"ktp": HASH, "face": HASH, "signature": maybe(HASH)}

PART = Part(
    paths={
        "/registrations/{registration_id}/revisions/{revision}": {
            "put": {
                "summary": "A record; the same one again gets the same receipt",
                "security": BY_SESSION,
                "parameters": [
                    inside("registration_id", ID),
                    inside("revision", {"type": "integer", "minimum": 1}),
                    *WRITES,
                ],
                "requestBody": takes(ref("Record")),
                "responses": gives("The receipt", ref("Receipt"), problems=WRITING),
            }
        },
        "/registrations": {
            "get": {
                "summary": "What changed since a cursor",
                "security": BY_SESSION,
                "parameters": [
                    asked("since", TEXT),
                    asked("whose", {"enum": ["own", "agency"]}),
                    asked("limit", {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE}),
                ],
                "responses": gives(
                    "Rows, the oldest change first",
                    thing({"registrations": some(ref("Registration")), "next": TEXT, "more": YES}),
                ),
            }
        },
    },
    schemas={
        "Record": thing(
            {
                "device": ID,
                "sequence": {"type": "integer", "minimum": 1},
                "minted": {"type": "integer", "minimum": 1},
                "base": WHOLE,
                "fields": _FIELDS_SCHEMA,
                "consent": maybe(
                    thing(
                        {"given": YES, "version": TEXT, "at": maybe(MOMENT)},
                        optional=("version", "at"),
                    )
                ),
                "parts": thing(_HASHES, optional=_HASHES),
                "confirmations": by_name(TEXT),
            },
            optional=("fields", "consent", "parts", "confirmations"),
        ),
        "Receipt": thing(
            {
                "registration": ID,
                "revision": {"type": "integer", "minimum": 1},
                "device": ID,
                "sequence": {"type": "integer", "minimum": 1},
                "last": WHOLE,
                "server_revision": WHOLE,
                "stage": {"enum": [stage.value for stage in Stage]},
                "received_at": MOMENT,
                "parts": thing({kind.value: maybe(HASH) for kind in PartKind}),
                "unused": some(TEXT),
                "findings": some(ref("Finding")),
            }
        ),
        "Registration": thing(
            {
                "id": ID,
                "revision": WHOLE,
                "received_revision": WHOLE,
                "stage": {"enum": [stage.value for stage in Stage]},
                "name": TEXT,
                "nik_masked": TEXT,
                "category_id": maybe(ID),
                "number": maybe(TEXT),
                "batch": maybe(thing({"id": ID, "number": TEXT})),
                "reason": TEXT,
                "decision": maybe(thing({"verdict": TEXT, "reason": TEXT, "at": MOMENT})),
                "changed_at": MOMENT,
                "editable": YES,
                "fields": maybe(_FIELDS_SCHEMA),
                "consent": maybe(thing({"given": YES, "version": maybe(TEXT)})),
                "confirmations": maybe(by_name(TEXT)),
                "parts": thing(
                    {
                        kind.value: maybe(
                            thing(
                                {
                                    "sha256": maybe(HASH),
                                    "state": {"enum": ["on_the_way", "kept", "refused"]},
                                    "text": TEXT,
                                }
                            )
                        )
                        for kind in PartKind
                    }
                ),
                "findings": some(ref("Finding")),
            }
        ),
    },
)
