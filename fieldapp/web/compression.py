"""Pages and JSON are sent compressed; a registration form is four fifths the same few words.

A page that is compressed and carries a secret can be guessed at by its length (BREACH), if a
stranger can make the browser load it again and again with guesses in it. Here the cookie does not
go along on requests from other sites except when a person follows a link (SameSite=Lax), the token
of a form is signed anew with the time of each answer, and no page repeats its address's question
beside a token for people who are not signed in.
"""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask_compress import Compress

TYPES: Final = ["text/html", "application/json", "text/css", "text/javascript", "image/svg+xml"]


def compress(app: Flask) -> None:
    """Answer with brotli or gzip, as the browser asks; photos and PDF files are small already."""
    app.config.update(
        COMPRESS_MIMETYPES=TYPES,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_LEVEL=6,
        COMPRESS_MIN_SIZE=700,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
