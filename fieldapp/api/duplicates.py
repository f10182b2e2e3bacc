"""The filter of known NIKs for a phone, its keys, and how often it was asked."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, request

from fieldapp.adapters.storage import Storage
from fieldapp.api.answers import answer, body, kept_answer
from fieldapp.api.openapi import (
    BY_SESSION,
    ID,
    TEXT,
    WHOLE,
    WRITES,
    WRITING,
    YES,
    Part,
    gives,
    refusals,
    takes,
    thing,
)
from fieldapp.clock import now_utc
from fieldapp.database import transaction
from fieldapp.domain.duplicates import write_filter
from fieldapp.domain.intake import read_look_ups
from fieldapp.domain.permissions import Permission
from fieldapp.services import devices, duplicates
from fieldapp.web.gate import current_actor, needs
from fieldapp.web.limits import account, filter_rate, limiter
from fieldapp.web.problems import BusyError

bp = Blueprint("duplicates", __name__)

WAIT = 30
"""Seconds until the worker has gathered."""


@bp.get("/duplicates")
@needs(Permission.REGISTRATION_EDIT)
@limiter.limit(filter_rate, key_func=account)
def known() -> Response:
    """The filter, for this person and this week."""
    actor, now = current_actor(), now_utc()
    keys = duplicates.keys_of(actor.id, now=now)
    with transaction() as session:
        row = duplicates.newest(session)
        if row is None or now - row.made_at > duplicates.FRESH_FOR:
            duplicates.ask_for_gathering(session, actor=actor, now=now)
        found = (row.file, f"{keys.week} {row.made_at.timestamp():.0f}") if row else None
        fresh = found is not None and found[1] not in request.if_none_match
        if row is not None and fresh:
            duplicates.note_handed_out(session, actor=actor, row=row, now=now)
    if found is None:
        raise BusyError(wait=WAIT)
    file, tag = found
    response = Response(mimetype="application/octet-stream")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    if fresh:
        storage: Storage = current_app.extensions["fieldapp.storage"]
        places = duplicates.places_in(storage.get(file))
        response.set_data(write_filter(places, keys.user))
    else:
        response.status_code = 304
    return response


@bp.get("/duplicates/key")
@needs(Permission.REGISTRATION_EDIT)
def key() -> Response:
    """What reads the filter; the phone keeps it behind its PIN, away from the filter."""
    keys = duplicates.keys_of(current_actor().id, now=now_utc())
    return kept_answer(
        {
            "city_key": base64.b64encode(keys.city).decode(),
            "user_key": base64.b64encode(keys.user).decode(),
            "week": keys.week,
        }
    )


@bp.post("/duplicates/lookups")
@needs(Permission.REGISTRATION_EDIT)
def look_ups() -> Response:
    """How often this phone asked its filter on a day."""
    told = read_look_ups(body())
    with transaction() as session:
        devices.note_look_ups(session, actor=current_actor(), now=now_utc(), **told)
    return answer({"noted": True})


_DAY: Any = {"type": "string", "format": date.__name__}

PART = Part(
    paths={
        "/duplicates": {
            "get": {
                "summary": "The filter of known NIKs",
                "security": BY_SESSION,
                "responses": {
                    "200": {
                        "description": "The filter; its format is in the ADR on it",
                        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
                    },
                    "304": {"description": "Nothing has changed"},
                    **refusals((503,)),
                },
            }
        },
        "/duplicates/key": {
            "get": {
                "summary": "What reads the filter",
                "security": BY_SESSION,
                "responses": gives(
                    "Keys in base64",
                    thing({"city_key": TEXT, "user_key": TEXT, "week": TEXT}),
                    etag=True,
                ),
            }
        },
        "/duplicates/lookups": {
            "post": {
                "summary": "How often the filter was asked",
                "security": BY_SESSION,
                "parameters": list(WRITES),
                "requestBody": takes(
                    thing({"device": ID, "day": _DAY, "asked": WHOLE, "warned": WHOLE})
                ),
                "responses": gives("Noted", thing({"noted": YES}), problems=WRITING),
            }
        },
    }
)
