"""A printed file on its way to the browser; every download leaves an entry."""

from __future__ import annotations

from flask import current_app, stream_with_context
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldapp.clock import now_utc
from fieldapp.domain.actors import Actor
from fieldapp.jobs.paper_facts import House
from fieldapp.models.documents import Document
from fieldapp.services import audit


def downloaded(session: Session, actor: Actor, found: Document, *, name: str) -> Response:
    """The bytes of a document of the ledger, opened piece by piece as they are sent.

    name: what it is, for the file's name; the day and the document follow.
    """
    house: House = current_app.extensions["fieldapp.house"]
    audit.record(
        session,
        actor=actor,
        action="document.download",
        subject="document",
        subject_id=found.id,
        now=now_utc(),
    )
    name = f"{name}-{found.created_at:%Y%m%d}-{str(found.id)[:8]}.pdf"
    return Response(
        stream_with_context(house.storage.read(found.file)),
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Length": str(found.size),
        },
    )
