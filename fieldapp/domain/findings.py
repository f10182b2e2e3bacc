"""What the checks find on a registration, and how much each finding weighs.

One table and one judge, asked alike by the phone form, the import, the API and the supervisor's
page. Facts come in typed; who is registered elsewhere is looked up by the caller.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from fieldapp.domain.ages import age_on, birthday, has_turned
from fieldapp.domain.likeness import LookAlike, how_dates_agree
from fieldapp.domain.names import LONGEST_ON_A_KTP
from fieldapp.domain.nik import Nik
from fieldapp.domain.photos import PhotoKind, PhotoQuality, photo_faults
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Payer, Sex

TOO_OLD: Final = 65
TOO_YOUNG: Final = 15
MINOR: Final = 18
FAR_ABOVE: Final = 2
"""An income is far above what is usual when it is more than twice the upper end."""


class Weight(StrEnum):
    """A block forbids submitting, a warning wants a reason, a note is only told."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


class FindingCode(StrEnum):
    """What was found."""

    NIK_FORM = "nik_form"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NO_NIK_YET = "no_nik_yet"
    TOO_OLD = "too_old"
    TOO_YOUNG = "too_young"
    SAME_ROLE = "same_role"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    SEX_DIFFERS = "sex_differs"
    REGENCY_DIFFERS = "regency_differs"
    MINOR = "minor"
    LOOK_ALIKE = "look_alike"
    NAME_LONG = "name_long"
    PHOTO_MISSING = "photo_missing"
    PHOTO_ON_THE_WAY = "photo_on_the_way"
    PHOTO_POOR = "photo_poor"
    CATEGORY_NOT_SUPERVISED = "category_not_supervised"
    INCOME_LOW = "income_low"
    INCOME_HIGH = "income_high"
    OTHER_ROLE = "other_role"
    NO_PHONE = "no_phone"


FINDINGS: Final[Mapping[FindingCode, Weight]] = {
    FindingCode.NIK_FORM: Weight.BLOCK,
    FindingCode.UNREADABLE: Weight.BLOCK,
    FindingCode.MISSING: Weight.BLOCK,
    FindingCode.NO_NIK_YET: Weight.BLOCK,
    FindingCode.TOO_OLD: Weight.BLOCK,
    FindingCode.TOO_YOUNG: Weight.BLOCK,
    FindingCode.SAME_ROLE: Weight.BLOCK,
    FindingCode.BIRTH_DATE_DIFFERS: Weight.WARN,
    FindingCode.SEX_DIFFERS: Weight.WARN,
    FindingCode.REGENCY_DIFFERS: Weight.WARN,
    FindingCode.MINOR: Weight.WARN,
    FindingCode.LOOK_ALIKE: Weight.WARN,
    FindingCode.NAME_LONG: Weight.WARN,
    FindingCode.PHOTO_MISSING: Weight.WARN,
    FindingCode.PHOTO_ON_THE_WAY: Weight.WARN,
    FindingCode.PHOTO_POOR: Weight.WARN,
    FindingCode.CATEGORY_NOT_SUPERVISED: Weight.WARN,
    FindingCode.INCOME_LOW: Weight.WARN,
    FindingCode.INCOME_HIGH: Weight.WARN,
    FindingCode.OTHER_ROLE: Weight.NOTE,
    FindingCode.NO_PHONE: Weight.NOTE,
}
"""Block before warn before note, and in this order among equals."""

REQUIRED: Final = (
    "name",
    "birth_place",
    "birth_date",
    "sex",
    "mother_name",
    "street",
    "village_code",
    "category_id",
    "income",
    "payer",
    "starts_on",
    "consent_version",
)
"""What a complete form has, besides a NIK; the names are the form's own."""

