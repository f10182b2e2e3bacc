"""What is said beside the fields of the registration form, and how its sections stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from fieldapp import words
from fieldapp.domain.ages import age_on
from fieldapp.domain.findings import REQUIRED, Finding, FindingCode, Weight
from fieldapp.domain.forms import EntryFault, Reference, read_entries
from fieldapp.domain.heirs import HeirRank, first_heirs
from fieldapp.domain.vocabulary import Relation
from fieldapp.models.registrations import Registration
from fieldapp.web.forms.registrations import SECTIONS, RegistrationForm

SAID_AT_THE_END: Final = frozenset(
    {
        FindingCode.MISSING,
        FindingCode.NO_NIK_YET,
        FindingCode.PHOTO_MISSING,
        FindingCode.PHOTO_ON_THE_WAY,
        FindingCode.NO_PHONE,
    }
)
"""Nobody is told that a field is empty while they are still on their way to it."""

_SAID_BY_THE_READER: Final = frozenset({FindingCode.NIK_FORM, FindingCode.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say beside a field. quiet: not before the form is called finished."""

    field: str
    weight: Weight
    text: str
    key: str = ""
    reason: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class SectionState:
    """status: "todo", "done" or "wrong"; summary: what stands in it, in a few words."""

    status: str
    summary: str


def notes_of(
    row: Registration, confirmations: Mapping[str, str], reference: Reference
) -> list[Note]:
    """Everything to say about a registration, the heaviest first."""
    return [*_unread(row, reference), *_found(row, confirmations)]


def _unread(row: Registration, reference: Reference) -> Iterator[Note]:
    for name, error in read_entries(row.unread or {}, reference).errors.items():
        yield Note(name, Weight.BLOCK, words.error_words(error))


def _found(row: Registration, confirmations: Mapping[str, str]) -> Iterator[Note]:
    for kept in row.findings:
        finding = Finding.from_row(kept)
        if finding.code in _SAID_BY_THE_READER:
            continue
        yield Note(
            finding.field,
            finding.weight,
            _said(finding),
            finding.key,
            confirmations.get(finding.key),
            quiet=finding.code in SAID_AT_THE_END,
        )


def _said(finding: Finding) -> str:
    if finding.code is not FindingCode.MISSING:
        return words.finding_words(finding)
    # It stands under the name of its field, which need not be said again.
    if finding.field == "consent_version":
        return str(_("Read the notice out, and tick when the worker agrees."))
    return str(_("Please fill this in."))


def put_on(form: RegistrationForm, notes: Sequence[Note], *, finished: bool) -> None:
    """Show the notes under their fields; errors of empty fields only when asked to finish."""
    for note in notes:
        if note.field not in form or (note.quiet and not finished):
            continue
        if note.weight is Weight.BLOCK:
            form[note.field].errors = [*form[note.field].errors, note.text]
        else:
            form[note.field].warnings.append({"text": note.text, "weight": note.weight.value})


def warnings_of(notes: Sequence[Note], *, finished: bool) -> list[Note]:
    """What wants a reason."""
    return [n for n in notes if n.weight is Weight.WARN and (finished or not n.quiet)]


def by_field(notes: Sequence[Note], *, finished: bool) -> dict[str, list[dict[str, str]]]:
    """The same for scripts."""
    found: dict[str, list[dict[str, str]]] = {}
    for note in notes:
        if finished or not note.quiet:
            said = {"weight": note.weight.value, "text": note.text}
            found.setdefault(note.field, []).append(said)
    return found


def sections_of(
    row: Registration | None, notes: Sequence[Note], *, finished: bool, today: date
) -> dict[str, SectionState]:
    """How each section stands."""
    if row is None:
        return {name: SectionState("todo", "") for name in SECTIONS}
    return {
        name: SectionState(
            _status(row, fields, notes, finished=finished), _SUMMARIES[name](row, today)
        )
        for name, fields in SECTIONS.items()
    }


def village_choices(row: Registration, reference: Reference) -> list[str]:
    """The villages that a typed name may mean, when it means several."""
    typed = (row.unread or {}).get("village_code")
    if not typed:
        return []
    error = read_entries({"village_code": typed}, reference).errors.get("village_code")
    if error is None or error.fault is not EntryFault.VILLAGE_UNCLEAR:
        return []
    return list(error.facts["choices"])


def heirs_words(family: Sequence[Mapping[str, str]] | None) -> str:
    """Who receives by law, of the family as it is listed now."""
    if not family:
        return ""
    rank, relations = first_heirs(Relation(member["relation"]) for member in family)
    if rank is HeirRank.NAMED_IN_A_WILL:
        return str(
            _("Nobody listed here inherits by law; somebody else only if a will names them.")
        )
    names = ", ".join(m["name"] for m in family if Relation(m["relation"]) in relations)
    return str(_("As listed now, the benefit goes to: %(names)s.", names=names))


def _status(
    row: Registration, fields: Sequence[str], notes: Sequence[Note], *, finished: bool
) -> str:
    here = [note for note in notes if note.field in fields and note.weight is Weight.BLOCK]
    if any(finished or not note.quiet for note in here):
        return "wrong"
    asked = [name for name in (*REQUIRED, "nik") if name in fields]
    if not here and (asked or _SUMMARIES[_section_of(fields)](row, date.min)):
        return "done"
    return "todo"


def _section_of(fields: Sequence[str]) -> str:
    return next(name for name, each in SECTIONS.items() if each is fields)


def _ktp(row: Registration, today: date) -> str:
    if not (row.name and row.birth_date) or today == date.min:
        return row.name
    age = age_on(row.birth_date, today)
    return str(_("%(name)s, %(age)s years old", name=row.name, age=age))


def _person(row: Registration, _today: date) -> str:
    return ", ".join(
        filter(
            None,
            (
                row.mother_name or "",
                str(words.label(row.marital_status)) if row.marital_status else "",
            ),
        )
    )


def _address(row: Registration, _today: date) -> str:
    return ", ".join(filter(None, (row.street, row.banjar)))


def _work(row: Registration, _today: date) -> str:
    return ", ".join(filter(None, (row.category.name if row.category else "", row.workplace)))


def _family(row: Registration, _today: date) -> str:
    return ", ".join(member["name"] for member in row.family or [])


def _consent(row: Registration, _today: date) -> str:
    signed = _("signed") if row.signature_file else ""
    agreed = _("agreed") if row.consent_version else ""
    return ", ".join(filter(None, (agreed, signed)))


_SUMMARIES: Final[Mapping[str, Any]] = {
    "ktp": _ktp,
    "person": _person,
    "address": _address,
    "work": _work,
    "family": _family,
    "consent": _consent,
}
