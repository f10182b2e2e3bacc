"""Partner companies: how what is typed about them is read, and when two are one.

The page and the import hand over texts by field name, and one table reads them, as for the form
of a worker (`domain.forms`). NIB has 13 digits, NPWP 15 or 16 (since 14 July 2022); no public
source gives the exact form of an NPP, so it is read loosely: 6 to 12 letters and digits, and a
division of up to three digits.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

from fieldapp.domain.dates import EARLIEST, parse_date
from fieldapp.domain.errors import FieldError
from fieldapp.domain.likeness import ALIKE, folded_likeness
from fieldapp.domain.phones import parse_phone
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Scale

AREAS: Final = ("51.71", "51.03", "51.02", "51.01", "51.08")
"""The branch's five: Denpasar, Badung, Tabanan, Jembrana, Buleleng (domain 8)."""

MOST_WORKERS: Final = 1_000_000
MONTHS_AHEAD: Final = 12
"""So many months may be paid in advance; a later one is a slip of the pen."""


class CompanyFault(StrEnum):
    """In which way an entry is not what its field asks for."""

    NAME = "company_name"
    NIB = "company_nib"
    NPWP = "company_npwp"
    NPP = "company_npp"
    DIVISION = "company_division"
    SPREADSHEET = "company_spreadsheet"
    CHOICE = "company_choice"
    COUNT = "company_count"
    LONG = "company_long"
    EMAIL = "company_email"
    MONTH = "company_month"
    FUTURE = "company_future"


class CompanyEntryError(UnreadableError):
    """Not what the field asks for. Facts by fault: `length`, `longest`, `most`."""

    code: ClassVar[str] = "company_entry"


Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class CompanyEntries:
    """What was read: values by field, and what could not be read, as typed and with its error."""

    values: Mapping[str, Any]
    unread: Mapping[str, str]
    errors: Mapping[str, UnreadableError]


def read_company(typed: Mapping[str, str]) -> CompanyEntries:
    """Read each field that was typed; an empty text is an empty field, not an error.

    Raises KeyError for a field that a company does not have.
    """
    values: dict[str, Any] = {}
    unread: dict[str, str] = {}
    errors: dict[str, UnreadableError] = {}
    for name, entry in typed.items():
        reader, empty = FIELDS[name]
        values[name] = empty
        if not entry.strip():
            continue
        try:
            values[name] = reader(entry)
        except UnreadableError as error:
            unread[name], errors[name] = entry.strip()[:200], error
    return CompanyEntries(values, unread, errors)


_SPREADSHEET: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_SIGNS: Final = re.compile(r"[\s.\-/]")


def _name(entry: str) -> str:
    text = _printable(entry)
    if len(text) > 120:
        raise CompanyEntryError(CompanyFault.LONG, length=len(text), longest=120)
    if not any(letter.isalpha() for letter in text):
        raise CompanyEntryError(CompanyFault.NAME)
    return text


def _text(longest: int) -> Reader:
    def read(entry: str) -> str:
        text = _printable(entry)
        if len(text) > longest:
            raise CompanyEntryError(CompanyFault.LONG, length=len(text), longest=longest)
        return text

    return read


