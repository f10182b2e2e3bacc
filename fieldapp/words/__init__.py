"""Errors, findings and lists in the reader's language, for pages, the API and the terminal.

Domain and services speak codes and facts; these tables hold the words. A message is plain
English with %(facts)s, and gettext says it in Indonesian.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import format_date, ngettext

from fieldapp.adapters.tables import place_names
from fieldapp.domain.errors import FieldError
from fieldapp.domain.findings import Finding, FindingCode
from fieldapp.domain.photos import PhotoFault
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.domain.vocabulary import Sex
from fieldapp.words.companies import area_name, company_field_label, programme_words, reason_words
from fieldapp.words.errors import ERRORS
from fieldapp.words.faults import FAULTS
from fieldapp.words.findings import FINDINGS
from fieldapp.words.labels import LABELS, field_label, label
from fieldapp.words.paper_origin import NO_ORIGIN, origin_words

__all__ = [
    "NO_ORIGIN",
    "area_name",
    "company_field_label",
    "error_words",
    "field_label",
    "finding_words",
    "label",
    "origin_words",
    "problem_words",
    "programme_words",
    "reason_words",
]


def finding_words(finding: Finding) -> str:
    """What was found, and what to do about it."""
    facts = finding.facts
    if finding.code is FindingCode.NIK_FORM:
        return _said(FAULTS[facts["fault"]], facts)
    return _said(FINDINGS[finding.code], {**facts, "field": field_label(finding.field)})


def error_words(error: FieldError) -> str:
    """What happened, what is kept, what to do."""
    if isinstance(error, UnreadableError):
        return _said(FAULTS[error.fault], error.facts)
    return _said(ERRORS[error.code], error.facts)


def problem_words(problem: Mapping[str, Any]) -> str:
    """What went wrong in long work, from the code and facts that its row keeps."""
    message = ERRORS.get(problem["code"], ERRORS["crashed"])
    return _said(message, problem.get("facts") or {})


def _said(message: Any, facts: Mapping[str, Any]) -> str:
    return str(message) % {name: _shown(name, value) for name, value in facts.items()}


def _shown(name: str, value: Any) -> str:
    if name in _SHOWN:
        return _SHOWN[name](value)
    if isinstance(value, StrEnum) and type(value) in LABELS:
        return str(label(value))
    return str(value)


def _day(value: str | date) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return str(format_date(day, "d MMMM yyyy"))


def _rupiah(value: int) -> str:
    return "Rp" + f"{value:,}".replace(",", ".")


def _wait(seconds: int) -> str:
    if seconds < 60:
        return str(ngettext("%(num)s second", "%(num)s seconds", seconds))
    return str(ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60)))


def _faults(value: list[str]) -> str:
    return ", ".join(str(label(PhotoFault(each))) for each in value)


_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "birth_date": _day,
    "changed_on": _day,
    "nik_birth_date": _day,
    "start_date": _day,
    "turned_date": _day,
    "guess": _rupiah,
    "largest": _rupiah,
    "usual_from": _rupiah,
    "usual_to": _rupiah,
    "nik_regency": lambda code: place_names().get(code, code),
    "nik_sex": lambda sex: str(label(Sex(sex))),
    "faults": _faults,
    "wait": _wait,
    "choices": "; ".join,
}
"""How facts are told, by their names; the others as they are."""
