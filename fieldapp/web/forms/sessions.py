"""The form of the sign-in page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from fieldapp.domain import passwords


class SignInForm(FlaskForm):
    """User name and password; `next` is where the person was going."""

    username = StringField(
        _l("User name"), [InputRequired(_l("Type your user name.")), Length(max=200)]
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Type your password.")), Length(max=passwords.MOST * 2)]
    )
    next = HiddenField()
