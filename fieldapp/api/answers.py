"""How the rooms of the API hear and answer: bodies read once, findings in words, ETags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from whitenoise.compress import Compressor

from fieldapp import words
from fieldapp.domain.devices import device_of
from fieldapp.domain.findings import Finding
from fieldapp.domain.intake import read_json
from fieldapp.web.gate import current_actor
from fieldapp.web.problems import AccountMissingError, OtherAccountError

LARGEST_RECORD: Final = 200_000


def check_account() -> None:
    """Refuse what is sent in somebody else's session: two people may share a phone."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    sender = request.headers.get("X-Account", "")
    if not sender:
        raise AccountMissingError
    if sender != str(current_actor().id):
        raise OtherAccountError


def body() -> Any:
    """The JSON of the request. Raises BodyError; 413 for what no form could have made."""
    if (request.content_length or 0) > LARGEST_RECORD:
        raise RequestEntityTooLarge
    data = request.get_data(cache=False)
    if len(data) > LARGEST_RECORD:
        raise RequestEntityTooLarge
    return read_json(data)


def answer(value: Any) -> Response:
    """JSON, as short as it can be."""
    return Response(_json(value), mimetype="application/json")


def kept_answer(value: Any) -> Response:
    """JSON that a phone keeps and asks after: ETag, and 304 while it is the same.

    It is packed as small as can be, since it is asked for on slow lines, and once for all askers.
    """
    response = answer(value)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("br"):
        response.set_data(_packed(response.get_data()))
        response.headers["Content-Encoding"] = "br"
    response.make_conditional(request)
    return response


@lru_cache(maxsize=32)
def _packed(data: bytes) -> bytes:
    packed: bytes = Compressor.compress_brotli(data)
    return packed


def finding_answers(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings as they are kept, with their weight and in the reader's words."""
    return [
        {
            **row,
            "key": finding.key,
            "weight": finding.weight.value,
            "text": words.finding_words(finding),
        }
        for row, finding in ((row, Finding.from_row(row)) for row in rows)
    ]


def device_name() -> str:
    """What the phone calls itself, until it has a name."""
    return ", ".join(filter(None, device_of(request.user_agent.string)))


def most_rows() -> int:
    """How many rows a batch may have."""
    return int(current_app.extensions["fieldapp.settings"].batch_rows)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