def _printable(entry: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", entry).split())
    return "".join(letter for letter in text if letter.isprintable())


def _digits(pattern: str, fault: CompanyFault) -> Reader:
    wanted = re.compile(pattern)

    def read(entry: str) -> str:
        if _SPREADSHEET.fullmatch(entry.strip()):
            raise CompanyEntryError(CompanyFault.SPREADSHEET)
        text = _SIGNS.sub("", entry).upper()
        if not wanted.fullmatch(text):
            raise CompanyEntryError(fault)
        return text

    return read


def _division(entry: str) -> str:
    text = entry.strip()
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise CompanyEntryError(CompanyFault.DIVISION)
    return text.zfill(3)


def _scale(entry: str) -> Scale:
    try:
        return _SCALES[entry.strip().lower()]
    except KeyError:
        raise CompanyEntryError(CompanyFault.CHOICE) from None


_SCALES: Final[Mapping[str, Scale]] = {
    **{scale.value: scale for scale in Scale},
    "mikro": Scale.MICRO,
    "kecil": Scale.SMALL,
    "menengah": Scale.MEDIUM,
    "besar": Scale.LARGE,
}


def _area(entry: str) -> str:
    text = re.sub(r"\b(kota|kabupaten|kab)\b\.?", " ", entry.lower()).strip()
    try:
        return _AREA_NAMES[text]
    except KeyError:
        raise CompanyEntryError(CompanyFault.CHOICE) from None


_AREA_NAMES: Final[Mapping[str, str]] = {
    **{code: code for code in AREAS},
    "denpasar": "51.71",
    "badung": "51.03",
    "tabanan": "51.02",
    "jembrana": "51.01",
    "buleleng": "51.08",
}


def _count(entry: str) -> int:
    text = re.sub(r"[\s.]", "", entry)
    if not text.isascii() or not text.isdecimal() or int(text[:12]) > MOST_WORKERS:
        raise CompanyEntryError(CompanyFault.COUNT, most=MOST_WORKERS)
    return int(text)


def _email(entry: str) -> str:
    text = entry.strip()
    if len(text) > 120 or not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+", text):
        raise CompanyEntryError(CompanyFault.EMAIL)
    return text


FIELDS: Final[Mapping[str, tuple[Reader, Any]]] = {
    "name": (_name, ""),
    "nib": (_digits(r"[0-9]{13}", CompanyFault.NIB), None),
    "npwp": (_digits(r"[0-9]{15,16}", CompanyFault.NPWP), None),
    "npp": (_digits(r"[0-9A-Z]{6,12}", CompanyFault.NPP), None),
    "division": (_division, "000"),
    "scale": (_scale, None),
    "area_code": (_area, None),
    "street": (_text(160), ""),
    "workers_declared": (_count, None),
    "workers_enrolled": (_count, None),
    "contact_name": (_text(80), ""),
    "contact_phone": (parse_phone, None),
    "contact_email": (_email, ""),
}
"""Field → its reader, and what an empty field is."""


# Names


FORMS: Final = frozenset(
    {
        *("pt", "cv", "ud", "tbk", "fa", "firma", "yayasan", "yys", "koperasi", "kop", "ksp"),
        *("kud", "perum", "perumda", "perseroda", "persero", "pd", "usaha", "dagang"),
        *("perseroan", "terbatas", "perusahaan", "toko", "bumdes", "lpd"),
    }
)
"""What a company legally is, which people leave out, abbreviate or put behind its name."""


def fold_company(name: str) -> str:
    """The key by which names of companies are compared: legal forms, case and signs aside.

    "PT. Bali Jaya, Tbk" and "bali jaya" are one. A name of nothing but forms keeps them.
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    plain = re.sub(r"\b(p\.t|c\.v|u\.d|f\.a|p\.d)\b\.?", lambda m: m[0].replace(".", ""), plain)
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("’", ""))
    named = [word for word in words if word not in FORMS] or words
    return " ".join(named)[:120].rstrip()


def alike(a: str, b: str) -> bool:
    """Whether a person should look at two companies together, by their folded names."""
    return folded_likeness(a, b) >= ALIKE


# Months and days on papers


def parse_month(entry: str, *, today: date) -> date:
    """The first day of a month (BLTH): "06-2026", "062026", "Juni 2026", "2026-06".

    Raises CompanyEntryError for what is no month, or lies more than a year ahead.
    """
    text = " ".join(entry.strip().split())
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text):
        text = f"{match[2]}-{match[1]}"
    if match := re.fullmatch(r"([0-9]{2})([0-9]{4})", text):
        text = f"{match[1]}-{match[2]}"
    try:
        month = parse_date(f"1 {re.sub(r'[-/.]', ' ', text)}")
    except UnreadableError:
        raise CompanyEntryError(CompanyFault.MONTH) from None
    latest = today.year * 12 + today.month + MONTHS_AHEAD
    if month.year * 12 + month.month > latest:
        raise CompanyEntryError(CompanyFault.FUTURE)
    return month


def parse_past_day(entry: str, *, today: date) -> date:
    """A day that has been. Raises DateError or CompanyEntryError."""
    day = parse_date(entry)
    if day > today or day < EARLIEST:
        raise CompanyEntryError(CompanyFault.FUTURE)
    return day


# Deeds on companies, and their errors


class CompanyDeed(StrEnum):
    """What needs a reason."""

    MERGE = "merge"
    REFUSE = "refuse_paper"
    OVERRIDE = "override"
    DELIVER = "deliver"
    ANSWER = "answer"


class NibTakenError(FieldError):
    """Another company has this NIB already. Facts: `company_id`, empty when it is out of reach."""

    code: ClassVar[str] = "nib_taken"
    status: ClassVar[int] = 409


class CompanyMergedError(FieldError):
    """The company lives on in another one; nothing more is done to it. Facts: `company_id`."""

    code: ClassVar[str] = "company_merged"
    status: ClassVar[int] = 409


class OneCompanyError(FieldError):
    """A company cannot be merged into itself."""

    code: ClassVar[str] = "one_company"


class OwnPaperError(FieldError):
    """Who put a paper in does not judge it (four eyes)."""

    code: ClassVar[str] = "own_paper"
    status: ClassVar[int] = 403


class PaperJudgedError(FieldError):
    """Somebody has judged this paper already. Facts: `state`."""

    code: ClassVar[str] = "paper_judged"
    status: ClassVar[int] = 409
