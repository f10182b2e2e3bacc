"""Registrations: records of phones in, what changed out."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

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
from fieldapp.api.rows import both_values, row_answer
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.errors import StaleError
from fieldapp.domain.intake import PartKind, read_record
from fieldapp.domain.permissions import Permission
from fieldapp.domain.registrations import Stage
from fieldapp.queries import intake as queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import intake, registrations
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("registrations", __name__)

MOST_AT_ONCE: Final = 200


@bp.put("/registrations/<uuid:registration_id>/revisions/<int:revision>")
@needs(Permission.REGISTRATION_EDIT)
def put(registration_id: UUID, revision: int) -> Response:
    """Take a record in, once and for good, and answer with its receipt."""
    record = read_record(body(), registration_id=registration_id, revision=revision)
    actor, now = current_actor(), now_utc()
    try:
        with transaction() as session:
            receipt = intake.receive(
                session, actor=actor, record=record, device_name=device_name(), now=now
            )
            findings = receipt["findings"]
    except StaleError as error:
        # In a transaction of its own: it leaves a trace that the row was shown.
        with transaction() as session:
            return both_values(session, actor, record, error)
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
            row_answer(
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
