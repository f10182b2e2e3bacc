"""The result of a permit check as one A4 page: fit or not, why, by what, valid until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fieldapp.documents.cards import qr_symbol
from fieldapp.documents.company_words import PERMITS, SCALES, programme_line, reason_line
from fieldapp.documents.engine import DocumentError, Paper, Pictures, single
from fieldapp.documents.wording import long_date, month_and_year
from fieldapp.domain.permits import PermitType, Shortfall
from fieldapp.domain.vocabulary import Scale

PAPER = Paper("permit_result", "Hasil Pemeriksaan Kepesertaan")


@dataclass(frozen=True, slots=True)
class Waiver:
    """That a supervisor let the company pass."""

    supervisor: str
    reason: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitResultFacts:
    """Everything that the result prints. made_at: when the check was made, so that printing it
    again gives the same bytes.

    known: what the check knew, as `PermitFacts.as_row`. address: what the QR leads to.
    """

    made_at: datetime
    issuer: str
    number: str
    company: str
    nib: str | None
    npp: str | None
    permit: PermitType
    application: str
    fit: bool
    reasons: tuple[Shortfall, ...]
    known: dict[str, object]
    rule_version: str
    checked_on: date
    checker: str
    via_system: bool
    valid_until: date
    address: str
    waiver: Waiver | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")
        if self.fit == bool(self.reasons):
            raise DocumentError(reason="fit_and_reasons")
        if self.fit and self.waiver:
            raise DocumentError(reason="nothing_to_waive")


def permit_result(facts: PermitResultFacts) -> bytes:
    """The page, tagged (PDF/UA-1). Raises DocumentError."""
    pictures = Pictures()
    symbol, _version = qr_symbol(facts.address)
    return single(
        PAPER,
        {
            "result": facts,
            "permit": PERMITS[facts.permit],
            "reasons": [reason_line(short) for short in facts.reasons],
            "known": _known_lines(facts.known),
            "qr": pictures.drawing(symbol),
        },
        pictures=pictures,
        made_at=facts.made_at,
    )


def _known_lines(known: dict[str, object]) -> Sequence[tuple[str, str]]:
    """What was known, in the order of the rules."""
    paid, scale, held = known["paid_until"], known["scale"], known["programmes"]
    declared, enrolled = known["workers_declared"], known["workers_enrolled"]
    return (
        ("Sertifikat kepesertaan", _paper(known["certificate"], str(known["certificate_number"]))),
        ("Program yang diikuti", programme_line(held) if isinstance(held, list) else "–"),
        (
            "Iuran lunas sampai",
            month_and_year(date.fromisoformat(paid)) if isinstance(paid, str) else "–",
        ),
        ("Skala usaha", SCALES[Scale(str(scale))] if scale else "–"),
        ("Pekerja dilaporkan", _count(declared)),
        ("Pekerja terdaftar", _count(enrolled)),
        ("Keadaan per", long_date(date.fromisoformat(str(known["today"])))),
    )


def _paper(state: object, number: str) -> str:
    said = {"missing": "belum ada", "waiting": "belum diperiksa", "verified": "sudah diperiksa"}
    return f"{said[str(state)]}{f', No. {number}' if number else ''}"


def _count(value: object) -> str:
    return f"{value:,} orang".replace(",", ".") if isinstance(value, int) else "–"
