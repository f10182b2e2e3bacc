"""Do the cards of a batch add up? The figures, and what the QR of their sheet says of them.

The code is 80 bytes, of which 64 are the signature, in the frame of a card's code:

    byte 0      version (3: a reconciliation)    7–8   day (days since 1 January 2020)
         1      key that signed                  9–15  first bytes of SHA-256 of the figures
         2      year of the number
         3–6    number
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from fieldapp.domain.card_codes import CODE_BYTES, CODE_LETTERS, FIRST_DAY, FIRST_YEAR
from fieldapp.domain.unreadable import UnreadableError

VERSION: Final = 3
PURPOSE: Final = b"Fieldapp reconciliation\0"
MARK_BYTES: Final = 7

_CODE: Final = re.compile(r"(?:https?://[^/]+)?(?:/r/)?([a-z2-7]+)", re.IGNORECASE | re.ASCII)


class ReconciliationFault(StrEnum):
    """In which way a text is no code of a reconciliation."""

    NOT_OURS = "reconciliation_code_not_ours"


class ReconciliationCodeError(UnreadableError):
    """No code of a reconciliation. Whether a code is genuine is another question."""

    code: ClassVar[str] = "reconciliation_code"


@dataclass(frozen=True, slots=True)
class CardFigures:
    """Where the cards of a batch are. Workers: approved ones, by their card; copies: what was ever
    printed, by what became of it. Each pair of figures is counted on its own and must agree."""

    approved: int
    without: int
    """Approved and never given a card."""
    lost: int
    """Had a card, have none now: spoiled or void, and not ordered again."""
    waiting: int
    in_office: int
    handed_over: int
    printed: int
    spoiled: int
    void: int

    @property
    def to_print(self) -> int:
        """Workers whose card is still to come."""
        return self.without + self.waiting

    @property
    def in_force(self) -> int:
        """Printed cards that count: printed − spoiled − void, if all is well."""
        return self.in_office + self.handed_over

    @property
    def adds_up(self) -> bool:
        """approved = printed − spoiled − void, and what is still to be printed."""
        workers = self.to_print + self.lost + self.in_force
        return self.approved == workers and self.printed == self.in_force + self.spoiled + self.void

    def as_row(self) -> dict[str, int]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, int]) -> Self:
        """As it was kept."""
        return cls(**row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationClaims:
    """What a code says; true only when its signature is."""

    key_id: int
    year: int
    number: int
    made_on: date
    mark: bytes

    @property
    def text(self) -> str:
        """As it is printed."""
        return number_text(self.year, self.number)

    def body(self) -> bytes:
        """The 16 bytes that are signed."""
        return b"".join(
            (
                VERSION.to_bytes(1, "big"),
                self.key_id.to_bytes(1, "big"),
                (self.year - FIRST_YEAR).to_bytes(1, "big"),
                self.number.to_bytes(4, "big"),
                (self.made_on - FIRST_DAY).days.to_bytes(2, "big"),
                self.mark,
            )
        )

    @classmethod
    def of(cls, code: bytes) -> Self:
        """The claims of a code. Raises ReconciliationCodeError."""
        if len(code) != CODE_BYTES or code[0] != VERSION:
            raise ReconciliationCodeError(ReconciliationFault.NOT_OURS)
        return cls(
            key_id=code[1],
            year=FIRST_YEAR + code[2],
            number=int.from_bytes(code[3:7], "big"),
            made_on=FIRST_DAY + timedelta(int.from_bytes(code[7:9], "big")),
            mark=code[9:16],
        )


def mark_of(batch: str, figures: CardFigures, set_aside: list[list[str]]) -> bytes:
    """What binds a code to what its sheet says: whoever changes a figure needs another code."""
    said: list[Any] = [batch, figures.as_row(), set_aside]
    plain = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).digest()[:MARK_BYTES]


def number_text(year: int, number: int) -> str:
    """BA-2026-000012."""
    return f"BA-{year}-{number:06d}"


def address(base: str, code: bytes) -> str:
    """The address in the QR. base: `https://host`, without a path."""
    return f"{base.rstrip('/')}/r/{base64.b32encode(code).decode('ascii')}".upper()


def read_code(text: str) -> bytes:
    """The code in a text: an address, or the code alone. Raises ReconciliationCodeError."""
    found = _CODE.fullmatch("".join(text.split()))
    if found is None or len(found[1]) != CODE_LETTERS:
        raise ReconciliationCodeError(ReconciliationFault.NOT_OURS)
    try:
        code = base64.b32decode(found[1].upper())
    except binascii.Error:
        raise ReconciliationCodeError(ReconciliationFault.NOT_OURS) from None
    ReconciliationClaims.of(code)
    return code
