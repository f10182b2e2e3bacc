"""Rupiah as people type them, without guessing.

"1.500.000", "Rp 1.500.000,00", "1,500,000", "1500000,-" and "1,5 juta" are one amount. "1.500"
is none: a dot stands for thousands, yet nobody earns Rp 1.500 a month, so the person is asked.
`static/js/rules/money.js` is the same rule on the phone, held to this one by
`tests/domain/cases/money.json`.
"""

import re
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.unreadable import UnreadableError

SMALLEST: Final = 10_000
"""Less than this (and not 0) is a thousand or a million left out, not an income."""

LARGEST: Final = 999_000_000
MOST_DIGITS: Final = 15

UNITS: Final = {
    "jt": 1_000_000,
    "juta": 1_000_000,
    "rb": 1_000,
    "ribu": 1_000,
    "k": 1_000,
}

_SPACES: Final = re.compile(r"[ \t\r\n\u00a0\u2000-\u200b\u202f\ufeff]")
_NEGATIVE: Final = re.compile(r"[-−][0-9].*|\([0-9].*\)")
_CURRENCY: Final = re.compile(r"rp\.?|idr")
_WHOLE: Final = re.compile(r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,-|,([0-9]{2}))?")
_ENGLISH: Final = re.compile(r"([0-9]{5,}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")
_WITH_UNIT: Final = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?(jt|juta|rb|ribu|k)")
_FRACTION: Final = re.compile(r"([0-9]{1,2})[.,]([0-9]{1,2})")


class MoneyFault(StrEnum):
    """In which way typed text is no amount."""

    FORM = "money_form"
    NEGATIVE = "money_negative"
    SEN = "money_sen"
    UNCLEAR = "money_unclear"
    TOO_LARGE = "money_too_large"


class MoneyError(UnreadableError):
    """No amount. Facts by fault: `guess` (what is probably meant); `largest`."""

    code: ClassVar[str] = "money"


def parse_rupiah(text: str) -> int:
    """Whole rupiah. Raises MoneyError."""
    typed = _SPACES.sub("", text).lower()
    bare = _CURRENCY.sub("", typed, count=1)
    if _NEGATIVE.fullmatch(bare):
        raise MoneyError(MoneyFault.NEGATIVE)
    amount = _amount(bare)
    if amount > LARGEST:
        raise MoneyError(MoneyFault.TOO_LARGE, largest=LARGEST)
    if 0 < amount < SMALLEST:
        raise MoneyError(MoneyFault.UNCLEAR, guess=amount * 1_000)
    return amount


def _amount(typed: str) -> int:
    if match := _FRACTION.fullmatch(typed):
        whole, fraction = match.groups()
        guess = int(whole + fraction.ljust(2, "0")) * 10_000
        raise MoneyError(MoneyFault.UNCLEAR, guess=guess)
    if match := _WHOLE.fullmatch(typed) or _ENGLISH.fullmatch(typed):
        whole, sen = match.groups()
        if sen and int(sen):
            raise MoneyError(MoneyFault.SEN)
        digits = re.sub("[.,]", "", whole)
        if len(digits) > MOST_DIGITS:
            raise MoneyError(MoneyFault.TOO_LARGE, largest=LARGEST)
        return int(digits)
    if match := _WITH_UNIT.fullmatch(typed):
        whole, fraction, unit = match.groups()
        return int(whole + (fraction or "").ljust(2, "0")) * UNITS[unit] // 100
    raise MoneyError(MoneyFault.FORM)
