"""The address that a card's QR carries: the house's verifier for official cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldapp.domain.card_codes import address
from fieldapp.domain.card_life import PRINTABLE
from fieldapp.domain.errors import PublicUrlMissingError
from fieldapp.models.registrations import Registration


@dataclass(frozen=True, slots=True)
class CardAddresses:
    """base: `https://host`; empty where nobody said how people reach the app, and then no card
    is printed: one that leads to nowhere could not be mended any more."""

    base: str

    def __call__(self, row: Registration, _valid_until: date) -> str | None:
        """The address of the card that is to be printed for this registration; None without one.

        Raises PublicUrlMissingError.
        """
        if not self.base:
            raise PublicUrlMissingError
        code = next((card.code for card in row.cards if card.state in PRINTABLE), None)
        return address(self.base, code) if code else None
