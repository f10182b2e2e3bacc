"""Forms of written warnings."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.domain.companies import parse_past_day
from fieldapp.domain.unreadable import UnreadableError


class LetterForm(FlaskForm):
    """A day, and who received a letter or what was answered."""

    on = StringField(_l("On which day"), [InputRequired(_l("Write the day.")), Length(max=40)])
    text = StringField("", [InputRequired(_l("Write it down.")), Length(max=500)])

    def read(self, *, today: date) -> date | None:
        """The day; None, with the error under the field, when it cannot be read."""
        try:
            return parse_past_day(self.on.data or "", today=today)
        except UnreadableError as error:
            self.on.errors = [words.error_words(error)]
            return None
