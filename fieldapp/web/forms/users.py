"""The form of an account, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.domain.permissions import Role
from fieldapp.models.agencies import Agency
from fieldapp.models.users import User
from fieldapp.web.forms.revised import RevisedForm


class UserForm(RevisedForm):
    """Who somebody is, what they do and for which agency."""

    name = StringField(_l("Name"), [InputRequired(_l("Type the name.")), Length(max=80)])
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))])
    agency_id = SelectField(_l("Agency"), [InputRequired(_l("Choose an agency."))])

    def offer(self, agencies: Sequence[Agency]) -> None:
        """Put roles and the agencies within reach to choose from."""
        self.role.choices = [(role.value, words.label(role)) for role in Role]
        self.agency_id.choices = [(str(agency.id), agency.name) for agency in agencies]

    def show(self, user: User) -> None:
        """Put the account as it is into the form."""
        self.name.data, self.role.data = user.name, user.role.value
        self.agency_id.data = str(user.agency_id)

    @property
    def chosen_role(self) -> Role:
        return Role(self.role.data)

    @property
    def chosen_agency_id(self) -> UUID:
        return UUID(self.agency_id.data)


class NewUserForm(UserForm):
    """The same, with the name to sign in with."""

    username = StringField(
        _l("User name"), [InputRequired(_l("Type a user name.")), Length(max=40)]
    )

    def offer(self, agencies: Sequence[Agency]) -> None:
        """The same choices; of several agencies none is chosen for one."""
        super().offer(agencies)
        if len(agencies) > 1:
            self.agency_id.choices = [("", "–"), *self.agency_id.choices]
