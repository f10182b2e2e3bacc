"""Choosing who goes into a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length


class NewBatchForm(FlaskForm):
    """Ticked registrations, a note, and the id that makes a second tap harmless."""

    id = HiddenField()
    note = StringField(_l("Note for the supervisor"), [Length(max=200)])
    rows = SelectMultipleField(
        _l("Workers"), [InputRequired(_l("Tick at least one worker."))], validate_choice=False
    )
    listed = SelectMultipleField(validate_choice=False)
    rest = StringField()

    @property
    def batch_id(self) -> UUID:
        """The id minted with the page; a new one if it came back broken."""
        return _uuid(self.id.data) or uuid4()

    def chosen(self, others: Iterable[UUID]) -> Sequence[UUID]:
        """What was ticked, and the others that were not on the page if they were wanted too."""
        ticked = [each for each in map(_uuid, self.rows.data or ()) if each]
        if not self.rest.data:
            return ticked
        listed = {_uuid(each) for each in self.listed.data or ()}
        return [*ticked, *(each for each in others if each not in listed)]


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
