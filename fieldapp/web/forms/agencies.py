"""The form of an agency."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from fieldapp import words
from fieldapp.models.agencies import AgencyKind
from fieldapp.web.forms.revised import RevisedForm


class AgencyForm(RevisedForm):
    """Name and kind."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Type the name of the agency.")), Length(max=120)]
    )
    kind = RadioField(_l("Kind"), [InputRequired(_l("Choose what it is."))])

    def offer(self, *kinds: AgencyKind) -> None:
        """Put these kinds to choose from."""
        self.kind.choices = [(kind.value, words.label(kind)) for kind in kinds]

    @property
    def chosen_kind(self) -> AgencyKind:
        return AgencyKind(self.kind.data)
