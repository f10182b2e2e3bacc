"""What to print, of whom, in which order; and what is known of the printer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from fieldapp import words
from fieldapp.domain.press import (
    CARDS,
    LISTS,
    MOST_SHIFT,
    DocumentKind,
    Duplex,
    PressOrder,
    Printed,
    Shifts,
    Sorting,
)
from fieldapp.queries.press import Offer
from fieldapp.web import arguments

BULK: Final = (
    DocumentKind.ENROLMENT_FORM,
    DocumentKind.CARD_SHEET,
    DocumentKind.CARD,
    DocumentKind.BATCH_LIST,
    DocumentKind.HANDOVER_LIST,
)
KIND_WORDS: Final[Mapping[DocumentKind, Any]] = {
    DocumentKind.ENROLMENT_FORM: _l("Enrolment forms"),
    DocumentKind.CARD_SHEET: _l("Cards, ten to a sheet of A4"),
    DocumentKind.CARD: _l("Cards one by one, for a card printer"),
    DocumentKind.BATCH_LIST: _l("Batch list"),
    DocumentKind.HANDOVER_LIST: _l("Hand-over list"),
}


class ChoiceForm(FlaskForm):
    """The filters of the press room; they stand in the address."""

    class Meta:
        csrf = False

    kind = RadioField(_l("What to print"), [InputRequired()])
    batch = SelectField(_l("Batch"), validate_choice=False)
    agency = SelectField(_l("Agency"), validate_choice=False)
    category = SelectField(_l("Kind of work"), validate_choice=False)
    approved_from = DateField(_l("Approved from"), [Optional()])
    approved_to = DateField(_l("Approved to"), [Optional()])
    printed = RadioField(_l("Which of them"), default=Printed.NEVER.value)
    sorting = RadioField(_l("In which order"), default=Sorting.BANJAR.value)

    def __init__(self, offer: Offer) -> None:
        super().__init__(formdata=request.args if request.args else None)
        self.kind.choices = [(kind.value, KIND_WORDS[kind]) for kind in BULK]
        if not request.args:
            self.kind.data = DocumentKind.CARD_SHEET.value
        self.batch.choices = [
            ("", _l("All batches")),
            *(
                (str(each.id), " · ".join(filter(None, (each.number, each.agency.name, each.note))))
                for each in offer.batches
            ),
        ]
        self.agency.choices = [
            ("", _l("All agencies")),
            *((str(each.id), each.name) for each in offer.agencies),
        ]
        self.category.choices = [
            ("", _l("All kinds of work")),
            *((str(each.id), each.name) for each in offer.categories),
        ]
        self.printed.choices = [(each.value, words.label(each)) for each in Printed]
        self.sorting.choices = [(each.value, words.label(each)) for each in Sorting]
        self.printed.data = self.printed.data or Printed.NEVER.value
        self.sorting.data = self.sorting.data or Sorting.BANJAR.value

    def validate_printed(self, field: RadioField) -> None:
        """Only cards are spoiled."""
        chosen = arguments.member(DocumentKind, self.kind.data)
        if field.data == Printed.AGAIN and chosen not in CARDS:
            raise ValidationError(
                _l("Only cards are printed again in place of spoiled ones. Choose another answer.")
            )

    def validate_approved_to(self, field: DateField) -> None:
        """Not before the first day."""
        if field.data and self.approved_from.data and field.data < self.approved_from.data:
            raise ValidationError(_l("The last day cannot lie before the first one."))

    def order(self, duplex: Duplex, shifts: Shifts) -> PressOrder:
        """What is asked of the press, on this printer."""
        kind = DocumentKind(self.kind.data)
        on_sheets = kind is DocumentKind.CARD_SHEET
        return PressOrder(
            kind=kind,
            batch_id=arguments.uuid(self.batch.data),
            agency_id=arguments.uuid(self.agency.data),
            category_id=arguments.uuid(self.category.data) if kind not in LISTS else None,
            approved_from=self.approved_from.data if kind not in LISTS else None,
            approved_to=self.approved_to.data if kind not in LISTS else None,
            printed=Printed(self.printed.data) if kind not in LISTS else Printed.ALL,
            sorting=Sorting(self.sorting.data),
            duplex=duplex if on_sheets else Duplex.LONG_EDGE,
            shifts=shifts if on_sheets else Shifts(),
        )


class StartForm(FlaskForm):
    """Print what was chosen: without those who lack something, or with blanks for them."""

    @property
    def leave_out(self) -> bool:
        """Whether everybody who lacks anything is left out."""
        return request.form.get("lacking") != "blanks"

    @property
    def told(self) -> list[UUID]:
        """The prints under way that the page has told of."""
        found = (arguments.uuid(each) for each in request.form.getlist("told"))
        return [each for each in found if each is not None]


class MillimetreField(StringField):
    """Millimetres with at most one decimal, comma or point; `tenths` is what was read."""

    tenths: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read it, or say how it is written."""
        text = (self.data or "0").strip().replace("−", "-").replace(",", ".").removesuffix("mm")
        try:
            read = float(text) * 10
        except ValueError:
            read = float("nan")
        in_reach = -MOST_SHIFT <= read <= MOST_SHIFT
        if not in_reach or abs(read - round(read)) > 1e-6:
            raise ValidationError(
                self.gettext(_l("Write millimetres between −10 and 10, for example 0,5."))
            )
        self.tenths = round(read)


class PrinterForm(FlaskForm):
    """How a printer turns sheets, and how far it is off."""

    duplex = RadioField(_l("How the printer turns the sheet"), [InputRequired()])
    front_right = MillimetreField(_l("Front, to the right"))
    front_down = MillimetreField(_l("Front, down"))
    back_right = MillimetreField(_l("Back, to the right"))
    back_down = MillimetreField(_l("Back, down"))

    def __init__(self, duplex: Duplex, shifts: Shifts) -> None:
        names = ("front_right", "front_down", "back_right", "back_down")
        values = {name: shown(getattr(shifts, name)) for name in names}
        super().__init__(data={"duplex": duplex.value, **values})
        self.duplex.choices = [(each.value, words.label(each)) for each in Duplex]

    @property
    def shifts(self) -> Shifts:
        """What was typed, once it is valid."""
        fields = (self.front_right, self.front_down, self.back_right, self.back_down)
        return Shifts.of([field.tenths or 0 for field in fields])


class SheetForm(FlaskForm):
    """Sheets of a print: the first and the last one, counted from 1; no last is the end."""

    first = IntegerField(_l("First sheet"), [InputRequired(), NumberRange(min=1)])
    last = IntegerField(_l("Last sheet"), [Optional(), NumberRange(min=1)])


def shown(tenths: int) -> str:
    """Tenths of a millimetre as they are typed: −0,5."""
    return f"{tenths / 10:.1f}".replace(".", ",").replace("-", "−")
