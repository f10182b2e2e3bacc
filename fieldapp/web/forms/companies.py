"""Forms of partner companies. They carry texts; `domain.companies` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.domain.companies import AREAS, FIELDS, parse_month, parse_past_day, read_company
from fieldapp.domain.phones import shown
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Programme, Scale
from fieldapp.models.agencies import Agency
from fieldapp.models.companies import Company, PaperKind
from fieldapp.web.forms.revised import RevisedForm

LONGEST_TYPED: Final = 200


class CompanyForm(RevisedForm):
    """Everything about a company that is typed. Only the name is needed to begin with."""

    agency_id = SelectField(_l("Agency"), validate_choice=True)
    name = StringField(
        words.company_field_label("name"),
        [InputRequired(_l("Write the name of the company.")), Length(max=LONGEST_TYPED)],
    )
    nib = StringField(words.company_field_label("nib"))
    npwp = StringField(words.company_field_label("npwp"))
    npp = StringField(words.company_field_label("npp"))
    division = StringField(words.company_field_label("division"))
    scale = SelectField(words.company_field_label("scale"), validate_choice=False)
    area_code = SelectField(words.company_field_label("area_code"), validate_choice=False)
    street = StringField(words.company_field_label("street"))
    workers_declared = StringField(words.company_field_label("workers_declared"))
    workers_enrolled = StringField(words.company_field_label("workers_enrolled"))
    contact_name = StringField(words.company_field_label("contact_name"))
    contact_phone = StringField(words.company_field_label("contact_phone"))
    contact_email = StringField(words.company_field_label("contact_email"))

    def offer_lists(self) -> None:
        """Put scales and areas to choose from."""
        self.scale.choices = [("", _("Not known")), *((s.value, words.label(s)) for s in Scale)]
        self.area_code.choices = [
            ("", _("Not known")),
            *((code, words.area_name(code)) for code in AREAS),
        ]

    def offer(self, agencies: Sequence[Agency]) -> None:
        """Put agencies to choose from too; a single one need not be chosen."""
        self.offer_lists()
        self.agency_id.choices = [(str(agency.id), agency.name) for agency in agencies]
        if len(agencies) == 1 and not self.agency_id.data:
            self.agency_id.data = str(agencies[0].id)

    @property
    def chosen_agency_id(self) -> UUID:
        return UUID(self.agency_id.data)

    def show(self, row: Company) -> None:
        """Put the company as it is into the form; what could not be read as it was typed."""
        unread = row.unread or {}
        for name in FIELDS:
            value = getattr(row, name)
            text = "" if value is None else str(value)
            if name == "contact_phone" and value:
                text = shown(value)
            self[name].data = unread.get(name, text)
        self.tell(unread)

    def typed(self) -> dict[str, str]:
        """The texts by field, for `domain.companies.read_company`."""
        return {name: (self[name].data or "")[:LONGEST_TYPED] for name in FIELDS}

    def tell(self, typed: Mapping[str, str]) -> None:
        """Say under the fields what cannot be read."""
        for name, error in read_company(typed).errors.items():
            self[name].errors = [words.error_words(error)]


class PaperForm(FlaskForm):
    """A certificate or a receipt, with what stands on it."""

    file = FileField(_l("File"), [InputRequired(_l("Choose the file, or take a photo of it."))])
    number = StringField(
        _l("Number"), [InputRequired(_l("Copy the number from the paper.")), Length(max=60)]
    )
    issued_on = StringField(_l("Date of the paper"), [Length(max=40)])
    paid_until = StringField(_l("Last paid month"), [Length(max=20)])
    programmes = SelectMultipleField(_l("Programmes on the certificate"))

    def prepare(self, kind: PaperKind, *, today: date) -> None:
        """Leave only what this kind of paper has."""
        self._today = today
        self.kind = kind
        if kind is PaperKind.CERTIFICATE:
            del self.paid_until
            self.programmes.choices = [(each.value, words.label(each)) for each in Programme]
        else:
            del self.programmes

    def read(self) -> bool:
        """Read the days; False, with the errors under the fields, when one cannot be read."""
        self.issued: date | None = None
        self.month: date | None = None
        sound = True
        try:
            if (self.issued_on.data or "").strip():
                self.issued = parse_past_day(self.issued_on.data, today=self._today)
        except UnreadableError as error:
            self.issued_on.errors, sound = [words.error_words(error)], False
        if self.kind is PaperKind.RECEIPT:
            try:
                self.month = parse_month(self.paid_until.data or "", today=self._today)
            except UnreadableError as error:
                self.paid_until.errors, sound = [words.error_words(error)], False
        return sound

    @property
    def chosen_programmes(self) -> list[Programme]:
        if self.kind is PaperKind.RECEIPT:
            return []
        return [Programme(each) for each in self.programmes.data or ()]


class ImportForm(FlaskForm):
    """A sheet of companies, and the agency that keeps them."""

    agency_id = SelectField(_l("Agency"), validate_choice=True)
    file = FileField(_l("Excel file"), [InputRequired(_l("Choose the Excel file."))])

    def offer(self, agencies: Sequence[Agency]) -> None:
        """Put agencies to choose from; a single one need not be chosen."""
        self.agency_id.choices = [(str(agency.id), agency.name) for agency in agencies]
        if len(agencies) == 1 and not self.agency_id.data:
            self.agency_id.data = str(agencies[0].id)

    @property
    def chosen_agency_id(self) -> UUID:
        return UUID(self.agency_id.data)


class JudgeForm(FlaskForm):
    """Whether a paper is what it says; a refusal has a reason."""

    reason = StringField(_l("Why it is refused"), [Length(max=300)])


class MergeForm(FlaskForm):
    """Which company this one is, and how that is known."""

    other = HiddenField()
    reason = StringField(
        _l("How do you know that they are one?"),
        [InputRequired(_l("Write how you know it.")), Length(max=300)],
    )
