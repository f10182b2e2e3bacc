"""Choosing what to print of a batch."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, ValidationError

from fieldapp import words
from fieldapp.domain.press import DocumentKind, PressOrder, Sorting

BULK = (
    DocumentKind.ENROLMENT_FORM,
    DocumentKind.CARD_SHEET,
    DocumentKind.BATCH_LIST,
    DocumentKind.HANDOVER_LIST,
)


class PrintForm(FlaskForm):
    """A batch, a kind of paper, an order."""

    batch_id = HiddenField()
    kind = SelectField(_l("What to print"))
    by_banjar = BooleanField(_l("In the order of banjar and name"), default=True)

    def __init__(self) -> None:
        super().__init__()
        self.kind.choices = [(kind.value, words.label(kind)) for kind in BULK]

    def validate_batch_id(self, field: HiddenField) -> None:
        """An id, at least; whether it is within reach is asked of the query."""
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError from None

    @property
    def batch(self) -> UUID:
        """The chosen batch."""
        return UUID(self.batch_id.data)

    def order(self, batch_id: UUID) -> PressOrder:
        """What is asked of the press."""
        return PressOrder(
            kind=DocumentKind(self.kind.data),
            batch_id=batch_id,
            sorting=Sorting.BANJAR if self.by_banjar.data else Sorting.BATCH,
        )
