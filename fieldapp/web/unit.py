"""The unit of work of a page that is both fetched and sent."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import request
from sqlalchemy.orm import Session

from fieldapp.database import reading, transaction


def unit_of_work() -> AbstractContextManager[Session]:
    """Write when a form is sent; only read, and keep no writer waiting, when a page is fetched."""
    return transaction() if request.method == "POST" else reading()
