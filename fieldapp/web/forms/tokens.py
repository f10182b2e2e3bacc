"""The form of a token of the API."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from fieldapp import words
from fieldapp.domain.api_tokens import LONGEST_DAYS, Scope
from fieldapp.models.users import User


class TokenForm(FlaskForm):
    """What it is for, whom it acts for, what it may do and how long."""

    name = StringField(
        _l("What it is for"), [InputRequired(_l("Write what it is for.")), Length(max=80)]
    )
    user_id = SelectField(_l("Whom it acts for"), [InputRequired(_l("Choose a person."))])
    scopes = SelectMultipleField(_l("What it may do"), [InputRequired(_l("Choose at least one."))])
    days = IntegerField(
        _l("Valid for so many days"),
        [InputRequired(_l("Write a number of days.")), NumberRange(1, LONGEST_DAYS)],
        default=365,
    )

    def offer(self, people: Sequence[User]) -> None:
        """Put people and scopes to choose from."""
        self.user_id.choices = [(str(user.id), user.name) for user in people]
        self.scopes.choices = [(scope.value, words.label(scope)) for scope in Scope]

    @property
    def chosen_user_id(self) -> UUID:
        return UUID(self.user_id.data)
