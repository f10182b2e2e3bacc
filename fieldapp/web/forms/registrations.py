"""The registration form as WTForms shows it. It carries texts; `domain.forms` reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)

from fieldapp import words
from fieldapp.domain.contributions import month_after
from fieldapp.domain.findings import REQUIRED
from fieldapp.domain.forms import MONTHS, MOST_FAMILY
from fieldapp.domain.nik import grouped
from fieldapp.domain.phones import shown
from fieldapp.domain.vocabulary import BloodType, MaritalStatus, Payer, Relation, Sector, Sex
from fieldapp.models.agencies import AgencyCategory
from fieldapp.models.registrations import Registration
from fieldapp.web.forms.dates import DatePartsField, split

SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "ktp": ("ktp_photo", "nik", "no_nik_reason", "name", "birth_place", "birth_date", "sex"),
    "person": ("mother_name", "phone", "kk", "marital_status", "blood_type", "email"),
    "address": (
        "street",
        "banjar",
        "village_code",
        "customary_village",
        "rt",
        "rw",
        "postal_code",
    ),
    "work": (
        "category_id",
        "workplace",
        "income",
        "payer",
        "starts_on",
        "months",
        "with_jht",
        "term_from",
        "term_to",
        "work_hours",
        "second_job",
        "former_kpj",
        "npwp",
    ),
    "family": ("family",),
    "consent": ("face_photo", "consent_version", "signature"),
}
"""Which fields stand in which section of the page."""

DATES: Final = ("birth_date", "starts_on", "term_from", "term_to")
SPARE_ROWS: Final = 2
"""Empty rows for the family: without scripts there is no other way to add one but saving."""


class TypedDateField(DatePartsField):
    """Three inputs whose text is handed on as it was typed, and shown again as it was typed."""

    text: str = ""

    def process_data(self, value: date | None) -> None:
        super().process_data(value)
        self.text = value.strftime("%d-%m-%Y") if value else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [value.strip() for value in valuelist]
        if len(typed) == 3:
            self.parts = (typed[0], typed[1], typed[2])
            self.text = "-".join(typed) if any(typed) else ""
        else:
            self.show("".join(typed[:1]))

    def show(self, text: str) -> None:
        """Put a text into the three inputs."""
        self.text = text
        parts = text.split("-")
        # "12--1985" lacks the month; split() would move the year into its place.
        self.parts = (parts[0], parts[1], parts[2]) if len(parts) == 3 else split([text])
        if len(parts) == 3 and len(parts[0]) == 4:
            self.parts = (parts[2], parts[1], parts[0])


class MemberForm(Form):
    """One member of the family."""

    relation = SelectField(validate_choice=False)
    name = StringField()
    birth_date = StringField()
    sex = SelectField(validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relation.label.text = _("Is to the worker")
        self.name.label.text = _("Name")
        self.birth_date.label.text = _("Date of birth")
        self.sex.label.text = _("Sex")
        self.relation.choices = [("", _("Choose …")), *_choices(Relation)]
        self.sex.choices = [("", _("Choose …")), *_choices(Sex)]


class RegistrationForm(FlaskForm):
    """Every field of the form; nothing is refused here, since what was typed is always kept."""

    revision = HiddenField()
    whole = HiddenField(default="1")  # an unticked box is only missing where a whole form came

    nik = StringField()
    no_nik_reason = StringField()
    name = StringField()
    birth_place = StringField()
    birth_date = TypedDateField()
    sex = RadioField(validate_choice=False)
    mother_name = StringField()
    kk = StringField()
    marital_status = SelectField(validate_choice=False)
    blood_type = SelectField(validate_choice=False)
    phone = StringField()
    email = StringField()
    street = StringField()
    banjar = StringField()
    customary_village = StringField()
    rt = StringField()
    rw = StringField()
    village_code = StringField()
    postal_code = StringField()
    category_id = SelectField(validate_choice=False)
    workplace = StringField()
    work_hours = StringField()
    second_job = StringField()
    former_kpj = StringField()
    npwp = StringField()
    income = StringField()
    payer = SelectField(validate_choice=False)
    with_jht = BooleanField()
    months = RadioField(validate_choice=False, default="1")
    starts_on = TypedDateField()
    term_from = TypedDateField()
    term_to = TypedDateField()
    family = FieldList(FormField(MemberForm), max_entries=MOST_FAMILY)
    ktp_photo = FileField()
    face_photo = FileField()
    signature = FileField()
    consent_version = BooleanField()

    def __init__(self, terms: Sequence[AgencyCategory], **kwargs: Any) -> None:
        """terms: the categories that may be chosen, with what the agency agreed for each."""
        super().__init__(**kwargs)
        self.sex.choices = _choices(Sex)
        self.marital_status.choices = [("", _("Choose …")), *_choices(MaritalStatus)]
        self.blood_type.choices = [("", _("Not known")), *_choices(BloodType)]
        self.payer.choices = [("", _("Choose …")), *_choices(Payer)]
        self.months.choices = [(str(each), str(each)) for each in MONTHS]
        self.category_id.choices = [
            ("", _("Choose …"), {}),
            *((str(each.category_id), each.category.name, _terms_of(each)) for each in terms),
        ]
        for name in _FIELDS:
            field = self[name]
            field.label.text = str(words.field_label(name))
            field.warnings = []
            if name in REQUIRED or name in ("nik", "months"):
                field.flags.required = True
        self.consent_version.label.text = _("The worker has heard the notice and agrees")

    def typed(self) -> dict[str, Any]:
        """Texts by field, as services take them; fields that did not arrive are not there."""
        arrived = self.formdata_names
        texts: dict[str, Any] = {}
        for name in _TEXTS:
            field = self[name]
            if name in arrived:
                texts[name] = field.text if name in DATES else (field.data or "")
        if self.village_choice:  # one of several villages of the name that was typed
            texts["village_code"] = self.village_choice
        if self.whole.data:
            texts["with_jht"] = bool(self.with_jht.data)
        if "family" in arrived:  # both of two versions were shown, and one was chosen
            texts["family"] = _rows(self.chosen_family)
        elif any(name.startswith("family-") for name in arrived):
            texts["family"] = [
                {key: (row[key] or "") for key in ("relation", "name", "birth_date", "sex")}
                for row in self.family.data
                if any(str(value or "").strip() for value in row.values())
            ]
        return texts

    def consented(self) -> bool | None:
        """Whether the worker agreed; None when the question did not arrive."""
        return bool(self.consent_version.data) if self.whole.data else None

    def seen(self) -> int:
        """The revision that the person had before them; 0 before anything was kept."""
        text = str(self.revision.data or "0")
        return int(text) if text.isdecimal() else 0

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        wrapped = self.meta.wrap_formdata(self, formdata)
        self.formdata_names: set[str] = set(wrapped.keys()) if wrapped is not None else set()
        self.village_choice: str = wrapped.get("village_choice", "") if wrapped is not None else ""
        self.chosen_family: str = wrapped.get("family", "") if wrapped is not None else ""
        super().process(formdata, *args, **kwargs)

    def begin(self, terms: Sequence[AgencyCategory], *, today: date) -> None:
        """An empty form with what may be taken for granted already filled in."""
        self.show({}, revision=0, consented=False)
        self.show_family([])
        self.starts_on.process_data(month_after(today, 1))
        self.starts_on.show(self.starts_on.text)
        if len(terms) == 1:
            self.category_id.data = str(terms[0].category_id)
            self.payer.data = terms[0].payer.value

    def show(self, texts: Mapping[str, Any], *, revision: int, consented: bool) -> None:
        """Fill the form with what is kept, or what was held."""
        self.revision.data = str(revision)
        self.whole.data = "1"
        self.consent_version.data = consented
        for name, value in texts.items():
            if name == "family":
                self.show_family(value)
            elif name in DATES:
                self[name].show(value)
            else:
                self[name].data = value

    def show_family(self, members: Iterable[Mapping[str, str]]) -> None:
        """As many rows as there are members, and some to spare."""
        while self.family.entries:
            self.family.pop_entry()
        for member in members:
            self.family.append_entry(dict(member))
        for _spare in range(min(SPARE_ROWS, MOST_FAMILY - len(self.family.entries))):
            self.family.append_entry()


def texts_of(row: Registration, village_labels: Mapping[str, str]) -> dict[str, Any]:
    """What is kept, as the texts of the form; what could not be read as it was typed."""
    texts: dict[str, Any] = {name: _shown(name, getattr(row, name)) for name in _TEXTS}
    texts["village_code"] = village_labels.get(row.village_code or "", "")
    texts["with_jht"] = row.with_jht
    texts["family"] = [
        {**member, "birth_date": _shown_iso(member.get("birth_date", ""))}
        for member in row.family or []
    ]
    return texts | (row.unread or {})


_TEXTS: Final = tuple(
    name
    for names in SECTIONS.values()
    for name in names
    if name not in ("family", "with_jht", "ktp_photo", "face_photo", "consent_version", "signature")
)
_FIELDS: Final = tuple(name for names in SECTIONS.values() for name in names)


def _shown(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.strftime("%d-%m-%Y")
        case StrEnum():
            return value.value
        case int() if name == "income":
            return f"{value:,}".replace(",", ".")
        case str() if name in ("nik", "kk"):
            return grouped(value)
        case str() if name == "phone":
            return shown(value)
        case _:
            return str(value)


def _shown_iso(day: str) -> str:
    return date.fromisoformat(day).strftime("%d-%m-%Y") if day else ""


def _rows(text: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(text)
    except ValueError:
        return []
    keys = ("relation", "name", "birth_date", "sex")
    return [{key: str(row.get(key, "")) for key in keys} for row in rows if isinstance(row, dict)]


def _choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, str(words.label(member))) for member in kind]


def _terms_of(terms: AgencyCategory) -> dict[str, str]:
    """What the phone needs to reckon the contribution while it is typed."""
    return {
        "data-segment": terms.segment.value,
        "data-sector": (terms.sector or Sector.OTHER).value,
        "data-risk": terms.risk_class.value if terms.risk_class else "",
        "data-payer": terms.payer.value,
    }


def in_error(field: Field, text: str) -> None:
    """Show an error under a field."""
    field.errors = [*field.errors, text]
