"""Forgotten PINs, as phones ask about them: the agency's key, a request, and what became of it."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from fieldapp.api.answers import answer, body, device_name
from fieldapp.api.openapi import (
    BY_SESSION,
    ID,
    MOMENT,
    TEXT,
    WRITES,
    WRITING,
    Part,
    gives,
    inside,
    maybe,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.domain.recoveries import RecoveryState, read_request, state_at
from fieldapp.models.recoveries import EscrowKey, Recovery
from fieldapp.queries import recoveries as queries
from fieldapp.services import recoveries
from fieldapp.web.gate import current_actor, needs

bp = Blueprint("recoveries", __name__)


@bp.get("/recoveries/key")
@needs(Permission.PHONE_KEEP)
def key() -> Response:
    """The agency's key, to which a phone wraps its own when a PIN is set."""
    actor = current_actor()
    with reading() as session:
        known = recoveries.known_key(session, actor)
        if known is not None:
            return answer(_key(known))
    with transaction() as session:
        return answer(_key(recoveries.escrow_key(session, actor=actor, now=now_utc())))


@bp.post("/recoveries")
@needs(Permission.PHONE_KEEP)
def ask() -> Response:
    """Ask for a phone to be opened again."""
    request = read_request(body())
    with transaction() as session:
        row = recoveries.ask(
            session,
            actor=current_actor(),
            request=request,
            device_name=device_name(),
            now=now_utc(),
        )
        return answer(_told(row))


@bp.get("/recoveries/<uuid:recovery_id>")
@needs(Permission.PHONE_KEEP)
def show(recovery_id: UUID) -> Response:
    """How a request stands; the key, wrapped to the phone that asked, once it is approved."""
    with reading() as session:
        row = queries.own_recovery(session, current_actor(), recovery_id)
        if row is None:
            raise OutOfReachError(subject="recovery", id=recovery_id)
        return answer(_told(row))


@bp.post("/recoveries/<uuid:recovery_id>/taken")
@needs(Permission.PHONE_KEEP)
def taken(recovery_id: UUID) -> Response:
    """The phone has a new PIN: what was sent back is forgotten."""
    actor = current_actor()
    with transaction() as session:
        row = queries.own_recovery(session, actor, recovery_id)
        if row is None:
            raise OutOfReachError(subject="recovery", id=recovery_id)
        recoveries.take(session, actor=actor, row=row, now=now_utc())
        return answer(_told(row))


def _key(row: EscrowKey) -> dict[str, str]:
    return {"id": str(row.id), "public_key": base64.b64encode(row.public).decode()}


def _told(row: Recovery) -> dict[str, Any]:
    state = state_at(row.state, row.asked_at, now_utc())
    released = row.released if state is RecoveryState.APPROVED else None
    return {
        "recovery": {
            "id": str(row.id),
            "state": state.value,
            "asked_at": row.asked_at.isoformat(),
            "decided_at": row.decided_at.isoformat() if row.decided_at else None,
            "released": base64.b64encode(released).decode() if released else None,
        }
    }


_RECOVERY: Any = thing(
    {
        "recovery": thing(
            {
                "id": ID,
                "state": {"enum": [state.value for state in RecoveryState]},
                "asked_at": MOMENT,
                "decided_at": maybe(MOMENT),
                "released": maybe(TEXT),
            }
        )
    }
)
_ID: Any = inside("recovery_id", ID)

PART = Part(
    paths={
        "/recoveries/key": {
            "get": {
                "summary": "The agency's key, for keys of phones",
                "security": BY_SESSION,
                "responses": gives("A public key", thing({"id": ID, "public_key": TEXT})),
            }
        },
        "/recoveries": {
            "post": {
                "summary": "Ask for a phone to be opened again",
                "security": BY_SESSION,
                "parameters": list(WRITES),
                "requestBody": takes(
                    thing({"id": ID, "device": ID, "key": ID, "wrapped": TEXT, "public_key": TEXT})
                ),
                "responses": gives("How it stands", _RECOVERY, problems=WRITING),
            }
        },
        "/recoveries/{recovery_id}": {
            "get": {
                "summary": "How a request stands",
                "security": BY_SESSION,
                "parameters": [_ID],
                "responses": gives("How it stands", _RECOVERY, problems=(404,)),
            }
        },
        "/recoveries/{recovery_id}/taken": {
            "post": {
                "summary": "The phone has a new PIN",
                "security": BY_SESSION,
                "parameters": [_ID, *WRITES],
                "responses": gives("How it stands", _RECOVERY, problems=WRITING),
            }
        },
    }
)
