"""The reconciliation of a batch's cards as one A4 page, to be signed by two people.

It says for each worker where the card is, for each card that was printed what became of it, and
that both come out alike; its QR leads to the same figures in the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fieldapp.documents.cards import qr_symbol
from fieldapp.documents.engine import DocumentError, Paper, Pictures, single
from fieldapp.domain.card_life import CardState
from fieldapp.domain.reconciliation import CardFigures
from fieldapp.domain.wita import WITA

PAPER = Paper("reconciliation", "Berita Acara Pencocokan Kartu")

_STATES: Final = {CardState.SPOILED: "rusak", CardState.VOID: "batal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationFacts:
    """Everything that the sheet prints. made_at: when the figures were counted.

    set_aside: number, state and reason of spoiled and void cards, the first ones of them.
    address: what the QR leads to.
    """

    made_at: datetime
    issuer: str
    number: str
    batch: str
    note: str
    agency: str
    figures: CardFigures
    set_aside: Sequence[tuple[str, CardState, str]]
    clerk: str
    address: str

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")


def reconciliation(facts: ReconciliationFacts) -> bytes:
    """The page, tagged (PDF/UA-1). Raises DocumentError."""
    pictures = Pictures()
    symbol, _modules = qr_symbol(facts.address)
    figures = facts.figures
    return single(
        PAPER,
        {
            "sheet": facts,
            "figures": figures,
            "at": facts.made_at.astimezone(WITA),
            "set_aside": [
                (number, _STATES[state], reason) for number, state, reason in facts.set_aside
            ],
            "more": figures.spoiled + figures.void - len(facts.set_aside),
            "qr": pictures.drawing(symbol),
        },
        pictures=pictures,
        made_at=facts.made_at,
    )
