"""The permit check: fit, or not fit and why, by a table of rules with dates.

"For every permit issued we require companies to attach the certificate" (Denpasar's labour
office, 2018). A public service may be withheld from an employer who has not registered himself and
his workers with correct data (PP 86/2013; Pergub Bali 19/2017, art. 2). So the
outcome is advice with reasons, which a supervisor may set aside with a reason of their own; a fact
that is missing is a reason too, never a silent pass.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from fieldapp.domain.contributions import REQUIRED_OF_PU, month_after
from fieldapp.domain.errors import FieldError
from fieldapp.domain.vocabulary import Programme, Scale


class PermitType(StrEnum):
    """The public services that may be withheld (PP 86/2013)."""

    BUSINESS = "business"
    TENDER = "tender"
    FOREIGN_WORKERS = "foreign_workers"
    LABOUR_SUPPLY = "labour_supply"
    BUILDING = "building"


class Outcome(StrEnum):
    """What the check says."""

    FIT = "fit"
    NOT_FIT = "not_fit"


class Paper(StrEnum):
    """How far a company's certificate or receipt has come."""

    MISSING = "missing"
    WAITING = "waiting"
    VERIFIED = "verified"


class Reason(StrEnum):
    """Why a company is not fit."""

    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_UNVERIFIED = "certificate_unverified"
    RECEIPT_MISSING = "receipt_missing"
    RECEIPT_UNVERIFIED = "receipt_unverified"
    UNPAID = "unpaid"
    SCALE_UNKNOWN = "scale_unknown"
    PROGRAMMES_UNKNOWN = "programmes_unknown"
    PROGRAMMES_MISSING = "programmes_missing"
    WORKERS_UNKNOWN = "workers_unknown"
    WORKERS_LEFT_OUT = "workers_left_out"


class NoRulesError(FieldError):
    """No rules are known for so early a day. Facts: `day`, `since`."""

    code: ClassVar[str] = "no_rules"


class OwnCheckError(FieldError):
    """Who made a check does not override it (four eyes)."""

    code: ClassVar[str] = "own_check"
    status: ClassVar[int] = 403


class OverrideError(FieldError):
    """There is nothing to override: the company is fit, or it was let pass already."""

    code: ClassVar[str] = "override"
    status: ClassVar[int] = 409


class PermitRequestError(FieldError):
    """A request for a check that cannot be understood. Facts: `member`, empty for the whole."""

    code: ClassVar[str] = "permit_request"


@dataclass(frozen=True, slots=True)
class Demands:
    """What the city asks for, as set.

    paid_within: the last paid month may lie so many months before the month of the check
        (contributions of a month are due on the 15th of the next one).
    workers_over: so many workers may be declared above those enrolled.
    """

    paid_within: int = 2
    workers_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFacts:
    """Everything the rules look at. None means that nobody knows.

    programmes: those that the verified certificate names.
    paid_until: the first day of the last month that a verified receipt covers.
    """

    today: date
    scale: Scale | None = None
    certificate: Paper = Paper.MISSING
    certificate_number: str = ""
    programmes: frozenset[Programme] | None = None
    receipt: Paper = Paper.MISSING
    paid_until: date | None = None
    workers_declared: int | None = None
    workers_enrolled: int | None = None

    def as_row(self) -> dict[str, Any]:
        """For a JSON column: JSON's own types."""
        held = None if self.programmes is None else sorted(self.programmes)
        return {
            "today": self.today.isoformat(),
            "scale": self.scale,
            "certificate": self.certificate.value,
            "certificate_number": self.certificate_number,
            "programmes": held,
            "receipt": self.receipt.value,
            "paid_until": self.paid_until.isoformat() if self.paid_until else None,
            "workers_declared": self.workers_declared,
            "workers_enrolled": self.workers_enrolled,
        }


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One reason, with the facts that its words need (JSON's own types)."""

    reason: Reason
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """For a JSON column; `from_row` reads it back."""
        return {"code": self.reason.value, "facts": dict(self.facts)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """As `as_row` wrote it."""
        return cls(Reason(row["code"]), row["facts"])


Found = Iterator[Shortfall]
Rule = Callable[[PermitFacts, Demands], Found]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules of a version say about the facts."""

    version: str
    shortfalls: tuple[Shortfall, ...]

    @property
    def outcome(self) -> Outcome:
        return Outcome.NOT_FIT if self.shortfalls else Outcome.FIT


def judge(facts: PermitFacts, demands: Demands) -> Judgement:
    """Walk the rules in force on the day. Raises NoRulesError."""
    book = rules_on(facts.today)
    found = tuple(short for rule in book.rules for short in rule(facts, demands))
    return Judgement(book.version, found)


def required_month(today: date, demands: Demands) -> date:
    """The first day of the month that must be paid by now."""
    return month_after(today.replace(day=1), -demands.paid_within)


def _certificate(facts: PermitFacts, _demands: Demands) -> Found:
    if facts.certificate is Paper.MISSING:
        yield Shortfall(Reason.CERTIFICATE_MISSING)
    elif facts.certificate is Paper.WAITING:
        yield Shortfall(Reason.CERTIFICATE_UNVERIFIED)


def _paid(facts: PermitFacts, demands: Demands) -> Found:
    if facts.receipt is Paper.MISSING:
        yield Shortfall(Reason.RECEIPT_MISSING)
    elif facts.receipt is Paper.WAITING or facts.paid_until is None:
        yield Shortfall(Reason.RECEIPT_UNVERIFIED)
    elif facts.paid_until < (wanted := required_month(facts.today, demands)):
        told = {"paid_until": facts.paid_until.isoformat(), "wanted_month": wanted.isoformat()}
        yield Shortfall(Reason.UNPAID, told)


def _programmes(facts: PermitFacts, _demands: Demands) -> Found:
    if facts.scale is None:
        yield Shortfall(Reason.SCALE_UNKNOWN)
    if facts.certificate is not Paper.VERIFIED:
        return  # the rule above has said so
    if not facts.programmes:
        yield Shortfall(Reason.PROGRAMMES_UNKNOWN)
    elif facts.scale and (lacking := REQUIRED_OF_PU[facts.scale] - facts.programmes):
        told = {"programmes": sorted(lacking), "scale": facts.scale.value}
        yield Shortfall(Reason.PROGRAMMES_MISSING, told)


def _workers(facts: PermitFacts, demands: Demands) -> Found:
    declared, enrolled = facts.workers_declared, facts.workers_enrolled
    if declared is None or enrolled is None:
        yield Shortfall(Reason.WORKERS_UNKNOWN)
    elif declared > enrolled + demands.workers_over:
        told = {"declared": declared, "enrolled": enrolled, "left_out": declared - enrolled}
        yield Shortfall(Reason.WORKERS_LEFT_OUT, told)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force from a day on."""

    version: str
    since: date
    rules: tuple[Rule, ...]


RULE_BOOKS: Final = (
    # Certificate alone, as the labour office said in July 2018.
    RuleBook("2018-07", date(2018, 7, 11), (_certificate,)),
    # With the last receipt, the programmes of Perpres 109/2013 art. 6, and all workers.
    RuleBook("2026-01", date(2026, 1, 1), (_certificate, _paid, _programmes, _workers)),
)
"""Oldest first. A changed rule is a new book: what was recorded names the one it was judged by."""


def rules_on(day: date) -> RuleBook:
    """The book in force on a day. Raises NoRulesError."""
    for book in reversed(RULE_BOOKS):
        if book.since <= day:
            return book
    raise NoRulesError(day=day, since=RULE_BOOKS[0].since)