PHOTO_FIELDS: Final[Mapping[PhotoKind, str]] = {
    PhotoKind.KTP: "ktp_photo",
    PhotoKind.FACE: "face_photo",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, on one field of the form.

    Facts are JSON's own types (dates as ISO text), since findings are kept beside the row. They
    never repeat what is kept sealed there: no NIK, no income.
    """

    code: FindingCode
    field: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def weight(self) -> Weight:
        """As the table says."""
        return FINDINGS[self.code]

    @property
    def key(self) -> str:
        """What a confirmation confirms: this code on this field, about this other person.

        At most 40 characters.
        """
        other = str(self.facts.get("registration_id", ""))[:8]
        return ":".join(filter(None, (self.code, self.field, other)))

    def as_row(self) -> dict[str, Any]:
        """For a JSON column; `from_row` reads it back."""
        return {"code": self.code.value, "field": self.field, "facts": dict(self.facts)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """A finding as `as_row` wrote it."""
        return cls(FindingCode(row["code"]), row["field"], row["facts"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """Everything the judge looks at. An empty text and None both mean "not filled in".

    today: the day of asking (ages are taken on `starts_on`, or today while that is empty).
    nik: taken apart by `parse_nik`; or, when that failed, its error is under "nik" in
        `unreadable`, which holds the errors of all fields by their names.
    no_nik_reason: why there is no NIK yet; such a person stays a draft.
    category_supervised: whether the agency supervises it now.
    usual_income: what is usual in this category, rupiah a month, from and to.
    same_role_live, other_roles_live: whether this NIK is live (anywhere) in the same role, or in
        another.
    look_alikes: people under another NIK whose names may be alike.
    photos: what was measured; a kind that is not there is missing.
    photos_on_the_way: kinds that have arrived and are not measured yet.
    """

    today: date
    nik: Nik | None = None
    no_nik_reason: str = ""
    name: str = ""
    birth_place: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    mother_name: str = ""
    phone: str | None = ""
    street: str = ""
    village_code: str | None = None
    category_id: UUID | None = None
    category_supervised: bool = True
    income: int | None = None
    usual_income: tuple[int, int] | None = None
    payer: Payer | None = None
    starts_on: date | None = None
    consent_version: str | None = None
    unreadable: Mapping[str, UnreadableError] = dataclasses.field(default_factory=dict)
    same_role_live: bool = False
    other_roles_live: bool = False
    look_alikes: tuple[LookAlike, ...] = ()
    photos: Mapping[PhotoKind, PhotoQuality] = dataclasses.field(default_factory=dict)
    photos_on_the_way: Collection[PhotoKind] = ()


def judge(facts: RegistrationFacts) -> tuple[Finding, ...]:
    """All findings, the weightiest first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return tuple(sorted(found, key=lambda finding: _RANK[finding.code]))


def clean(findings: Iterable[Finding]) -> bool:
    """Nothing to decide: no block and no warning. Notes do not count."""
    return all(finding.weight is Weight.NOTE for finding in findings)


def blocks(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid submitting."""
    return tuple(each for each in findings if each.weight is Weight.BLOCK)


def open_warnings(
    findings: Iterable[Finding], confirmations: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Warnings that nobody has confirmed; `confirmations` are reasons by `Finding.key`."""
    return tuple(
        each
        for each in findings
        if each.weight is Weight.WARN and not confirmations.get(each.key, "").strip()
    )


def worst(findings: Iterable[Finding]) -> Weight | None:
    """The heaviest weight among them, or None."""
    weights = {finding.weight for finding in findings}
    return next((weight for weight in Weight if weight in weights), None)


Found = Iterator[Finding]
_C = FindingCode
_RANK: Final = {code: rank for rank, code in enumerate(FINDINGS)}


def _nik_form(facts: RegistrationFacts) -> Found:
    if error := facts.unreadable.get("nik"):
        yield Finding(_C.NIK_FORM, "nik", {**error.facts, "fault": error.fault.value})


def _unreadable(facts: RegistrationFacts) -> Found:
    for name, error in facts.unreadable.items():
        if name != "nik":
            yield Finding(_C.UNREADABLE, name, {"fault": error.fault.value})


def _missing(facts: RegistrationFacts) -> Found:
    if facts.nik is None and "nik" not in facts.unreadable:
        if facts.no_nik_reason.strip():
            yield Finding(_C.NO_NIK_YET, "nik")
        else:
            yield Finding(_C.MISSING, "nik")
    for name in REQUIRED:
        if getattr(facts, name) in (None, "") and name not in facts.unreadable:
            yield Finding(_C.MISSING, name)


def _age(facts: RegistrationFacts) -> Found:
    born = facts.birth_date or (facts.nik and facts.nik.birth_date)
    if not born:
        return
    start = facts.starts_on or facts.today
    age = age_on(born, start)
    told = {"age": age, "start_date": start.isoformat()}
    if has_turned(TOO_OLD, born, start):
        turned = birthday(born, TOO_OLD).isoformat()
        yield Finding(_C.TOO_OLD, "birth_date", {**told, "turned_date": turned})
    elif not has_turned(TOO_YOUNG, born, start):
        yield Finding(_C.TOO_YOUNG, "birth_date", told)
    elif not has_turned(MINOR, born, start):
        yield Finding(_C.MINOR, "birth_date", told)


def _live_elsewhere(facts: RegistrationFacts) -> Found:
    # Says that the NIK is registered, never where or for whom: an answer with more in it could
    # be harvested.
    if facts.same_role_live:
        yield Finding(_C.SAME_ROLE, "nik")
    if facts.other_roles_live:
        yield Finding(_C.OTHER_ROLE, "nik")


def _nik_disagrees(facts: RegistrationFacts) -> Found:
    nik = facts.nik
    if nik is None:
        return
    if facts.birth_date and facts.birth_date != nik.birth_date:
        dates = {
            "birth_date": facts.birth_date.isoformat(),
            "nik_birth_date": nik.birth_date.isoformat(),
        }
        yield Finding(_C.BIRTH_DATE_DIFFERS, "birth_date", dates)
    if facts.sex and facts.sex is not nik.sex:
        yield Finding(_C.SEX_DIFFERS, "sex", {"nik_sex": nik.sex.value})
    if facts.village_code and not facts.village_code.startswith(f"{nik.regency}."):
        yield Finding(_C.REGENCY_DIFFERS, "village_code", {"nik_regency": nik.regency})


def _look_alikes(facts: RegistrationFacts) -> Found:
    if not facts.birth_date:
        return
    for other in sorted(facts.look_alikes, key=lambda each: -each.likeness):
        agree = how_dates_agree(facts.birth_date, other.birth_date)
        if other.name_is_alike and agree:
            told = {"registration_id": str(other.registration_id), "dates": agree.value}
            yield Finding(_C.LOOK_ALIKE, "name", told)


def _name(facts: RegistrationFacts) -> Found:
    if len(facts.name) > LONGEST_ON_A_KTP:
        told = {"length": len(facts.name), "longest": LONGEST_ON_A_KTP}
        yield Finding(_C.NAME_LONG, "name", told)


def _photos(facts: RegistrationFacts) -> Found:
    for kind, name in PHOTO_FIELDS.items():
        quality = facts.photos.get(kind)
        if kind in facts.photos_on_the_way:
            # Nobody has looked at it yet, so no row is called clean by it.
            yield Finding(_C.PHOTO_ON_THE_WAY, name)
        elif quality is None:
            yield Finding(_C.PHOTO_MISSING, name)
        elif faults := photo_faults(quality, kind):
            yield Finding(_C.PHOTO_POOR, name, {"faults": [fault.value for fault in faults]})


def _category(facts: RegistrationFacts) -> Found:
    if facts.category_id and not facts.category_supervised:
        yield Finding(_C.CATEGORY_NOT_SUPERVISED, "category_id")


def _income(facts: RegistrationFacts) -> Found:
    if facts.income is None or facts.usual_income is None:
        return
    lowest, highest = facts.usual_income
    told = {"usual_from": lowest, "usual_to": highest}
    if facts.income < lowest:
        yield Finding(_C.INCOME_LOW, "income", told)
    elif facts.income > highest * FAR_ABOVE:
        yield Finding(_C.INCOME_HIGH, "income", told)


def _phone(facts: RegistrationFacts) -> Found:
    if not facts.phone and "phone" not in facts.unreadable:
        yield Finding(_C.NO_PHONE, "phone")


CHECKS: Final[tuple[Callable[[RegistrationFacts], Found], ...]] = (
    _nik_form,
    _unreadable,
    _missing,
    _age,
    _live_elsewhere,
    _nik_disagrees,
    _look_alikes,
    _name,
    _photos,
    _category,
    _income,
    _phone,
)
