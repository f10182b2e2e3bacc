"""The forms by which people look after their own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from fieldapp import words
from fieldapp.adapters.passwords import common
from fieldapp.domain.passwords import PasswordFault, password_fault


class PasswordForm(FlaskForm):
    """The present password and a new one, twice. The rules are those that the service asks."""

    # Password managers keep the new password under this name.
    username = StringField(_l("User name"), render_kw={"readonly": True})
    present = PasswordField(
        _l("Present password"), [InputRequired(_l("Type the password you have now."))]
    )
    new = PasswordField(_l("New password"), [InputRequired(_l("Type a new password."))])
    again = PasswordField(
        _l("New password, once more"),
        [
            InputRequired(_l("Type the new password once more.")),
            EqualTo("new", _l("The two are not the same. Type the new password again.")),
        ],
    )

    def validate_new(self, field: PasswordField) -> None:
        """Ask the rule beside the field; the service asks it again."""
        fault = password_fault(field.data, username=self.username.data or "", common=common())
        if fault is None and field.data == self.present.data:
            fault = PasswordFault.SAME
        if fault is not None:
            raise ValidationError(str(words.label(fault)))
