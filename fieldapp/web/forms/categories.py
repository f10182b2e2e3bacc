"""The forms of a category, and of an agency's terms for it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from fieldapp import words
from fieldapp.domain.money import MoneyError, parse_rupiah
from fieldapp.domain.vocabulary import Payer, RiskClass, Sector, Segment
from fieldapp.models.agencies import AgencyCategory
from fieldapp.services.categories import Terms
from fieldapp.web.filters import money
from fieldapp.web.forms.revised import RevisedForm


class CategoryForm(FlaskForm):
    """What a kind of worker is called, and whether it is still used."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Type the name of the category.")), Length(max=80)]
    )
    active = BooleanField(_l("In use: workers can be registered in it"), default=True)
    seen = HiddenField()


class RupiahField(StringField):
    """An amount as people type it; `rupiah` is the number."""

    rupiah: int = 0

    def pre_validate(self, form: Any) -> None:
        """Read the amount by the rule that all pages share."""
        try:
            self.rupiah = parse_rupiah(self.data or "")
        except MoneyError as error:
            raise ValidationError(words.error_words(error)) from None


class TermsForm(RevisedForm):
    """How an agency's people of a category are insured."""

    segment = RadioField(_l("Segment"), [InputRequired(_l("Choose the segment."))])
    risk_class = SelectField(_l("Risk class (PU only)"))
    sector = RadioField(_l("Sector"), [InputRequired(_l("Choose the sector."))])
    payer = SelectField(_l("Who pays"), [InputRequired(_l("Choose who pays."))])
    usual_income_from = RupiahField(_l("Usual income from"), [InputRequired(_l("Type an amount."))])
    usual_income_to = RupiahField(_l("Usual income up to"), [InputRequired(_l("Type an amount."))])
    active = BooleanField(_l("This agency registers people of this category"), default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segment.choices = [(each.value, words.label(each)) for each in Segment]
        self.sector.choices = [(each.value, words.label(each)) for each in Sector]
        self.payer.choices = [(each.value, words.label(each)) for each in Payer]
        self.risk_class.choices = [
            ("", "–"),
            *((each.value, words.label(each)) for each in RiskClass),
        ]

    def show(self, row: AgencyCategory | None) -> None:
        """Put the terms as they are, or what is usual, into the form."""
        terms = Terms(Segment.BPU) if row is None else row
        self.segment.data, self.sector.data = terms.segment.value, terms.sector.value
        self.risk_class.data = terms.risk_class.value if terms.risk_class else ""
        self.payer.data, self.active.data = terms.payer.value, terms.active
        self.usual_income_from.data = money(terms.usual_income_from)
        self.usual_income_to.data = money(terms.usual_income_to)

    def validate_risk_class(self, field: SelectField) -> None:
        """Ask the service's rule beside the field."""
        if self.segment.data == Segment.PU and not field.data:
            raise ValidationError(_l("PU is paid by risk: choose the risk class."))

    def validate_usual_income_to(self, field: RupiahField) -> None:
        """Ask the service's rule beside the field."""
        if field.rupiah < self.usual_income_from.rupiah:
            raise ValidationError(_l("This is less than the lower limit."))

    @property
    def terms(self) -> Terms:
        return Terms(
            segment=Segment(self.segment.data),
            sector=Sector(self.sector.data),
            risk_class=RiskClass(self.risk_class.data) if self.risk_class.data else None,
            payer=Payer(self.payer.data),
            usual_income_from=self.usual_income_from.rupiah,
            usual_income_to=self.usual_income_to.rupiah,
            active=self.active.data,
        )
