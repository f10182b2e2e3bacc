"""Verdicts on the rows of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from fieldapp.domain.registrations import PATHS
from fieldapp.models.batches import Verdict
from fieldapp.services.decisions import MOVES, RowVerdict

SUGGESTIONS = (
    _l("The KTP photo cannot be read"),
    _l("The name is not as on the KTP"),
    _l("The date of birth is not as on the KTP"),
    _l("The face photo shows somebody else"),
    _l("Registered already under another NIK"),
    _l("Does not do this work"),
)
"""What supervisors write most; only offered, anything may be typed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was marked on one row of the page; None: nothing yet."""

    verdict: Verdict | None = None
    reason: str = ""
    seen: int | None = None
    problem: str = ""


class DecideForm(FlaskForm):
    """The rows marked on a page; fields are named after their row."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        super().__init__()
        self.answers: dict[UUID, Answer] = {}
        for name in sent:
            if name.startswith("verdict-"):
                self._read(name.removeprefix("verdict-"), sent)

    def _read(self, text: str, sent: MultiDict[str, str]) -> None:
        try:
            row_id = UUID(text)
        except ValueError:
            return
        verdict = next((each for each in Verdict if each == sent[f"verdict-{text}"]), None)
        reason = " ".join(sent.get(f"reason-{text}", "").split())
        seen = sent.get(f"seen-{text}", "")
        problem = ""
        if verdict and PATHS[MOVES[verdict]].reason_needed and not reason:
            problem = _("Write the reason, so that it can be mended.")
        self.answers[row_id] = Answer(
            verdict, reason, int(seen) if seen.isdecimal() else None, problem
        )

    @property
    def problems(self) -> dict[UUID, str]:
        """What is missing, by row."""
        return {row_id: each.problem for row_id, each in self.answers.items() if each.problem}

    def verdicts(self) -> Sequence[RowVerdict]:
        """The marked rows, as the deed is handed them."""
        return [
            RowVerdict(row_id, each.verdict, each.reason, seen=each.seen)
            for row_id, each in self.answers.items()
            if each.verdict
        ]
