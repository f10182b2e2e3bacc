"""A file whose origin is asked for."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import Optional

from fieldapp.domain.paper_origin import hash_of, read_digest

LONGEST = 200


class OriginForm(FlaskForm):
    """The file itself, or the SHA-256 that somebody read out; the file counts."""

    file = FileField(_l("File"), [Optional()])
    sha256 = StringField(_l("Or its SHA-256"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Work the hash out; what is handed in is read once and kept nowhere."""
        if not super().validate(extra_validators):
            return False
        self.digest = (
            hash_of(self.file.data.stream)
            if self.file.data
            else read_digest((self.sha256.data or "")[:LONGEST])
        )
        if self.digest is None:
            self.file.errors = [_("Choose the file, or copy its SHA-256 whole: 64 characters.")]
        return self.digest is not None
