"""A form that remembers which state of the record its page was made from."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField


class RevisedForm(FlaskForm):
    """Carries the revision that the page has seen; whoever saves an older one is told."""

    revision = HiddenField()

    @property
    def seen_revision(self) -> int:
        """The revision; 0, which no record has, for what is no number."""
        text = self.revision.data or ""
        return int(text) if text.isdecimal() else 0

    def sees(self, revision: int) -> None:
        """Make the page one of this revision, so that sending it again is meant."""
        self.revision.data = str(revision)
