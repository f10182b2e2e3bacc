"""Some sheets of a print as a file of their own: for printers with small trays, or after a jam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

import pikepdf

from fieldapp.database import reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, SheetRangeError
from fieldapp.domain.permissions import Permission
from fieldapp.jobs.paper_facts import House
from fieldapp.models.documents import Document
from fieldapp.queries import documents as queries
from fieldapp.services import press

STORE = "document"
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is taken out of which file: the pages, counted from 1, and whose paper they are."""

    whole_id: UUID
    file: str
    pages: range
    rows: Sequence[UUID]


def excerpt(
    house: House, *, actor: Actor, document_id: UUID, first: int, last: int | None, now: datetime
) -> UUID:
    """The document of these sheets, made unless it is there already; the whole for all of them.

    first, last: counted from 1, both taken; no last means to the end. Word for word what was
    printed: no serial is new, and no card is printed twice by it. Raises OutOfReachError,
    ForbiddenError, SheetRangeError.
    """
    actor.must(Permission.DOCUMENT_PRINT)
    with reading() as session:
        whole = queries.document(session, actor, document_id)
        if whole is None or whole.whole_id is not None:
            raise OutOfReachError(subject="document", id=document_id)
        sheets = queries.sheets(session, whole)
        last = len(sheets) if last is None else last
        if not 1 <= first <= last <= len(sheets):
            raise SheetRangeError(first=first, last=last, sheets=len(sheets))
        if (first, last) == (1, len(sheets)):
            return whole.id
        chosen = sheets[first - 1 : last]
        end = sheets[last].page if last < len(sheets) else whole.pages + 1
        pages = range(chosen[0].page, end)
        made = queries.excerpt(session, whole, first_sheet=first, pages=len(pages))
        if made is not None:
            return made.id
        rows = [each for sheet in chosen for each in sheet.rows]
        cut = _Cut(whole.id, whole.file, pages, rows)
    with TemporaryFile() as source, TemporaryFile() as target:
        for piece in house.storage.read(cut.file):
            source.write(piece)
        source.seek(0)
        _take_pages(source, cut.pages, target)
        target.seek(0)
        with house.storage.open_writer(STORE) as writer:
            copyfileobj(target, writer, MEGABYTE)
    with transaction() as session:
        return press.enter_excerpt(
            session,
            actor=actor,
            whole=session.get_one(Document, cut.whole_id),
            first_sheet=first,
            pages=cut.pages,
            rows=cut.rows,
            file=writer.key,
            sha256=writer.sha256,
            size=writer.size,
            now=now,
        ).id


def _take_pages(source: BinaryIO, pages: range, target: BinaryIO) -> None:
    """These pages as a file: what they draw goes with them, and nobody else's face."""
    with pikepdf.open(source) as whole, pikepdf.new() as part:
        part.docinfo.update({key: str(value) for key, value in whole.docinfo.items()})
        if "/Lang" in whole.Root:
            part.Root.Lang = whole.Root.Lang
        for number in pages:
            part.pages.append(whole.pages[number - 1])
        part.remove_unreferenced_resources()
        part.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
