"""Who lacks what a paper cannot do without: asked of a whole order at once, before its first page.

The page asks it when a clerk chooses, and the job asks it again when it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp.documents.text_boxes import Boxes, can_be_drawn, card_boxes, form_boxes, holds
from fieldapp.domain.actors import Actor
from fieldapp.domain.press import CARDS, LACKS, LISTS, Lack, PressOrder
from fieldapp.models.registrations import Registration
from fieldapp.queries import press as queries

ON_CARDS: Final = ("name", "category", "agency")
ON_FORMS: Final = (
    *ON_CARDS,
    "birth_place",
    "address",
    "banjar",
    "customary_village",
    "email",
    "workplace",
    "working_hours",
    "second_job",
)
FACTS: Final = (
    (Lack.FACE_PHOTO, "face"),
    (Lack.VILLAGE, "village"),
    (Lack.CONSENT, "consent"),
    (Lack.CONTRIBUTION, "contribution"),
)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody whose paper cannot be made, and why."""

    registration_id: UUID
    name: str
    number: str | None
    banjar: str
    lacks: tuple[Lack, ...]


def lacking(session: Session, actor: Actor, order: PressOrder) -> list[Lacking]:
    """Everybody whom the order is for and who cannot be printed, in the order of the print.

    Nobody is left out of a list.
    """
    if order.kind in LISTS:
        return []
    needed = LACKS[order.kind]
    on_cards = order.kind in CARDS
    boxes = card_boxes() if on_cards else form_boxes()
    texts = ON_CARDS if on_cards else ON_FORMS
    found = []
    for row in queries.facts_at_hand(session, actor, order):
        lacks = tuple(each for each in _lacks(row, boxes, texts) if each in needed)
        if lacks:
            found.append(Lacking(row.id, row.name, row.number, row.banjar, lacks))
    return found


def _lacks(row: Any, boxes: Boxes, texts: Sequence[str]) -> Iterator[Lack]:
    for lack, fact in FACTS:
        if not getattr(row, fact):
            yield lack
    mother = _mother(row, boxes) if "address" in texts else ""
    if mother is None:
        yield Lack.MOTHER_NAME
    words = [*((name, getattr(row, name)) for name in texts), ("mother_name", mother)]
    if not all(holds(boxes, name, text) for name, text in words):
        yield Lack.TOO_LONG
    if not all(can_be_drawn(text) for _, text in words):
        yield Lack.UNPRINTABLE


def _mother(row: Any, boxes: Boxes) -> str | None:
    """The mother's name as far as it matters: opened only when it may be too long for its box."""
    sealed = row.mother_name_sealed
    if sealed is None:
        return None
    short = min(box.safe for box in boxes["mother_name"])
    return Registration.mother_name.unseal(sealed, row.id) if len(sealed) > short else ""
