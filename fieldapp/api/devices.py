"""Phones: announced, and told what is held of them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from fieldapp.api.answers import answer, body
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
    maybe,
    some,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.intake import BodyError, read_device
from fieldapp.domain.permissions import Permission
from fieldapp.models.devices import IntakeKind
from fieldapp.queries import devices as queries
from fieldapp.services import devices
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("devices", __name__)

AT_ONCE: Final = 500


@bp.post("/devices")
@needs(Permission.REGISTRATION_EDIT)
def announce() -> Response:
    """Enter this phone, or say how far it has counted."""
    device_id, name, app_version, minted = read_device(body())
    with transaction() as session:
        device = devices.announce(
            session,
            actor=current_actor(),
            device_id=device_id,
            name=name,
            app_version=app_version,
            minted=minted,
            now=now_utc(),
        )
        session.flush()
        told = {
            "id": str(device.id),
            "name": device.name,
            "last": device.last,
            "missing": queries.missing(session, device),
        }
    return answer({"device": told})


@bp.get("/receipts")
@needs(Permission.REGISTRATION_EDIT)
def receipts() -> Response:
    """What the server holds of a phone, for one whose answers were lost."""
    try:
        device_id = UUID(request.args.get("device", ""))
    except ValueError:
        raise BodyError(where="device") from None
    after = max(0, request.args.get("after", type=int) or 0)
    with reading() as session:
        device = queries.device(session, current_actor(), device_id)
        if device is None:
            raise OutOfReachError(subject="device", id=device_id)
        rows, more = queries.receipts(session, device_id, after=after, size=AT_ONCE)
        told = {
            "device": str(device.id),
            "last": device.last,
            "missing": queries.missing(session, device),
            "receipts": [
                {
                    "kind": row.kind.value,
                    "id": str(row.subject_id),
                    "revision": row.revision,
                    "sequence": row.sequence,
                    "received_at": row.received_at.isoformat(),
                    "parts": row.answer.get("parts", {}),
                }
                for row in rows
            ],
            "more": more,
        }
    return answer(told)


PART = Part(
    paths={
        "/devices": {
            "post": {
                "summary": "Announce a phone",
                "security": BY_SESSION,
                "parameters": list(WRITES),
                "requestBody": takes(
                    thing({"id": ID, "name": TEXT, "app_version": TEXT, "minted": WHOLE})
                ),
                "responses": gives(
                    "What is held of it",
                    thing(
                        {
                            "device": thing(
                                {"id": ID, "name": TEXT, "last": WHOLE, "missing": some(WHOLE)}
                            )
                        }
                    ),
                    problems=WRITING,
                ),
            }
        },
        "/receipts": {
            "get": {
                "summary": "What the server holds of a phone",
                "security": BY_SESSION,
                "parameters": [asked("device", ID, required=True), asked("after", WHOLE)],
                "responses": gives(
                    "By number",
                    thing(
                        {
                            "device": ID,
                            "last": WHOLE,
                            "missing": some(WHOLE),
                            "receipts": some(
                                thing(
                                    {
                                        "kind": {"enum": [kind.value for kind in IntakeKind]},
                                        "id": ID,
                                        "revision": WHOLE,
                                        "sequence": WHOLE,
                                        "received_at": MOMENT,
                                        "parts": by_name(maybe(HASH)),
                                    }
                                )
                            ),
                            "more": YES,
                        }
                    ),
                    problems=(404, 422),
                ),
            }
        },
    }
)
