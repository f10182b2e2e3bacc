"""Two versions of one form: somebody, or another window, changed it since it was fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fieldapp import words
from fieldapp.clock import now_utc
from fieldapp.domain.vocabulary import BloodType, MaritalStatus, Payer, Sex
from fieldapp.models.agencies import Category
from fieldapp.models.registrations import Registration
from fieldapp.services import registrations
from fieldapp.services.reference import villages
from fieldapp.web.forms import registration_reasons as reasons
from fieldapp.web.forms.registrations import RegistrationForm, texts_of

_LISTS: Final[Mapping[str, type[StrEnum]]] = {
    "sex": Sex,
    "marital_status": MaritalStatus,
    "blood_type": BloodType,
    "payer": Payer,
}


def both(session: Session, row: Registration, typed: RegistrationForm) -> ResponseReturnValue:
    """Both values of every field that differs, and the person chooses."""
    mine = typed.typed()
    labels = {code: village.label for code, village in villages().items()}
    page = render_template(
        "registrations/both.html",
        row=row,
        mine=mine,
        theirs=texts_of(row, labels),
        differing=registrations.differences(row, mine, now=now_utc()),
        reasons=reasons.as_sent(request.form),
        consented=typed.consented(),
        as_text=_as_text,
        shown=partial(_shown, session),
        field_label=words.field_label,
        then=request.form.get("then", ""),
    )
    return page, 409


def _as_text(name: str, value: Any) -> str:
    """A value as one input carries it."""
    if name == "family":
        return json.dumps(value or [], ensure_ascii=False)
    return ("y" if value else "") if isinstance(value, bool) else str(value)


def _shown(session: Session, name: str, value: Any) -> str:
    """A value as a person reads it: words for what is chosen from a list."""
    if name == "category_id" and value:
        category = session.get(Category, UUID(value))
        return category.name if category else value
    kind = _LISTS.get(name)
    return str(words.label(kind(value))) if kind and value in set(kind) else str(value)
