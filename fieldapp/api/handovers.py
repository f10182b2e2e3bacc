"""Cards that a coordinator has given to their people, scanned on the phone."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response

from fieldapp.api.answers import answer, body, device_name
from fieldapp.api.openapi import (
    BY_SESSION,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    WRITES,
    WRITING,
    Part,
    gives,
    inside,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.card_life import CardState
from fieldapp.domain.intake import read_handover
from fieldapp.domain.permissions import Permission
from fieldapp.services import intake
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("handovers", __name__)


@bp.put("/handovers/<uuid:handover_id>")
@needs(Permission.CARD_HAND_OVER)
def put(handover_id: UUID) -> Response:
    """Note that a card was given to its person, once and for good."""
    handover = read_handover(body(), handover_id=handover_id)
    with transaction() as session:
        made = intake.receive_handover(
            session,
            actor=current_actor(),
            handover=handover,
            device_name=device_name(),
            now=now_utc(),
        )
    return answer(made)


_STATES: Final = {"enum": [state.value for state in CardState]}

PART = Part(
    paths={
        "/handovers/{handover_id}": {
            "put": {
                "summary": "A card was given to its person",
                "security": BY_SESSION,
                "parameters": [inside("handover_id", ID), *WRITES],
                "requestBody": takes(
                    thing(
                        {
                            "device": ID,
                            "sequence": {"type": "integer", "minimum": 1},
                            "minted": {"type": "integer", "minimum": 1},
                            "code": TEXT,
                            "serial": TEXT,
                            "at": MOMENT,
                        },
                        optional=("code", "serial"),
                    )
                ),
                "responses": gives(
                    "The card, as it stands now",
                    thing(
                        {
                            "handover": ID,
                            "device": ID,
                            "sequence": WHOLE,
                            "last": WHOLE,
                            "card": thing({"id": ID, "serial": TEXT, "state": _STATES}),
                            "registration": ID,
                            "handed_at": MOMENT,
                            "received_at": MOMENT,
                        }
                    ),
                    problems=WRITING,
                ),
            }
        },
    }
)
