"""Does every text of a row fit its paper? Asked of the boxes that the template itself has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from fieldapp.documents import cards, enrolment_form
from fieldapp.documents.engine import Paper, filled
from fieldapp.documents.fitting import MM_PER_POINT, SLACK, Step, fit, unprintable, widest
from fieldapp.documents.layouts import Fill, TracedPictures
from fieldapp.documents.tracing import trace

_DAY = date(2018, 7, 11)
_MOMENT = datetime(2018, 7, 11, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Box:
    """A place for words, its width in millimetres, and the ways in which they may be set."""

    width: float
    steps: tuple[Step, ...]
    safe: int
    """So many letters fit on one line, whichever they are."""

    def holds(self, text: str) -> bool:
        """Whether the text fits at some size."""
        return len(text) <= self.safe or not fit(text, self.width, self.steps).cut


Boxes = Mapping[str, tuple[Box, ...]]
"""By the name of the fact, each box that it stands in."""


@lru_cache(maxsize=1)
def form_boxes() -> Boxes:
    """Those of an enrolment form."""
    sample = enrolment_form.EnrolmentFormFacts(
        approved=True,
        made_at=_MOMENT,
        issuer="",
        agency="",
        category="",
        segment="BPU",
        nik="",
        name="",
        birth_place="",
        born_on=_DAY,
        sex="male",
        address="",
        village="",
        district="",
        regency="",
        start_on=_DAY,
        coordinator="",
        number="-",
    )
    return _boxes(enrolment_form.PAPER, enrolment_form.filling, sample)


@lru_cache(maxsize=1)
def card_boxes() -> Boxes:
    """Those of a card."""
    sample = cards.CardFacts(
        approved=True,
        made_at=_MOMENT,
        issuer="",
        name="",
        category="",
        agency="",
        return_to="",
        serial="-",
        valid_until=_DAY,
    )
    return _boxes(cards.SINGLE, cards.card_filling, sample)


def holds(boxes: Boxes, name: str, text: str | None) -> bool:
    """Whether a text fits wherever its fact is printed."""
    return not text or all(box.holds(text) for box in boxes.get(name, ()))


def can_be_drawn(text: str | None) -> bool:
    """Whether the fonts of our paper have every letter."""
    return not text or text.isascii() or not unprintable(text)


def _boxes(paper: Paper, fill: Fill, sample: Any) -> Boxes:
    """Fill the template once with facts that keep a record, and read the boxes off it."""
    tape, traced = trace(sample, steady=frozenset())
    filled(paper, fill(traced, TracedPictures(tape)), made_at=sample.made_at)
    found: dict[str, tuple[Box, ...]] = {}
    for slot in tape.slots:
        if slot.width is not None:
            box = Box(slot.width, slot.steps, _safe(slot.width, slot.steps))
            found[slot.root] = (*found.get(slot.root, ()), box)
    return found


def _safe(width: float, steps: tuple[Step, ...]) -> int:
    room = width * SLACK
    return max(int(room / (widest(step.face) * step.size * MM_PER_POINT)) for step in steps)
