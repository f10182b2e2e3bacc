"""The first or second written warning to a company, as one A4 letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fieldapp.documents.company_words import reason_line
from fieldapp.documents.engine import DocumentError, Paper, Pictures, single
from fieldapp.domain.permits import Shortfall
from fieldapp.domain.warning_letters import MOST_LETTERS, WORKING_DAYS

PAPER = Paper("warning_letter", "Teguran Tertulis")
ORDER = {1: "Pertama", 2: "Kedua"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningLetterFacts:
    """Everything that a letter prints. made_at: when it was issued, so that it stays the same."""

    made_at: datetime
    issuer: str
    agency: str
    number: str
    step: int
    issued_on: date
    company: str
    street: str
    nib: str | None
    npp: str | None
    reasons: tuple[Shortfall, ...]
    signer: str

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if not self.reasons or not 1 <= self.step <= MOST_LETTERS:
            raise DocumentError(reason="nothing_to_warn")


def warning_letter(facts: WarningLetterFacts) -> bytes:
    """The letter, tagged (PDF/UA-1). Raises DocumentError."""
    return single(
        PAPER,
        {
            "letter": facts,
            "order": ORDER[facts.step],
            "reasons": [reason_line(short) for short in facts.reasons],
            "days": WORKING_DAYS,
        },
        pictures=Pictures(),
        made_at=facts.made_at,
    )
