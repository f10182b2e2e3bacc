"""The form by which a supervisor lets a phone open again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired


class CheckForm(FlaskForm):
    """The number that the phone shows, as its owner reads it out."""

    check = StringField(
        _l("Number on the phone"), [InputRequired(_l("Type the number that the phone shows."))]
    )
