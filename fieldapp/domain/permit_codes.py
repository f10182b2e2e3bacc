"""What the QR of a permit check says: 80 bytes, of which 64 are the signature.

    byte 0       version (2: a permit check)   7     outcome: 0 not fit, 1 fit
         1       key that signed               8–9   day of the check (days since 1 January 2020)
         2       year of the number           10–11  last valid day
         3–6     number                       12–15  first bytes of SHA-256 of the NIB, or zero

The frame is that of a card's code (`domain.card_codes`): base32 gives 128 letters and digits, and
the address in capitals keeps the symbol small. The name of the company is not in it.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Self

from fieldapp.domain.permits import Outcome
from fieldapp.domain.unreadable import UnreadableError

VERSION: Final = 2
PURPOSE: Final = b"Fieldapp permit check\0"
BODY_BYTES: Final = 16
CODE_BYTES: Final = BODY_BYTES + 64
CODE_LETTERS: Final = 128
FIRST_DAY: Final = date(2020, 1, 1)
FIRST_YEAR: Final = 2020

_CODE: Final = re.compile(r"(?:https?://[^/]+)?(?:/p/)?([a-z2-7]{128})", re.IGNORECASE)
_NUMBER: Final = re.compile(r"iz[- ]?([0-9]{4})[- ]?([0-9]{1,8})", re.IGNORECASE)


class PermitCodeFault(StrEnum):
    """In which way a text is no code of a permit check."""

    NOT_OURS = "permit_code_not_ours"


class PermitCodeError(UnreadableError):
    """No code of a permit check. Whether a code is genuine is another question."""

    code: ClassVar[str] = "permit_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitClaims:
    """What a code says; true only when its signature is."""

    key_id: int
    year: int
    number: int
    outcome: Outcome
    checked_on: date
    valid_until: date
    nib_mark: bytes

    @property
    def text(self) -> str:
        """As it is printed: IZ-2026-000123."""
        return number_text(self.year, self.number)

    def body(self) -> bytes:
        """The 16 bytes that are signed."""
        return b"".join(
            (
                VERSION.to_bytes(1, "big"),
                self.key_id.to_bytes(1, "big"),
                (self.year - FIRST_YEAR).to_bytes(1, "big"),
                self.number.to_bytes(4, "big"),
                (self.outcome is Outcome.FIT).to_bytes(1, "big"),
                (self.checked_on - FIRST_DAY).days.to_bytes(2, "big"),
                (self.valid_until - FIRST_DAY).days.to_bytes(2, "big"),
                self.nib_mark,
            )
        )

    @classmethod
    def of(cls, code: bytes) -> Self:
        """The claims of a code. Raises PermitCodeError."""
        if len(code) != CODE_BYTES or code[0] != VERSION or code[7] > 1:
            raise PermitCodeError(PermitCodeFault.NOT_OURS)
        return cls(
            key_id=code[1],
            year=FIRST_YEAR + code[2],
            number=int.from_bytes(code[3:7], "big"),
            outcome=Outcome.FIT if code[7] else Outcome.NOT_FIT,
            checked_on=FIRST_DAY + timedelta(int.from_bytes(code[8:10], "big")),
            valid_until=FIRST_DAY + timedelta(int.from_bytes(code[10:12], "big")),
            nib_mark=code[12:16],
        )


def nib_mark(nib: str | None) -> bytes:
    """Enough to see that a paper is about this company, too little to read the NIB from."""
    return hashlib.sha256(nib.encode()).digest()[:4] if nib else bytes(4)


def number_text(year: int, number: int) -> str:
    """IZ-2026-000123."""
    return f"IZ-{year}-{number:06d}"


def read_number(text: str) -> str | None:
    """A number as it was typed, in its printed form; None for what is none."""
    found = _NUMBER.fullmatch(text.strip())
    return number_text(int(found[1]), int(found[2])) if found else None


def address(base: str, code: bytes) -> str:
    """The address in the QR. base: `https://host`, without a path."""
    letters = base64.b32encode(code).decode("ascii")
    return f"{base.rstrip('/')}/p/{letters}".upper()


def read_code(text: str) -> bytes:
    """The code in a text: an address, or the code alone. Raises PermitCodeError."""
    found = _CODE.fullmatch("".join(text.split()))
    if found is None:
        raise PermitCodeError(PermitCodeFault.NOT_OURS)
    try:
        code = base64.b32decode(found[1].upper())
    except binascii.Error:
        raise PermitCodeError(PermitCodeFault.NOT_OURS) from None
    PermitClaims.of(code)
    return code
