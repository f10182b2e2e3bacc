"""What every answer says to the browser: no inline code, no frames, nothing from elsewhere."""

from __future__ import annotations

from typing import Final

from flask import Flask, request
from werkzeug.wrappers import Response

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


NO_PAGE: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of what is never shown as a page (JSON, the bundle): the rest would say nothing, a few hundred
bytes at a time, and a phone asks for thirty such answers before it can do without a signal."""
_NO_PAGES: Final = frozenset(
    {"application/json", "application/problem+json", "application/octet-stream"}
)


def send_headers(app: Flask, *, production: bool) -> None:
    """Put the headers on every answer; pages with people on them are not kept by caches."""

    @app.after_request
    def put(response: Response) -> Response:
        headers = NO_PAGE if response.mimetype in _NO_PAGES else HEADERS
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if production:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
