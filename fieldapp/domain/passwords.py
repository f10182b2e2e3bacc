"""What a password must be, and how strong it is (NIST SP 800-63B: length, and nothing common)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from itertools import pairwise
from typing import Final

LEAST: Final = 10
MOST: Final = 200
_OWN_CHARACTERS: Final = 6
"""So many characters must be left when the user name is taken away."""


class PasswordFault(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    USERNAME = "password_username"
    COMMON = "password_common"
    SAME = "password_same"


class Strength(StrEnum):
    """How long it would withstand guessing, in a word."""

    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


def normal(password: str) -> str:
    """The same password whichever keyboard typed it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_fault(
    password: str, *, username: str, common: Collection[str]
) -> PasswordFault | None:
    """The first fault of a password, or None. `common` holds lower-case passwords."""
    plain = normal(password)
    folded = plain.casefold()
    if len(plain) < LEAST:
        return PasswordFault.TOO_SHORT
    if len(plain) > MOST:
        return PasswordFault.TOO_LONG
    if len(folded.replace(username.casefold(), "")) < _OWN_CHARACTERS and username:
        return PasswordFault.USERNAME
    if folded in common or _stem(folded) in common or monotonous(folded):
        return PasswordFault.COMMON
    return None


def strength(password: str) -> Strength:
    """The strength of a password without a fault: length counts most, then variety."""
    plain = normal(password)
    kinds = sum(
        bool(re.search(kind, plain)) for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    )
    points = len(plain) + 2 * (kinds - 1)
    if points >= 20 and len(set(plain)) >= 8:
        return Strength.STRONG
    if points >= 15 and len(set(plain)) >= 6:
        return Strength.GOOD
    return Strength.FAIR


def monotonous(folded: str) -> bool:
    """Whether it is few characters again and again, or a row of neighbours (abcdef…, 9876…)."""
    if len(set(folded)) <= 3:
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps <= {1} or steps <= {-1} or steps <= {1, -9}


def _stem(folded: str) -> str:
    """Without the digits and signs that people hang on: "denpasar2026!" is "denpasar"."""
    return folded.strip("0123456789!?.,@#$%&*-_ ")
