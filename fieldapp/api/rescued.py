"""Records of another phone, brought in a rescue file: taken in once, in their maker's name."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from fieldapp.api.answers import answer, body, finding_answers
from fieldapp.api.openapi import (
    BY_SESSION,
    HASH,
    ID,
    WHOLE,
    WRITES,
    WRITING,
    Part,
    gives,
    inside,
    ref,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.intake import read_hash, read_record
from fieldapp.domain.permissions import Permission
from fieldapp.services import parts, rescues
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("rescued", __name__)


@bp.put("/rescued/<uuid:maker_id>/photos/<sha256>")
@needs(Permission.REGISTRATION_RESCUE)
def photo(maker_id: UUID, sha256: str) -> Response:
    """Take one picture, before the record that names it."""
    wanted = read_hash(sha256)
    data = request.get_data(cache=False)
    parts.check_bytes(data, wanted)
    with transaction() as session:
        rescues.carry_photo(
            session,
            actor=current_actor(),
            maker_id=maker_id,
            sha256=wanted,
            data=data,
            now=now_utc(),
        )
    return answer({"sha256": sha256, "size": len(data)})


@bp.put("/rescued/<uuid:maker_id>/registrations/<uuid:registration_id>/revisions/<int:revision>")
@needs(Permission.REGISTRATION_RESCUE)
def put(maker_id: UUID, registration_id: UUID, revision: int) -> Response:
    """Take a record in, with the answer that its own phone would have got.

    If somebody changed it since, the maker chooses, on their phone or another: nothing of it is
    told to whoever carried it.
    """
    record = read_record(body(), registration_id=registration_id, revision=revision)
    with transaction() as session:
        receipt = rescues.carry_record(
            session,
            actor=current_actor(),
            maker_id=maker_id,
            record=record,
            device_name="",
            now=now_utc(),
        )
        findings = receipt["findings"]
    return answer({**receipt, "findings": finding_answers(findings)})


_MAKER = inside("maker_id", ID)

PART = Part(
    paths={
        "/rescued/{maker_id}/photos/{sha256}": {
            "put": {
                "summary": "One photo of a rescue file",
                "security": BY_SESSION,
                "parameters": [_MAKER, inside("sha256", HASH), *WRITES],
                "requestBody": {
                    "required": True,
                    "content": {
                        kind: {"schema": {"type": "string", "format": "binary"}}
                        for kind in ("image/jpeg", "image/png", "image/webp")
                    },
                },
                "responses": gives(
                    "Held", thing({"sha256": HASH, "size": WHOLE}), problems=WRITING
                ),
            }
        },
        "/rescued/{maker_id}/registrations/{registration_id}/revisions/{revision}": {
            "put": {
                "summary": "A record of a rescue file, in its maker's name",
                "security": BY_SESSION,
                "parameters": [
                    _MAKER,
                    inside("registration_id", ID),
                    inside("revision", {"type": "integer", "minimum": 1}),
                    *WRITES,
                ],
                "requestBody": takes(ref("Record")),
                "responses": gives("The receipt", ref("Receipt"), problems=WRITING),
            }
        },
    }
)
