"""Typing a target, an official figure or a day off."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.domain.coverage import KINDS, Area, Indicator, Kind, Period
from fieldapp.domain.coverage_file import LARGEST
from fieldapp.domain.vocabulary import Segment

TARGET: Final = "target"
FIGURE: Final = "figure"


class FigureForm(FlaskForm):
    """A target or an official figure, with its source and its period."""

    what = RadioField(
        _l("What you enter"),
        choices=[
            SelectChoice(TARGET, _l("A target")),
            SelectChoice(FIGURE, _l("An official figure")),
        ],
        default=TARGET,
    )
    indicator = SelectField(_l("Indicator"))
    area = SelectField(_l("Area"))
    agency = SelectField(_l("Agency"))
    category = SelectField(_l("Kind of work"))
    segment = SelectField(_l("Segment"))
    first = DateField(_l("From"), [InputRequired(_l("Choose the first day."))])
    last = DateField(_l("To"), [InputRequired(_l("Choose the last day."))])
    value = StringField(_l("How many"), [InputRequired(_l("Type the number."))])
    source = StringField(
        _l("Source"),
        [InputRequired(_l("Say where the figure is from.")), Length(max=200)],
        description=_l("For example: letter B/123/VI/2026 of 3 July 2026."),
    )

    def offer(
        self,
        *,
        areas: list[tuple[str, str]],
        agencies: list[tuple[UUID, str]],
        categories: list[tuple[UUID, str]],
    ) -> None:
        """Put these to choose from."""
        self.indicator.choices = [SelectChoice(each.value, words.label(each)) for each in Indicator]
        self.area.choices = [SelectChoice(code, name) for code, name in areas]
        self.agency.choices = [
            SelectChoice("", _("All agencies")),
            *(SelectChoice(str(each), name) for each, name in agencies),
        ]
        self.category.choices = [
            SelectChoice("", _("All kinds")),
            *(SelectChoice(str(each), name) for each, name in categories),
        ]
        self.segment.choices = [
            SelectChoice("", _("All segments")),
            *(SelectChoice(each.value, words.label(each)) for each in Segment),
        ]

    def validate_last(self, field: DateField) -> None:
        """In order; and a figure of a number on a day has one day."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("The period ends before it begins."))
        stock = KINDS.get(Indicator(self.indicator.data)) is Kind.STOCK
        if self.what.data == FIGURE and stock and self.first.data != field.data:
            raise ValidationError(_("This counts how many there are on a day: choose one day."))

    def validate_value(self, field: StringField) -> None:
        """A whole number; dots and blanks between thousands are forgiven."""
        number = self.number
        if number is None or number > LARGEST or (self.what.data == TARGET and number == 0):
            raise ValidationError(_("Type a whole number, for example 92.644."))

    def validate_agency(self, field: SelectField) -> None:
        """Official figures are of an area: nobody publishes them by agency."""
        if self.what.data == FIGURE and (field.data or self.category.data or self.segment.data):
            raise ValidationError(
                _("An official figure is of an area; leave agency and kind open.")
            )

    @property
    def number(self) -> int | None:
        typed = (self.value.data or "").replace(".", "").replace(" ", "").replace(",", "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 12 else None

    @property
    def chosen_indicator(self) -> Indicator:
        return Indicator(self.indicator.data)

    @property
    def chosen_area(self) -> Area:
        return Area.parse(self.area.data)

    @property
    def period(self) -> Period:
        return Period(self.first.data, self.last.data)

    @property
    def agency_id(self) -> UUID | None:
        return UUID(self.agency.data) if self.agency.data else None

    @property
    def category_id(self) -> UUID | None:
        return UUID(self.category.data) if self.category.data else None

    @property
    def chosen_segment(self) -> Segment | None:
        return Segment(self.segment.data) if self.segment.data else None


class HolidayForm(FlaskForm):
    """A local day off."""

    day = DateField(_l("Day off"), [InputRequired(_l("Choose a day."))])
    name = StringField(
        _l("What it is"),
        [InputRequired(_l("Say what day it is.")), Length(max=80)],
        description=_l("For example: Galungan."),
    )
