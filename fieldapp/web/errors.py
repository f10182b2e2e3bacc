"""What people see when something does not go: what happened, what is kept, what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from fieldapp import words
from fieldapp.domain.errors import FieldError
from fieldapp.web import problems

_PAGES: Final = {400, 403, 404, 409, 413, 422, 429, 500, 503, 507}


def install(app: Flask) -> None:
    """Answer our own errors and HTTP's with pages in the reader's language."""
    app.register_error_handler(FieldError, _field_error)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def _field_error(error: FieldError) -> Response | tuple[str | Response, int]:
    if problems.wanted():
        return problems.of_error(error)
    return _page(error.status, str(words.error_words(error)))


def _overtaken(_error: StaleDataError) -> Response | tuple[str | Response, int]:
    """Two people saved one row at the same moment, and the database let the first one win."""
    if problems.wanted():
        return problems.stale()
    return _page(HTTPStatus.CONFLICT, "")


def _http_error(error: HTTPException) -> HTTPException | Response | tuple[str | Response, int]:
    code = error.code or 500
    if code < 400:
        return error  # a redirect is no error
    if problems.wanted():
        return problems.of_http(error, csrf=isinstance(error, CSRFError))
    return _page(code, "session" if isinstance(error, CSRFError) else "")


def _crash(error: Exception) -> Response | tuple[str | Response, int]:
    if problems.wanted() and isinstance(error, OperationalError):
        told = problems.of_database(error)
        if told is not None:
            return told
    if current_app.testing or current_app.debug:
        raise error
    current_app.logger.error("A request failed", exc_info=error)
    if problems.wanted():
        return problems.of_status(InternalServerError.code)
    return _page(InternalServerError.code, "")


def _page(code: int, message: str) -> tuple[str | Response, int]:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(code=code, text=message), code
    known = code if code in _PAGES else (400 if code < HTTPStatus.INTERNAL_SERVER_ERROR else 500)
    return render_template(f"errors/{known}.html", message=message), code
