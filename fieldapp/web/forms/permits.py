"""Forms of the permit counter."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.domain.permits import PermitType


class PermitForm(FlaskForm):
    """What a company applies for."""

    permit_type = RadioField(_l("Permit"), [InputRequired(_l("Choose the permit."))])
    application = StringField(
        _l("Number of the application"),
        [InputRequired(_l("Copy it from the application.")), Length(max=60)],
    )

    def offer(self) -> None:
        """Put the permits to choose from."""
        self.permit_type.choices = [(each.value, words.label(each)) for each in PermitType]

    @property
    def chosen_type(self) -> PermitType:
        return PermitType(self.permit_type.data)


class OverrideForm(FlaskForm):
    """Why a company may pass although it is not fit."""

    reason = TextAreaField(
        _l("Why it may pass"), [InputRequired(_l("Write the reason.")), Length(max=500)]
    )
