"""The fields of the form, and how what was typed into each is read.

Every entrance (page, sync, import, API) hands over texts by field name; one table reads them.
What cannot be read is kept as it was typed, shown again with its error, and blocks submitting:
nothing is lost.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from fieldapp.domain.dates import parse_date
from fieldapp.domain.money import parse_rupiah
from fieldapp.domain.names import tidy_name
from fieldapp.domain.nik import parse_kk, parse_nik
from fieldapp.domain.phones import parse_phone
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import BloodType, MaritalStatus, Payer, Relation, Sex

MONTHS: Final = (1, 3, 6, 12)
"""Payment periods (domain 1.6)."""

MOST_FAMILY: Final = 20


class EntryFault(StrEnum):
    """In which way an entry is not what its field asks for."""

    CHOICE = "entry_choice"
    DIGITS = "entry_digits"
    LONG = "entry_long"
    SIGNS = "entry_signs"
    EMAIL = "entry_email"
    KPJ = "entry_kpj"
    NPWP = "entry_npwp"
    VILLAGE_UNKNOWN = "village_unknown"
    VILLAGE_UNCLEAR = "village_unclear"
    FAMILY = "entry_family"


class EntryError(UnreadableError):
    """Not what the field asks for. Facts by fault: `length`, `longest`; `wanted`; `choices`."""

    code: ClassVar[str] = "entry"


@dataclass(frozen=True, slots=True)
class Village:
    """A village as people look for it: "Sesetan, Denpasar Selatan, Kota Denpasar"."""

    code: str
    name: str
    district: str
    regency: str

    @property
    def label(self) -> str:
        """The village with the places around it."""
        return f"{self.name}, {self.district}, {self.regency}"


@dataclass(frozen=True, slots=True)
class Reference:
    """What readers look things up in: the day, all regency codes, all villages by code."""

    today: date
    regencies: Collection[str]
    villages: Mapping[str, Village]
    by_name: Mapping[str, Sequence[Village]] = field(repr=False)


Reader = Callable[[Any, Reference], Any]


@dataclass(frozen=True, slots=True)
class Entries:
    """What was read: values by field, and what could not be read, as typed and with its error."""

    values: Mapping[str, Any]
    unread: Mapping[str, Any]
    errors: Mapping[str, UnreadableError]


def read_entries(typed: Mapping[str, Any], reference: Reference) -> Entries:
    """Read each field that was typed; an empty text is an empty field, not an error.

    Raises KeyError for a field that the form does not have.
    """
    values: dict[str, Any] = {}
    unread: dict[str, Any] = {}
    errors: dict[str, UnreadableError] = {}
    for name, entry in typed.items():
        reader, empty = FIELDS[name]
        if isinstance(entry, str) and not entry.strip():
            values[name] = empty
            continue
        try:
            values[name] = reader(entry, reference)
        except UnreadableError as error:
            unread[name], errors[name] = entry, error
            values[name] = empty
    return Entries(values, unread, errors)


def village_key(text: str) -> str:
    """How typed village names are compared: "Kel. Sesetan" and "sesetan" are one."""
    bare = re.sub(r"\b(desa|kelurahan|kel|ds|kecamatan|kec)\b\.?", " ", text.lower())
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def _text(longest: int) -> Reader:
    def read(entry: str, _reference: Reference) -> str:
        text = " ".join(entry.split())
        if not text.isprintable():
            raise EntryError(EntryFault.SIGNS)
        if len(text) > longest:
            raise EntryError(EntryFault.LONG, length=len(text), longest=longest)
        return text

    return read


def _choice(kind: type[StrEnum]) -> Reader:
    def read(entry: str, _reference: Reference) -> StrEnum:
        try:
            return kind(entry)
        except ValueError:
            raise EntryError(EntryFault.CHOICE) from None

    return read


def _pattern(pattern: str, fault: EntryFault, forgiven: str = r"[\s.\-/]") -> Reader:
    wanted = re.compile(pattern)

    def read(entry: str, _reference: Reference) -> str:
        text = re.sub(forgiven, "", entry).upper()
        if not wanted.fullmatch(text):
            raise EntryError(fault)
        return text

    return read


def _email(entry: str, _reference: Reference) -> str:
    text = entry.strip()
    if len(text) > 120 or not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+", text):
        raise EntryError(EntryFault.EMAIL)
    return text


def _months(entry: str, _reference: Reference) -> int:
    if str(entry).isdecimal() and int(entry) in MONTHS:
        return int(entry)
    raise EntryError(EntryFault.CHOICE)


def _yes(entry: Any, _reference: Reference) -> bool:
    return entry in (True, "y", "yes", "on", "true", "1")


def _category(entry: str, _reference: Reference) -> UUID:
    try:
        return UUID(str(entry))
    except ValueError:
        raise EntryError(EntryFault.CHOICE) from None


def _block(entry: str, _reference: Reference) -> str:
    digits = entry.strip()
    if not digits.isdecimal() or len(digits) > 3:
        raise EntryError(EntryFault.DIGITS, wanted=3)
    return digits.zfill(3)


def _postal_code(entry: str, _reference: Reference) -> str:
    digits = entry.replace(" ", "")
    if not re.fullmatch(r"[1-9][0-9]{4}", digits):
        raise EntryError(EntryFault.DIGITS, wanted=5)
    return digits


def _village(entry: str, reference: Reference) -> str:
    if entry in reference.villages:
        return entry
    wanted = village_key(entry)
    found = reference.by_name.get(wanted, ())
    if len(found) == 1:
        return found[0].code
    fault = EntryFault.VILLAGE_UNCLEAR if found else EntryFault.VILLAGE_UNKNOWN
    raise EntryError(fault, choices=[village.label for village in found])


def _family(entry: Any, _reference: Reference) -> list[dict[str, str]]:
    """Rows of relation, name, birth_date (ISO or empty) and sex; rows without a name are gone."""
    members = []
    for row in entry:
        if not any(str(value).strip() for key, value in row.items() if key != "relation"):
            continue
        try:
            born = str(row.get("birth_date", "")).strip()
            members.append(
                {
                    "relation": Relation(row.get("relation", "")).value,
                    "name": tidy_name(row.get("name", "")),
                    "birth_date": parse_date(born).isoformat() if born else "",
                    "sex": Sex(row["sex"]).value if row.get("sex") else "",
                }
            )
        except (ValueError, UnreadableError) as error:
            fault = getattr(error, "fault", EntryFault.CHOICE)
            raise EntryError(EntryFault.FAMILY, row=len(members) + 1, because=fault) from error
    if len(members) > MOST_FAMILY:
        raise EntryError(EntryFault.LONG, length=len(members), longest=MOST_FAMILY)
    return members


FIELDS: Final[Mapping[str, tuple[Reader, Any]]] = {
    "nik": (lambda t, r: parse_nik(t, today=r.today, regencies=r.regencies).text, None),
    "no_nik_reason": (_text(200), ""),
    "kk": (lambda t, r: parse_kk(t, today=r.today, regencies=r.regencies).text, None),
    "name": (lambda t, _: tidy_name(t), ""),
    "birth_place": (_text(60), ""),
    "birth_date": (lambda t, _: parse_date(t), None),
    "sex": (_choice(Sex), None),
    "marital_status": (_choice(MaritalStatus), None),
    "blood_type": (_choice(BloodType), None),
    "mother_name": (lambda t, _: tidy_name(t), None),
    "family": (_family, None),
    "street": (_text(120), ""),
    "banjar": (_text(60), ""),
    "customary_village": (_text(60), ""),
    "rt": (_block, ""),
    "rw": (_block, ""),
    "village_code": (_village, None),
    "postal_code": (_postal_code, ""),
    "phone": (lambda t, _: parse_phone(t), None),
    "email": (_email, ""),
    "category_id": (_category, None),
    "workplace": (_text(120), ""),
    "work_hours": (_text(40), ""),
    "second_job": (_text(80), ""),
    "former_kpj": (_pattern(r"[0-9A-Z]{11}", EntryFault.KPJ), ""),
    "npwp": (_pattern(r"[0-9]{15,16}", EntryFault.NPWP), ""),
    "income": (lambda t, _: parse_rupiah(str(t)), None),
    "payer": (_choice(Payer), None),
    "with_jht": (_yes, False),
    "months": (_months, 1),
    "starts_on": (lambda t, _: parse_date(t), None),
    "term_from": (lambda t, _: parse_date(t), None),
    "term_to": (lambda t, _: parse_date(t), None),
}
"""Field → its reader, and what an empty field is."""
