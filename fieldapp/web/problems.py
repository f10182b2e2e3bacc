"""What programs are told when something does not go: `application/problem+json` (RFC 9457).

A page tells people; under `/api/` the same errors are told with their code and facts, and with the
same words as the title.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from fieldapp import words
from fieldapp.domain.errors import FieldError, StaleError

PREFIX: Final = "/api/"
TYPES: Final = f"{PREFIX}v1/problems"
SOON: Final = 5
"""Seconds after which a busy server is asked again."""
MIMETYPE: Final = "application/problem+json"


class AccountMissingError(FieldError):
    """The header X-Account, which says whose outbox is sent, is not there."""

    code = "account_missing"
    status = 400


class OtherAccountError(FieldError):
    """What is sent is somebody else's than who is signed in."""

    code = "other_account"
    status = 409


class FirstPasswordError(FieldError):
    """The person has still the password that was given to them."""

    code = "first_password"
    status = 403


class BusyError(FieldError):
    """Not now, but soon. Facts: `wait` (seconds)."""

    code = "busy"
    status = 503


OF_HTTP: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "signed_out",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "stale",
    413: "too_large",
    415: "unsupported_type",
    429: "too_many_requests",
    500: "server_error",
    507: "storage_full",
}
"""How errors without a code of their own are called."""


def wanted() -> bool:
    """Whether this request came from a program that reads problems."""
    return request.path.startswith(PREFIX)


def of_error(error: FieldError, **more: Any) -> Response:
    """One of our own errors; `more` stands beside its code and facts."""
    answer = problem(
        error.status, error.code, title=str(words.error_words(error)), facts=error.facts, **more
    )
    if "wait" in error.facts:
        answer.headers["Retry-After"] = str(error.facts["wait"])
    return answer


def of_status(status: int, **more: Any) -> Response:
    """An error of HTTP itself."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return of_error(BusyError(wait=SOON), **more)
    other = "bad_request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    return of_code(status, OF_HTTP.get(status, other), **more)


def of_http(error: HTTPException, *, csrf: bool) -> Response:
    """An error that the framework raised; it may say when to come again, and what is allowed."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    answer = of_code(code, "csrf") if csrf else of_status(code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def of_code(status: int, code: str, **more: Any) -> Response:
    """An error that only has a code."""
    return problem(status, code, title=words.problem_words({"code": code}), facts={}, **more)


def signed_out() -> Response:
    """There is no session: sign in, and send it again."""
    return of_status(HTTPStatus.UNAUTHORIZED, sign_in=url_for("sessions.sign_in"))


def of_database(error: OperationalError) -> Response | None:
    """A database that is full, or held by somebody for too long; None for anything else."""
    said = str(error.orig).lower()
    if "full" in said or "no space" in said:
        return of_code(HTTPStatus.INSUFFICIENT_STORAGE, "storage_full")
    if "locked" in said or "busy" in said or "lock timeout" in said:
        return of_error(BusyError(wait=SOON))
    return None


def problem(
    status: int, code: str, *, title: str, facts: Mapping[str, Any], **more: Any
) -> Response:
    """The answer itself."""
    body = {
        "type": f"{TYPES}#{code}",
        "title": title,
        "status": int(status),
        "code": code,
        "facts": {name: plain(value) for name, value in facts.items()},
        **more,
    }
    return Response(json.dumps(body, ensure_ascii=False), status=int(status), mimetype=MIMETYPE)


def plain(value: Any) -> Any:
    """Facts as JSON has them."""
    match value:
        case None | bool() | int() | float():
            return value
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case _:
            return str(value)


def stale() -> Response:
    """Two changed one row at the same moment, and the database let the first one win."""
    return of_error(StaleError())
