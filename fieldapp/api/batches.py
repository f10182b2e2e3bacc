"""Batches: made and sent as one, and how the newest stand."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response

from fieldapp.api.answers import answer, body, device_name, finding_answers, kept_answer, most_rows
from fieldapp.api.openapi import (
    BY_SESSION,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    WRITES,
    WRITING,
    Part,
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
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import EmptyBatchError
from fieldapp.domain.intake import read_bundle
from fieldapp.domain.permissions import Permission
from fieldapp.models.batches import BatchState
from fieldapp.queries import batches as queries
from fieldapp.services import intake
from fieldapp.web import problems
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("batches", __name__)

NEWEST: Final = 50


@bp.put("/batches/<uuid:batch_id>")
@needs(Permission.BATCH_EDIT)
def put(batch_id: UUID) -> Response:
    """Make a batch and send it, once and for good."""
    bundle = read_bundle(body(), batch_id=batch_id)
    try:
        with transaction() as session:
            made = intake.receive_batch(
                session,
                actor=current_actor(),
                bundle=bundle,
                most=most_rows(),
                device_name=device_name(),
                now=now_utc(),
            )
    except EmptyBatchError as error:
        rows = [
            {"id": str(each), "findings": [finding.as_row() for finding in found]}
            for each, found in error.facts.get("held", ())
        ]
        return problems.of_error(EmptyBatchError(batch_id=batch_id), held=_held(rows))
    return answer({**made, "held": _held(made["held"])})


@bp.get("/batches")
@needs(Permission.BATCH_VIEW)
def newest() -> Response:
    """The newest batches within reach, and how many rows of each stand where."""
    with reading() as session:
        found = queries.newest(session, current_actor(), list(BatchState), size=NEWEST).batches
        tallies = queries.tallies(session, [batch.id for batch in found])
        rows = [
            {
                "id": str(batch.id),
                "number": batch.number,
                "state": batch.state.value,
                "note": batch.note,
                "created_at": batch.created_at.isoformat(),
                "submitted_at": batch.submitted_at.isoformat() if batch.submitted_at else None,
                "stages": {stage.value: rows for stage, rows in tallies[batch.id].items()},
            }
            for batch in found
        ]
    return kept_answer({"batches": rows})


def _held(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "findings": finding_answers(row["findings"])} for row in rows]


_STATES: Final = {"enum": [state.value for state in BatchState]}

PART = Part(
    paths={
        "/batches/{batch_id}": {
            "put": {
                "summary": "Make a batch and send it",
                "security": BY_SESSION,
                "parameters": [inside("batch_id", ID), *WRITES],
                "requestBody": takes(
                    thing(
                        {
                            "device": ID,
                            "sequence": {"type": "integer", "minimum": 1},
                            "minted": {"type": "integer", "minimum": 1},
                            "registrations": some(ID),
                            "note": TEXT,
                        },
                        optional=("note",),
                    )
                ),
                "responses": gives(
                    "What was sent, and what stayed behind",
                    thing(
                        {
                            "batch": thing({"id": ID, "number": TEXT, "state": _STATES}),
                            "device": ID,
                            "sequence": WHOLE,
                            "last": WHOLE,
                            "received_at": MOMENT,
                            "sent": some(ID),
                            "held": some(thing({"id": ID, "findings": some(ref("Finding"))})),
                        }
                    ),
                    problems=WRITING,
                ),
            }
        },
        "/batches": {
            "get": {
                "summary": "The newest batches",
                "security": BY_SESSION,
                "responses": gives(
                    "Batches, the newest first",
                    thing(
                        {
                            "batches": some(
                                thing(
                                    {
                                        "id": ID,
                                        "number": TEXT,
                                        "state": _STATES,
                                        "note": TEXT,
                                        "created_at": MOMENT,
                                        "submitted_at": maybe(MOMENT),
                                        "stages": by_name(WHOLE),
                                    }
                                )
                            )
                        }
                    ),
                    etag=True,
                ),
            }
        },
    }
)
