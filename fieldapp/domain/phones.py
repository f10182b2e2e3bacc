"""Telephone numbers: typed in any fashion, kept as E.164, shown in groups."""

import re
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.unreadable import UnreadableError

COUNTRY: Final = "+62"

_FORGIVEN: Final = re.compile(r"[\s.()/\-‐‑–—]")
_ABROAD: Final = re.compile(r"^(?:(?:\+|00)?62(?=0?[2-9])|\+)")
_MOBILE: Final = re.compile(r"08[1-9][0-9]{7,10}")
_LANDLINE: Final = re.compile(r"0[2-79][0-9]{6,10}")
_BIG_CITIES: Final = frozenset({"021", "022", "024", "031", "061"})


class PhoneFault(StrEnum):
    """In which way typed digits are no telephone number."""

    LETTERS = "phone_letters"
    LENGTH = "phone_length"
    PREFIX = "phone_prefix"


class PhoneError(UnreadableError):
    """No telephone number. Facts by fault: `length`, of the number as dialled at home."""

    code: ClassVar[str] = "phone"


def parse_phone(text: str) -> str:
    """A number as +6281234567890; a mobile of 10 to 13 digits from 0, or a landline.

    +62, 62 and 0062 are forgiven, and so is the leading 0 that spreadsheets eat. Raises
    PhoneError.
    """
    typed = _FORGIVEN.sub("", text)
    if not re.fullmatch(r"\+?[0-9]*", typed):
        raise PhoneError(PhoneFault.LETTERS)
    home = "0" + _ABROAD.sub("", typed, count=1).removeprefix("0")
    if _MOBILE.fullmatch(home) or _LANDLINE.fullmatch(home):
        return COUNTRY + home[1:]
    if re.fullmatch(r"0[2-9][0-9]*", home):
        raise PhoneError(PhoneFault.LENGTH, length=len(home))
    raise PhoneError(PhoneFault.PREFIX)


def shown(phone: str) -> str:
    """+6281234567890 as 0812-3456-7890, +62361123456 as 0361-123456."""
    home = "0" + phone.removeprefix(COUNTRY)
    if home.startswith("08"):
        return f"{home[:4]}-{home[4:8]}-{home[8:]}"
    area = 3 if home[:3] in _BIG_CITIES else 4
    return f"{home[:area]}-{home[area:]}"
