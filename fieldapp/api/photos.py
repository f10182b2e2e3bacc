"""Photos and signatures, each by its hash, ahead of the record that names them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from fieldapp.api.answers import answer
from fieldapp.api.openapi import (
    BY_SESSION,
    HASH,
    WHOLE,
    WRITES,
    WRITING,
    Part,
    gives,
    inside,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.intake import read_hash
from fieldapp.domain.permissions import Permission
from fieldapp.services import parts
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("photos", __name__)


@bp.put("/photos/<sha256>")
@needs(Permission.REGISTRATION_EDIT)
def put(sha256: str) -> Response:
    """Take one picture as it is; it is on the disk, sealed, when this answers."""
    wanted = read_hash(sha256)
    data = request.get_data(cache=False)
    parts.check_bytes(data, wanted)
    with transaction() as session:
        parts.quarantine(session, actor=current_actor(), sha256=wanted, data=data, now=now_utc())
    return answer({"sha256": sha256, "size": len(data)})


PART = Part(
    paths={
        "/photos/{sha256}": {
            "put": {
                "summary": "One photo or signature, before its record",
                "security": BY_SESSION,
                "parameters": [inside("sha256", HASH), *WRITES],
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
        }
    }
)
