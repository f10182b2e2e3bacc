"""What an outbox holds, in one request: records and the photos that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from fieldapp.api.answers import LARGEST_RECORD, answer, device_name, finding_answers
from fieldapp.api.openapi import (
    BY_SESSION,
    HASH,
    ID,
    WRITES,
    WRITING,
    Part,
    gives,
    ref,
    some,
    thing,
)
from fieldapp.api.rows import both_values
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError, StaleError
from fieldapp.domain.intake import Record, read_json, read_parcel, read_record
from fieldapp.domain.permissions import Permission
from fieldapp.services import intake, parts
from fieldapp.web import problems
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("parcels", __name__)

MIMETYPE: Final = "application/vnd.fieldapp.parcel"


@bp.post("/parcels")
@needs(Permission.REGISTRATION_EDIT)
def post() -> Response:
    """Take in each record and photo as if it came alone; one transaction, synced once."""
    parcel = read_parcel(request.get_data(cache=False))
    refused: dict[int | bytes, Response] = {}
    photos: dict[bytes, bytes] = {}
    for sha256, data in parcel.photos:
        try:
            parts.check_bytes(data, sha256)
        except FieldError as error:
            refused[sha256] = problems.of_error(error)
        else:
            photos[sha256] = data
    records: dict[int, Record] = {}
    for at, (record_id, revision, data) in enumerate(parcel.records):
        try:
            if len(data) > LARGEST_RECORD:
                raise RequestEntityTooLarge
            records[at] = read_record(read_json(data), registration_id=record_id, revision=revision)
        except RequestEntityTooLarge as error:
            refused[at] = problems.of_http(error, csrf=False)
        except FieldError as error:
            refused[at] = problems.of_error(error)
    actor, now = current_actor(), now_utc()
    with transaction() as session:
        if photos:
            parts.quarantine_all(session, actor=actor, files=photos, now=now)
        told = intake.receive_all(
            session, actor=actor, records=list(records.values()), device_name=device_name(), now=now
        )
        taken = {
            at: _answer(session, actor, record, each)
            for (at, record), each in zip(records.items(), told, strict=True)
        }
    told_of_photos = [
        {"sha256": sha256.hex(), **(_refusal(refused[sha256]) if sha256 in refused else _OK)}
        for sha256, _data in parcel.photos
    ]
    told_of_records = [
        {
            "id": str(record_id),
            "revision": revision,
            **(_refusal(refused[at]) if at in refused else taken[at]),
        }
        for at, (record_id, revision, _data) in enumerate(parcel.records)
    ]
    return answer({"photos": told_of_photos, "records": told_of_records})


def _answer(
    session: Session, actor: Actor, record: Record, told: Mapping[str, Any] | FieldError
) -> dict[str, Any]:
    match told:
        case StaleError():
            return _refusal(both_values(session, actor, record, told))
        case FieldError():
            return _refusal(problems.of_error(told))
        case _:
            return {**_OK, "receipt": {**told, "findings": finding_answers(told["findings"])}}


def _refusal(problem: Response) -> dict[str, Any]:
    """What would have been the answer to it alone."""
    return {"status": problem.status_code, "problem": problem.get_json()}


_OK: Final[Mapping[str, Any]] = {"status": 200}
_STATUS: Final = {"type": "integer", "minimum": 200, "maximum": 599}

PART = Part(
    paths={
        "/parcels": {
            "post": {
                "summary": "Records and the photos that they name, in one request",
                "security": BY_SESSION,
                "parameters": list(WRITES),
                "requestBody": {
                    "required": True,
                    "content": {MIMETYPE: {"schema": {"type": "string", "format": "binary"}}},
                },
                "responses": gives(
                    "What came of each, in the order of the parcel",
                    thing(
                        {
                            "photos": some(
                                thing(
                                    {
                                        "sha256": HASH,
                                        "status": _STATUS,
                                        "problem": ref("Problem"),
                                    },
                                    optional=("problem",),
                                )
                            ),
                            "records": some(
                                thing(
                                    {
                                        "id": ID,
                                        "revision": {"type": "integer", "minimum": 1},
                                        "status": _STATUS,
                                        "receipt": ref("Receipt"),
                                        "problem": ref("Problem"),
                                    },
                                    optional=("receipt", "problem"),
                                )
                            ),
                        }
                    ),
                    problems=WRITING,
                ),
            }
        }
    },
)
