"""The enrolment form: one A4 page, two when the family is large or a copy of the KTP is asked for.

Its fields are those known of BPJS Ketenagakerjaan's F1a and of the BPU registration; its layout is
our own, and it says that it is a supporting document. The mother's name stands here and on no
other document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self, cast

from fieldapp.documents.engine import (
    Cancelled,
    DocumentCancelledError,
    DocumentError,
    Laid,
    Paper,
    Pictures,
    Progress,
    approved_must_carry,
    cut_texts,
    draft_must_not_carry,
    lay_out,
    never,
    unheard,
    write,
)
from fieldapp.documents.fitting import unprintable
from fieldapp.documents.pdf_file import State, Target
from fieldapp.documents.stamping import Stamper, Template
from fieldapp.documents.tracing import absent

PAPER = Paper("enrolment_form", "Formulir Pendaftaran Peserta")
FACE_MM = (30.0, 40.0)
KTP_MM = (85.6, 53.98)
# Page one holds a family of four; of a larger one it holds three, and page two the others.
LARGEST_ON_ONE_PAGE = 4
BEFORE_PAGE_TWO = 3


class Gap(StrEnum):
    """What a form lacks; it can be printed all the same, and is then filled in by hand."""

    FACE_PHOTO = "face_photo"
    SIGNATURE = "signature"
    MOTHER_NAME = "mother_name"
    FAMILY_CARD = "family_card"
    CONSENT = "consent"
    CONTRIBUTION = "contribution"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """One row of the family table; `relation` as it is to be printed ("Istri", "Anak")."""

    name: str
    relation: str
    born_on: date | None = None
    sex: str | None = None
    nik: str | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """One programme over the whole period, in whole rupiah.

    `code` is JKK, JKM, JHT …; `rate` is printed as it is ("1,00%"); `monthly` is before discount;
    `discount` and `amount` are sums over all months, amount = monthly × months − discount.
    """

    code: str
    name: str
    rate: str
    monthly: int
    discount: int
    amount: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """The contribution block. `lowest` and `highest` bound the bracket; None is open.

    `payer` is apbn, apbd, apbdes, own, deducted or company. Raises DocumentError when the
    amounts do not add up: a form with a wrong sum must not exist.
    """

    basis: int
    lowest: int | None
    highest: int | None
    programmes: tuple[ProgrammeLine, ...]
    first_month: date
    months: int
    payer: str
    total: int

    def __post_init__(self) -> None:
        for line in self.programmes:
            if line.amount != line.monthly * self.months - line.discount:
                raise DocumentError(reason="sum", programme=line.code)
        if self.total != sum(line.amount for line in self.programmes):
            raise DocumentError(reason="sum", total=self.total)

    @property
    def last_month(self) -> date:
        """First day of the last month that is paid for."""
        month = self.first_month.month - 1 + self.months - 1
        return date(self.first_month.year + month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Consent:
    """The text that was agreed to, word for word, with its version, day and taker."""

    text: str
    version: str
    given_on: date
    taken_by: str


@dataclass(frozen=True, slots=True)
class EnrolmentFormFacts:
    """Everything that one enrolment form prints.

    `approved` False prints the watermark, and then `number`, `approved_by`, `approved_on` and
    `kpj` must be None; True needs `number`. `number` is our document number; `kpj` is what BPJS
    Ketenagakerjaan gave. `nik`, `family_card` and `kpj` are digits only. `sex` is male or female,
    `segment` BPU or PU. Photos are JPEG or PNG, the signature is a PNG. `made_at` is the moment
    that is written into the file; it must know its time zone.
    """

    approved: bool
    made_at: datetime
    issuer: str
    agency: str
    category: str
    segment: str
    nik: str
    name: str
    birth_place: str
    born_on: date | None
    sex: str
    address: str
    village: str
    district: str
    regency: str
    start_on: date
    coordinator: str
    number: str | None = None
    branch: str | None = None
    unit: str | None = None
    data_change: bool = False
    earlier_kpj: str | None = None
    family_card: str | None = None
    mother_name: str | None = None
    blood_type: str | None = None
    marital_status: str | None = None
    npwp: str | None = None
    nationality: str = "WNI"
    banjar: str | None = None
    customary_village: str | None = None
    rt_rw: str | None = None
    postal_code: str | None = None
    home_address: str | None = None
    phone: str | None = None
    email: str | None = None
    job: str | None = None
    second_job: str | None = None
    workplace: str | None = None
    working_hours: str | None = None
    working_since: date | None = None
    income: int | None = None
    family: tuple[FamilyMember, ...] = ()
    contribution: Contribution | None = None
    consent: Consent | None = None
    face_photo: bytes | None = None
    ktp_photo: bytes | None = None
    signature: bytes | None = None
    signed_at_place: str | None = None
    signed_on: date | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    kpj: str | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if self.approved:
            approved_must_carry(number=self.number)
        else:
            draft_must_not_carry(
                number=self.number,
                kpj=self.kpj,
                approved_by=self.approved_by,
                approved_on=self.approved_on,
            )


def missing_facts(facts: EnrolmentFormFacts) -> tuple[Gap, ...]:
    """What to tell before printing; () when the form is complete."""
    values = (getattr(facts, field.name) for field in fields(facts))
    words = (
        *(value for value in values if isinstance(value, str)),
        *(member.name for member in facts.family),
    )
    cut = cut_texts(PAPER, filling(facts, None), made_at=facts.made_at)
    checks = (
        (Gap.FACE_PHOTO, facts.face_photo is None),
        (Gap.SIGNATURE, facts.signature is None),
        (Gap.MOTHER_NAME, not facts.mother_name),
        (Gap.FAMILY_CARD, not facts.family_card),
        (Gap.CONSENT, facts.consent is None),
        (Gap.CONTRIBUTION, facts.contribution is None),
        (Gap.TOO_LONG, bool(cut)),
        (Gap.UNPRINTABLE, any(unprintable(text) for text in words)),
    )
    return tuple(gap for gap, missing in checks if missing)


def enrolment_form(facts: EnrolmentFormFacts) -> bytes:
    """One form as a tagged PDF (PDF/UA-1). Raises DocumentError for a broken picture."""
    return write([_laid(facts)], tagged=True)


def write_enrolment_forms(
    rows: Iterable[EnrolmentFormFacts],
    target: Target,
    *,
    on_progress: Progress = unheard,
    cancelled: Cancelled = never,
) -> int:
    """All forms as one file into `target`, in the order of the rows, page numbers a form; returns
    its pages.

    A page that is taken out of the file carries one worker's words and pictures only.
    `on_progress` is told the forms done so far; `cancelled` is asked before each one and ends the
    work with DocumentCancelledError. Raises DocumentError for a broken picture, or no rows.
    """
    forms: EnrolmentForms | None = None
    for done, facts in enumerate(rows):
        if cancelled():
            raise DocumentCancelledError(done=done)
        if forms is None:
            forms = EnrolmentForms(target, made_at=facts.made_at)
        forms.add(facts)
        on_progress(done + 1)
    if forms is None:
        raise DocumentError(reason="rows", count=0)
    return forms.close()


class EnrolmentForms:
    """A file of forms that is being stamped, one at a time."""

    def __init__(self, target: Target, *, made_at: datetime) -> None:
        self._file = Stamper(target, title=PAPER.title, made_at=made_at)

    @classmethod
    def resume(cls, target: Target, state: State) -> Self:
        """Go on with a file whose first part ended in this state."""
        forms = cls.__new__(cls)
        forms._file = Stamper.resume(target, state)
        return forms

    @property
    def pages(self) -> int:
        """Pages so far."""
        return self._file.pages

    def state(self) -> State:
        """All that `resume` needs, in another process too, to go on after the forms so far."""
        return self._file.state()

    def go_on(self, target: Target) -> None:
        """Write what follows to another target."""
        self._file.file.go_on(target)

    def add(self, facts: EnrolmentFormFacts) -> None:
        """One more form."""
        found = _FORMS.stamp(facts)
        if found is None:
            self._file.add_laid(_laid(facts))
            return
        self._file.add_row(found, facts)

    def close(self) -> int:
        """Write what comes last; returns the pages."""
        return self._file.close()


def _laid(facts: EnrolmentFormFacts) -> Laid:
    pictures = Pictures()
    return lay_out(PAPER, filling(facts, pictures), pictures=pictures, made_at=facts.made_at)


def filling(facts: EnrolmentFormFacts, pictures: Pictures | None) -> Mapping[str, object]:
    """What the template asks for; without `pictures` the frames stay empty."""
    large = len(facts.family) > LARGEST_ON_ONE_PAGE
    on_first = BEFORE_PAGE_TWO if large else LARGEST_ON_ONE_PAGE
    return {
        "form": facts,
        "face": _photo(facts.face_photo, FACE_MM, pictures),
        "ktp": _photo(facts.ktp_photo, KTP_MM, pictures),
        "signature": None
        if pictures is None or absent(facts.signature)
        else pictures.drawing(cast("bytes", facts.signature)),
        "family_first": facts.family[:on_first],
        "family_rest": facts.family[on_first:],
        "empty_rows": max(0, 3 - len(facts.family)),
    }


# What hardly differs within a batch belongs to the layout, or is set once for many rows.
_FORMS = Template(
    PAPER,
    filling,
    frozenset({"issuer", "segment", "data_change", "approved"}),
    alike=(
        ("contribution",),
        ("consent",),
        ("agency", "branch", "regency", "nationality", "coordinator", "approved_by", "approved_on"),
        ("category", "job", "start_on"),
        ("sex", "data_change"),
        ("made_at",),
    ),
)


def _photo(image: bytes | None, size: tuple[float, float], pictures: Pictures | None) -> str | None:
    if pictures is None or absent(image):
        return None
    width, height = size
    return pictures.photo(cast("bytes", image), width=width, height=height)
