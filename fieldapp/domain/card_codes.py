"""What a card's QR says: 80 bytes, of which 64 are the signature, in an address any camera opens.

    byte 0       version (1)          7–8    agency, by its number on cards
         1       key that signed      9–10   day of issue  (days since 1 January 2020)
         2       year of the serial   11–12  last valid day
         3–5     number of the serial 13–15  up to four initials, 5 bits each (A is 1), 4 bits zero
         6       copy: 1, and more for each reprint

All numbers are big-endian. Base32 turns 80 bytes into exactly 128 letters and digits, without
padding and without spare bits: there is one spelling for each code. In an upper-case address the
QR symbol stays in its alphanumeric mode (version 7 at error correction M for hosts of up to 39
characters). The initials are the only thing it tells of a person; NIK and name are not in it.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Self

from fieldapp.domain.unreadable import UnreadableError

VERSION: Final = 1
BODY_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64
CODE_BYTES: Final = BODY_BYTES + SIGNATURE_BYTES
CODE_LETTERS: Final = CODE_BYTES * 8 // 5
ISSUE: Final = slice(2, 7)
"""Year, number and copy: which card it is, in a void list for example."""

FIRST_DAY: Final = date(2020, 1, 1)
FIRST_YEAR: Final = 2020
MOST_INITIALS: Final = 4
MOST_COPIES: Final = 255
MOST_KEYS: Final = 255

_SERIAL: Final = re.compile(r"([0-9]{4})-([0-9]{6,8})(?:/([0-9]{1,3}))?")
_CODE: Final = re.compile(r"(?:https?://[^/]+)?(?:/v/)?([a-z2-7]+)", re.IGNORECASE | re.ASCII)


class CardCodeFault(StrEnum):
    """In which way a text is no code of a card."""

    NOT_OURS = "card_code_not_ours"
    UNKNOWN_VERSION = "card_code_version"
    DAMAGED = "card_code_damaged"


class CardCodeError(UnreadableError):
    """The text is no code of a card of ours. Whether a code is genuine is another question."""

    code: ClassVar[str] = "card_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a code says of a card; true only when its signature is."""

    key_id: int
    year: int
    number: int
    copy: int
    agency: int
    issued_on: date
    valid_until: date
    initials: str

    @property
    def serial(self) -> str:
        """As it is printed: 2026-000123, and 2026-000123/2 for the first reprint."""
        return serial_text(self.year, self.number, self.copy)

    def body(self) -> bytes:
        """The 16 bytes that are signed. Raises ValueError for what does not fit into them."""
        try:
            return b"".join(
                (
                    VERSION.to_bytes(1, "big"),
                    self.key_id.to_bytes(1, "big"),
                    (self.year - FIRST_YEAR).to_bytes(1, "big"),
                    self.number.to_bytes(3, "big"),
                    self.copy.to_bytes(1, "big"),
                    self.agency.to_bytes(2, "big"),
                    (self.issued_on - FIRST_DAY).days.to_bytes(2, "big"),
                    (self.valid_until - FIRST_DAY).days.to_bytes(2, "big"),
                    _packed(self.initials),
                )
            )
        except OverflowError as error:
            raise ValueError("a fact does not fit into a card's code") from error

    @classmethod
    def of(cls, code: bytes) -> Self:
        """The claims of a code, or of its body alone. Raises CardCodeError."""
        if len(code) not in (BODY_BYTES, CODE_BYTES):
            raise CardCodeError(CardCodeFault.DAMAGED)
        if code[0] != VERSION:
            raise CardCodeError(CardCodeFault.UNKNOWN_VERSION)
        claims = cls(
            key_id=code[1],
            year=FIRST_YEAR + code[2],
            number=int.from_bytes(code[3:6], "big"),
            copy=code[6],
            agency=int.from_bytes(code[7:9], "big"),
            issued_on=FIRST_DAY + timedelta(int.from_bytes(code[9:11], "big")),
            valid_until=FIRST_DAY + timedelta(int.from_bytes(code[11:13], "big")),
            initials=_unpacked(code[13:16]),
        )
        if not (claims.key_id and claims.number and claims.copy and claims.agency):
            raise CardCodeError(CardCodeFault.DAMAGED)
        return claims


def spell(code: bytes) -> str:
    """The code in 128 capital letters and digits."""
    return base64.b32encode(code).decode("ascii")


def address(base: str, code: bytes) -> str:
    """The address in the QR. base: `https://host`, without a path."""
    return f"{base.rstrip('/')}/v/{spell(code)}".upper()


def read_code(text: str) -> bytes:
    """The code in a text: an address, or the code alone, in any case, blanks aside.

    Raises CardCodeError; a code that comes back has claims that can be read.
    """
    found = _CODE.fullmatch("".join(text.split()))
    if found is None:
        raise CardCodeError(CardCodeFault.NOT_OURS)
    letters = found[1].upper()
    if len(letters) != CODE_LETTERS:
        raise CardCodeError(CardCodeFault.DAMAGED)
    try:
        code = base64.b32decode(letters)
    except binascii.Error:
        raise CardCodeError(CardCodeFault.DAMAGED) from None
    Claims.of(code)
    return code


def serial_text(year: int, number: int, copy: int = 1) -> str:
    """2026-000123, and 2026-000123/2 for the first reprint."""
    return f"{year}-{number:06d}" + (f"/{copy}" if copy > 1 else "")


def read_serial(text: str) -> tuple[int, int, int]:
    """Year, number and copy of a serial as it is printed. Raises CardCodeError."""
    found = _SERIAL.fullmatch("".join(text.split()))
    if found is None:
        raise CardCodeError(CardCodeFault.NOT_OURS)
    year, number, copy = found.groups(default="1")
    return int(year), int(number), int(copy)


def initials_of(name: str) -> str:
    """The first letters of the first four words: "I Wayan Sudarma" is IWS, "Élan" is E."""
    plain = unicodedata.normalize("NFKD", name).upper()
    words = (re.sub(r"[^A-Z]", "", word) for word in plain.split())
    return "".join(word[0] for word in words if word)[:MOST_INITIALS]


def dotted(initials: str) -> str:
    """How initials are shown: "I. W. S."."""
    return " ".join(f"{letter}." for letter in initials)


def _packed(initials: str) -> bytes:
    if len(initials) > MOST_INITIALS or not re.fullmatch(r"[A-Z]*", initials):
        raise ValueError("initials are up to four letters from A to Z")
    bits = 0
    for letter in initials.ljust(MOST_INITIALS, "@"):  # "@" comes before "A": no letter is 0
        bits = bits << 5 | ord(letter) - ord("@")
    return (bits << 4).to_bytes(3, "big")


def _unpacked(packed: bytes) -> str:
    bits = int.from_bytes(packed, "big")
    numbers = [bits >> shift & 31 for shift in (19, 14, 9, 4)]
    letters = "".join(chr(number + ord("@")) for number in numbers).rstrip("@")
    if bits & 15 or not re.fullmatch(r"[A-Z]*", letters):
        raise CardCodeError(CardCodeFault.DAMAGED)
    return letters
