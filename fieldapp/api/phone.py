"""What phones speak: the rooms of `/api/v1/` that a signed-in person's app comes to."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from fieldapp.api import (
    batches,
    devices,
    duplicates,
    handovers,
    openapi,
    parcels,
    photos,
    recoveries,
    reference,
    registrations,
    rescued,
)
from fieldapp.api.answers import answer, check_account, kept_answer
from fieldapp.api.openapi import BY_SESSION, ID, MOMENT, TEXT, Part, by_name, gives, thing
from fieldapp.api.permit_checks_described import PART as LICENSING
from fieldapp.clock import now_utc
from fieldapp.domain.permissions import Permission, Role
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.limits import account, limiter, phone_rate
from fieldapp.words.errors import ERRORS

bp = Blueprint("phone", __name__, url_prefix="/api/v1")
bp.before_request(check_account)
limiter.shared_limit(phone_rate, scope="phones", key_func=account)(bp)  # all routes together

ROOMS = (
    parcels,
    photos,
    registrations,
    rescued,
    batches,
    handovers,
    devices,
    reference,
    duplicates,
    recoveries,
)
for room in ROOMS:
    bp.register_blueprint(room.bp)


@bp.get("/session")
@needs(Permission.SIGNED_IN)
def session() -> Response:
    """Who is signed in here, and the token that writing asks for."""
    actor = current_actor()
    return answer(
        {
            "user": {
                "id": str(actor.id),
                "name": actor.name,
                "username": current_user.username,
                "role": actor.role.value,
                "language": current_user.language,
            },
            "agency": {"id": str(actor.agency_id), "name": actor.agency_name},
            "csrf_token": generate_csrf(),
            "now": now_utc().isoformat(),
        }
    )


@bp.get("/problems")
@needs(Permission.PUBLIC)
def problems() -> Response:
    """Every code that a problem may have, in words."""
    return kept_answer({code: str(text) for code, text in sorted(ERRORS.items())})


@bp.get("/openapi.json")
@needs(Permission.PUBLIC)
def description() -> Response:
    """This API, for machines."""
    return kept_answer(openapi.document([PART, LICENSING, *(room.PART for room in ROOMS)]))


PART = Part(
    paths={
        "/session": {
            "get": {
                "summary": "Who is signed in here",
                "security": BY_SESSION,
                "responses": gives(
                    "The account, and the token for writing",
                    thing(
                        {
                            "user": thing(
                                {
                                    "id": ID,
                                    "name": TEXT,
                                    "username": TEXT,
                                    "role": {"enum": [role.value for role in Role]},
                                    "language": {"enum": ["id", "en"]},
                                }
                            ),
                            "agency": thing({"id": ID, "name": TEXT}),
                            "csrf_token": TEXT,
                            "now": MOMENT,
                        }
                    ),
                ),
            }
        },
        "/problems": {
            "get": {
                "summary": "Every code that a problem may have",
                "responses": gives("Words by code", by_name(TEXT), etag=True),
            }
        },
        "/openapi.json": {
            "get": {
                "summary": "This document",
                "responses": gives("OpenAPI 3.1", {"type": "object"}, etag=True),
            }
        },
    }
)
