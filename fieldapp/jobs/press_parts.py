"""A long print in parts: killed at any moment, it goes on behind the last one.

Every PART_ROWS rows what was stamped is on disk, sealed, with all that the writer must know to go
on behind it, and a row says so in the transaction that tells how far the job is. At the end the
parts are put together into one file; it is the same, byte for byte, however often the work was
taken up again. If anything that the print is made of has changed meanwhile (a row, a card, the
template, this app), the parts count for nothing and it begins anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol
from uuid import UUID

import pikepdf
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.adapters.storage import Storage, Writer
from fieldapp.documents.cards import CARDS_ON_SHEET, CardSheets, SingleCards
from fieldapp.documents.engine import join, made_by
from fieldapp.documents.enrolment_form import EnrolmentForms
from fieldapp.documents.pdf_file import State, Target
from fieldapp.domain.actors import Actor
from fieldapp.domain.card_life import LIVE
from fieldapp.domain.press import CARDS, DocumentKind, PressOrder
from fieldapp.jobs.paper_facts import House, card_facts, enrolment_form_facts
from fieldapp.jobs.press_rows import facts_of
from fieldapp.models.cards import Card
from fieldapp.models.registrations import Registration
from fieldapp.services.jobs import Part

log = logging.getLogger(__name__)

PART_ROWS: Final = 250
"""Whole sheets of ten; what a killed worker has to do again takes a second or two."""
PART: Final = "press_part"
DOCUMENT: Final = "document"
"""Where parts lie, and whole files."""
LEVEL: Final = 1
LOOKED_AT_ONCE: Final = 500
WITH_CARDS: Final = CARDS | {DocumentKind.HANDOVER_LIST}


class Press:
    """What a job is given besides its rows: the house, and somebody to tell how far it is.

    This one belongs to no job: nobody listens, and nothing is kept. The worker's own writes it
    down (`jobs/worker.py`); any of its methods may raise, to stop the work.
    """

    job_id: UUID | None = None

    def __init__(self, house: House) -> None:
        self.house = house

    def progress(self, done: int) -> None:
        """So many rows are done."""

    def begin(self, *, total: int, done: int) -> None:
        """So many rows there are, and so many were done by earlier attempts."""

    def parts(self) -> Sequence[Part]:
        """What earlier attempts left."""
        return ()

    def keep(self, part: Part) -> None:
        """A part is on disk."""

    def forget(self) -> None:
        """The parts so far count for nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a print is made of: its rows in their order, the moment of the newest of their facts,
    and a mark that stands for all of it.
    """

    order: PressOrder
    ids: Sequence[UUID]
    made_at: datetime
    mark: bytes


def run_of(session: Session, order: PressOrder, ids: Sequence[UUID]) -> Run:
    """Look at every row once, and at its card where cards are printed or listed."""
    digest = hashlib.sha256(made_by(order.kind).encode())
    digest.update(json.dumps(order.as_args(), sort_keys=True).encode())
    newest: datetime | None = None
    for start in range(0, len(ids), LOOKED_AT_ONCE):
        some = ids[start : start + LOOKED_AT_ONCE]
        rows = session.execute(
            select(Registration.id, Registration.revision, Registration.changed_at).where(
                Registration.id.in_(some)
            )
        )
        found = {row.id: row for row in rows}
        cards = _cards_of(session, some) if order.kind in WITH_CARDS else {}
        for each in some:
            row, card = found[each], cards.get(each)
            newest = max(newest or row.changed_at, row.changed_at)
            digest.update(b"%b %d %b\n" % (each.bytes, row.revision, card.bytes if card else b""))
    assert newest is not None
    return Run(order, ids, newest, digest.digest())


def _cards_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    rows = session.execute(
        select(Card.registration_id, Card.id).where(
            Card.registration_id.in_(ids), Card.state.in_(LIVE)
        )
    )
    return {row.registration_id: row.id for row in rows}


class Stampable(Protocol):
    """A file that is being stamped; see `documents/cards.py` and `documents/enrolment_form.py`."""

    @property
    def pages(self) -> int: ...

    def go_on(self, target: Target) -> None: ...

    def state(self) -> State: ...

    def close(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Stamping:
    """How a kind of paper is stamped: facts of a row, a new file, one to go on with, some rows."""

    facts: Callable[[House, Registration], Any]
    begin: Callable[[Target, Run], Stampable]
    resume: Callable[[Target, State], Stampable]
    add: Callable[[Any, Sequence[Any]], None]
    at_once: int = 1


STAMPED: Final[Mapping[DocumentKind, Stamping]] = {
    DocumentKind.ENROLMENT_FORM: Stamping(
        facts=enrolment_form_facts,
        begin=lambda target, run: EnrolmentForms(target, made_at=run.made_at),
        resume=EnrolmentForms.resume,
        add=lambda forms, rows: forms.add(rows[0]),
    ),
    DocumentKind.CARD: Stamping(
        facts=card_facts,
        begin=lambda target, run: SingleCards(target, made_at=run.made_at),
        resume=SingleCards.resume,
        add=lambda cards, rows: cards.add(rows[0]),
    ),
    DocumentKind.CARD_SHEET: Stamping(
        facts=card_facts,
        begin=lambda target, run: CardSheets(
            target,
            count=len(run.ids),
            duplex=run.order.duplex,
            shifts=run.order.shifts,
            made_at=run.made_at,
        ),
        resume=CardSheets.resume,
        add=lambda sheets, rows: sheets.add(rows),
        at_once=CARDS_ON_SHEET,
    ),
}
"""Papers that are stamped; the others are laid out."""


@dataclass(slots=True)
class Parts:
    """How far a print is: its parts, the page that each row begins on, pages, and its writer."""

    kept: list[Part]
    starts: list[int]
    pages: int = 0
    file: State | None = None

    @property
    def rows(self) -> int:
        """So many are done."""
        return self.kept[-1].rows if self.kept else 0


def stamp_in_parts(press: Press, actor: Actor, run: Run) -> Parts:
    """Stamp the rows, or those that are left."""
    stamping = STAMPED[run.order.kind]
    made = _begun(press, run)
    paper: Stampable | None = None
    while made.rows < len(run.ids):
        some = run.ids[made.rows : made.rows + PART_ROWS]
        done = made.rows
        with press.house.storage.open_writer(PART) as writer:
            if paper is not None:
                paper.go_on(writer)
            elif made.file is not None:
                paper = stamping.resume(writer, made.file)
            else:
                paper = stamping.begin(writer, run)
            for few in _in_turn(facts_of(press.house, actor, some, stamping.facts), stamping):
                made.starts += [paper.pages + 1] * len(few)
                stamping.add(paper, few)
                done += len(few)
                press.progress(done)
            last = done == len(run.ids)
            made.pages = paper.close() if last else paper.pages
            made.file = None if last else paper.state()
            size = _ended(writer, press, made)
        _keep(press, made, Part(len(made.kept) + 1, done, size, writer.key, run.mark))
    return made


def lay_out_in_parts(
    press: Press, run: Run, contents: Callable[[int], Iterator[tuple[int, bytes]]]
) -> Parts:
    """A list in parts that are files of their own: `contents` behind so many rows; the rows done at
    the end of each, and its PDF.
    """
    made = _begun(press, run)
    for rows, content in contents(made.rows):
        with press.house.storage.open_writer(PART) as writer:
            writer.write(content)
            size = _ended(writer, press, made)
        _keep(press, made, Part(len(made.kept) + 1, rows, size, writer.key, run.mark))
    return made


def assemble(press: Press, run: Run, made: Parts, writer: Writer) -> int:
    """All parts as one file; returns its pages."""
    contents = (_read(press, part, done=made.rows) for part in made.kept)
    if run.order.kind in STAMPED:
        for content in contents:
            for piece in content:
                writer.write(piece)
        return made.pages
    wholes = [b"".join(content) for content in contents]
    if len(wholes) > 1:
        return join(wholes, writer)
    writer.write(wholes[0])
    return page_count(wholes[0])


def sweep_parts(storage: Storage, parts: Iterable[Part]) -> None:
    """Take the files of parts away; what is gone already is no matter."""
    for part in parts:
        storage.delete(part.file)


def _begun(press: Press, run: Run) -> Parts:
    """What earlier attempts have made; nothing if that is of no use any more."""
    made = Parts([], [])
    parts = list(press.parts())
    if parts:
        storage = press.house.storage
        if parts[-1].mark == run.mark and all(storage.exists(part.file) for part in parts):
            told = json.loads(zlib.decompress(_note(press, parts[-1])))
            made = Parts(parts, told["starts"], told["pages"], told["file"])
        else:
            log.info("Job %s begins anew: what it prints has changed", press.job_id)
            press.forget()
            sweep_parts(storage, parts)
    press.begin(total=len(run.ids), done=made.rows)
    return made


def _ended(writer: Writer, press: Press, made: Parts) -> int:
    """End a part by a note of how to go on behind it; returns the bytes before the note. The id of
    the job makes the part its own.
    """
    size = writer.size
    told = {
        "job": str(press.job_id),
        "starts": made.starts,
        "pages": made.pages,
        "file": made.file,
    }
    writer.write(zlib.compress(json.dumps(told).encode(), LEVEL))
    return size


def _keep(press: Press, made: Parts, part: Part) -> None:
    press.keep(part)
    made.kept.append(part)


def _in_turn(rows: Iterator[Any], stamping: Stamping) -> Iterator[tuple[Any, ...]]:
    while few := tuple(islice(rows, stamping.at_once)):
        yield few


def _read(press: Press, part: Part, *, done: int) -> Iterator[bytes]:
    """The bytes of a part without its note; read to the end, where they are proved."""
    left = part.size
    for piece in press.house.storage.read(part.file):
        press.progress(done)
        if left:
            yield piece[:left]
            left -= len(piece[:left])


def _note(press: Press, part: Part) -> bytes:
    before = part.size
    found = bytearray()
    for piece in press.house.storage.read(part.file):
        found += piece[before:]
        before = max(0, before - len(piece))
    return bytes(found)


def page_count(pdf: bytes) -> int:
    """How many pages a file has."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
