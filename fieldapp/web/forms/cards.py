"""What is done with cards, and what is typed to check one."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from fieldapp.domain.card_life import CardMove
from fieldapp.web import arguments

ASKED_FOR = (
    CardMove.HAND_OVER,
    CardMove.SPOIL,
    CardMove.VOID,
    CardMove.REPRINT,
    CardMove.CONFIRM,
)


class MoveForm(FlaskForm):
    """The cards that are marked, what to do with them, and why."""

    reason = StringField(_l("Reason"), [Length(max=300)])

    @property
    def move(self) -> CardMove | None:
        found = arguments.member(CardMove, request.form.get("move"))
        return found if found in ASKED_FOR else None

    @property
    def card_ids(self) -> list[UUID]:
        found = (arguments.uuid(each) for each in request.form.getlist("card"))
        return [each for each in found if each is not None]


class CheckForm(FlaskForm):
    """A code as the camera reads it, its address, or a card's number."""

    code = StringField(
        _l("Code or number of the card"),
        [InputRequired(_l("Scan the code, or type the number of the card.")), Length(max=300)],
    )
