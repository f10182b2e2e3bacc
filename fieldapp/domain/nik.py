"""Reading a NIK (16 digits: `PP KK CC DD MM YY SSSS`) and the number of a family card (KK).

A NIK has no check digit: what is read here proves form, never identity. A woman's day of birth
is written with 40 added. `static/js/rules/nik.js` is the same rule on the phone, held to this
one by `tests/domain/cases/nik.json`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from fieldapp.domain.ages import age_on
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Sex

DIGITS: Final = 16
WOMEN: Final = 40
YOUNGEST, OLDEST = 15, 100

# Spaces, dots, dashes and the apostrophe by which spreadsheets keep a number as text.
_FORGIVEN: Final = re.compile(r"[ \t\r\n\u00a0\u2000-\u200b\u202f\ufeff.'’\-‐‑–—]")
_SCIENTIFIC: Final = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_OBVIOUS_FAKES: Final = frozenset(
    {"1234567890123456", "0123456789012345", "9876543210987654", "6543210987654321"}
)


class NikFault(StrEnum):
    """In which way sixteen digits are no NIK."""

    LETTERS = "nik_letters"
    SPREADSHEET = "nik_spreadsheet"
    LENGTH = "nik_length"
    FAKE = "nik_fake"
    FIRST_DIGIT = "nik_first_digit"
    PROVINCE = "nik_province"
    REGENCY = "nik_regency"
    IMPOSSIBLE_DATE = "nik_impossible_date"
    SERIAL_ZERO = "nik_serial_zero"


class KkFault(StrEnum):
    """In which way sixteen digits are no number of a family card."""

    LETTERS = "kk_letters"
    SPREADSHEET = "kk_spreadsheet"
    LENGTH = "kk_length"
    FAKE = "kk_fake"
    FIRST_DIGIT = "kk_first_digit"
    PROVINCE = "kk_province"
    REGENCY = "kk_regency"
    IMPOSSIBLE_DATE = "kk_impossible_date"
    SERIAL_ZERO = "kk_serial_zero"


class NikError(UnreadableError):
    """No NIK. Facts by fault: `length`; `province`; `regency`; `day`, `month`, `year`."""

    code: ClassVar[str] = "nik"


class KkError(UnreadableError):
    """No family card number; the facts are those of NikError."""

    code: ClassVar[str] = "kk"


class _Kind(NamedTuple):
    """Which number is being read, and so how it is refused."""

    error: type[UnreadableError]
    fault: type[NikFault] | type[KkFault]


_NIK: Final = _Kind(NikError, NikFault)
_KK: Final = _Kind(KkError, KkFault)


@dataclass(frozen=True, slots=True)
class Nik:
    """A NIK taken apart. Region codes are those of the place of first registration."""

    text: str = field(repr=False)
    province: str
    regency: str
    district: str
    birth_date: date
    sex: Sex
    serial: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kk:
    """A family card's number taken apart; the date is that of recording, without +40."""

    text: str = field(repr=False)
    regency: str
    recorded_on: date
    serial: str = field(repr=False)


def parse_nik(text: str, *, today: date, regencies: Collection[str]) -> Nik:
    """Read a NIK as people type it; `regencies` are all codes like "51.71".

    Raises NikError.
    """
    digits = _sixteen_digits(text, _NIK)
    _check_region(digits, regencies, _NIK)
    day, sex = int(digits[6:8]), Sex.MALE
    if day > WOMEN:
        day, sex = day - WOMEN, Sex.FEMALE
    return Nik(
        text=digits,
        province=digits[:2],
        regency=regency_of(digits),
        district=f"{regency_of(digits)}.{digits[4:6]}",
        birth_date=_day(digits, day, today, _NIK),
        sex=sex,
        serial=_serial(digits, _NIK),
    )


def parse_kk(text: str, *, today: date, regencies: Collection[str]) -> Kk:
    """Read the number of a family card as people type it. Raises KkError."""
    digits = _sixteen_digits(text, _KK)
    _check_region(digits, regencies, _KK)
    return Kk(
        text=digits,
        regency=regency_of(digits),
        recorded_on=_day(digits, int(digits[6:8]), today, _KK),
        serial=_serial(digits, _KK),
    )


def plausible_date(day: int, month: int, year: int, *, today: date) -> date | None:
    """The date behind two digits of a year, or None when no such day can have been.

    Of this century and the last, dates that exist and are not in the future come into question.
    The one that makes a worker of 15 to 100 years wins (there is at most one, as the two lie a
    hundred years apart); failing that the later one, so that children stay children.
    """
    this_century = today.year - today.year % 100
    candidates = [
        born
        for century in (this_century, this_century - 100)
        if (born := _date(century + year, month, day)) and born <= today
    ]
    workers = [born for born in candidates if YOUNGEST <= age_on(born, today) <= OLDEST]
    return next(iter(workers or candidates), None)


def masked(nik: str) -> str:
    """A NIK as lists show it: its last four digits."""
    return f"•••• •••• •••• {nik[-4:]}"


def grouped(nik: str) -> str:
    """A NIK as it is easiest compared with the card: four groups of four."""
    return " ".join(nik[start : start + 4] for start in range(0, len(nik), 4))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _sixteen_digits(text: str, kind: _Kind) -> str:
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise kind.error(kind.fault.SPREADSHEET)
    digits = _FORGIVEN.sub("", text)
    if not re.fullmatch("[0-9]*", digits):
        raise kind.error(kind.fault.LETTERS)
    if len(digits) != DIGITS:
        raise kind.error(kind.fault.LENGTH, length=len(digits))
    if digits in _OBVIOUS_FAKES or len(set(digits)) == 1:
        raise kind.error(kind.fault.FAKE)
    if digits[0] == "0":
        raise kind.error(kind.fault.FIRST_DIGIT)
    return digits


def regency_of(digits: str) -> str:
    """The code of the regency, "51.71", that the number was first issued in."""
    return f"{digits[:2]}.{digits[2:4]}"


def _check_region(digits: str, regencies: Collection[str], kind: _Kind) -> None:
    if (regency := regency_of(digits)) in regencies:
        return
    province = digits[:2]
    if any(code.startswith(f"{province}.") for code in regencies):
        raise kind.error(kind.fault.REGENCY, regency=regency)
    raise kind.error(kind.fault.PROVINCE, province=province)


def _day(digits: str, day: int, today: date, kind: _Kind) -> date:
    found = plausible_date(day, int(digits[8:10]), int(digits[10:12]), today=today)
    if found is None:
        raise kind.error(
            kind.fault.IMPOSSIBLE_DATE, day=digits[6:8], month=digits[8:10], year=digits[10:12]
        )
    return found


def _serial(digits: str, kind: _Kind) -> str:
    if digits[12:] == "0000":
        raise kind.error(kind.fault.SERIAL_ZERO)
    return digits[12:]
