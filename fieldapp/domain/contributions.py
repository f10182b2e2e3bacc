"""What a month of cover costs, from dated tables.

BPU pays by the bracket of the reported income, PU by a share of the wage. Amounts are whole
rupiah. Each programme's share is rounded down by itself, as the branch does: in Bangli, 2024,
0.24 % and 0.30 % of Rp 2,813,672 were charged as Rp 6,752 and Rp 8,441. Sources: PP 44/2015
annex II and PP 46/2015 (BPU brackets), PP 44/2015 (JKK, JKM), PP 45/2015 (JP), PP 46/2015 (JHT),
PP 50/2025 (discount). `static/js/rules/contributions.js` is the same rule on the phone, held to
this one by `tests/domain/cases/contributions.json`.
"""

import csv
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from fieldapp.domain.errors import FieldError
from fieldapp.domain.vocabulary import Payer, Programme, RiskClass, Scale, Sector

PERIODS: Final = (1, 3, 6, 12)
"""How many months may be paid at once; no discount goes with it."""

JKM_OF_BPU: Final = 6_800


class PeriodError(FieldError):
    """So many months cannot be paid at once. Facts: `months`, `allowed`."""

    code: ClassVar[str] = "period"


class RateUnknownError(FieldError):
    """The tables here do not reach back so far. Facts: `programme`, `month`, `known_from`."""

    code: ClassVar[str] = "rate_unknown"


@dataclass(frozen=True, slots=True)
class Bracket:
    """A row of the BPU table: from this income on, these amounts a month.

    derived: restored from the pattern and the published maximum, not read from the annex.
    """

    number: int
    income_from: int
    basis: int
    jkk: int
    jht: int
    derived: bool


@dataclass(frozen=True, slots=True)
class Discount:
    """A share off JKK and JKM for the months of a sector, unless a state budget pays."""

    rule: str
    sector: Sector
    first: date
    last: date
    per_cent: int
    not_paid_by: frozenset[Payer]

    def holds(self, *, month: date, sector: Sector, payer: Payer) -> bool:
        """Whether this month of this person is discounted."""
        return (
            sector is self.sector
            and payer not in self.not_paid_by
            and self.first <= month <= self.last
        )


_STATE_BUDGETS: Final = frozenset({Payer.APBN, Payer.APBD})

PP_50_2025: Final = (
    Discount(
        "PP 50/2025", Sector.TRANSPORT, date(2026, 1, 1), date(2027, 3, 1), 50, _STATE_BUDGETS
    ),
    Discount("PP 50/2025", Sector.OTHER, date(2026, 4, 1), date(2026, 12, 1), 50, _STATE_BUDGETS),
)


@dataclass(frozen=True, slots=True)
class Month:
    """One contribution month, in rupiah; the programmes are before the discount.

    worker_share: what comes out of a PU worker's wage; 0 for BPU, where one side pays it all.
    """

    month: date
    jkk: int
    jkm: int
    jht: int = 0
    jp: int = 0
    discount: int = 0
    worker_share: int = 0
    rule: str = ""

    @property
    def total(self) -> int:
        """What is paid for this month."""
        return self.jkk + self.jkm + self.jht + self.jp - self.discount


@dataclass(frozen=True, slots=True)
class Contribution:
    """What is paid for a period; the single amounts are those of its first month.

    basis: the income or wage that benefits are reckoned by.
    """

    basis: int
    lines: tuple[Month, ...]

    @property
    def first(self) -> Month:
        return self.lines[0]

    @property
    def jkk(self) -> int:
        return self.first.jkk

    @property
    def jkm(self) -> int:
        return self.first.jkm

    @property
    def jht(self) -> int:
        return self.first.jht

    @property
    def jp(self) -> int:
        return self.first.jp

    @property
    def discount(self) -> int:
        return self.first.discount

    @property
    def monthly(self) -> int:
        """Of the first month; when `even` is false, later months differ."""
        return self.first.total

    @property
    def total(self) -> int:
        """Of the whole period."""
        return sum(line.total for line in self.lines)

    @property
    def months(self) -> int:
        return len(self.lines)

    @property
    def even(self) -> bool:
        """Whether every month costs the same: false when a discount starts or ends within."""
        return len({line.total for line in self.lines}) == 1

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were applied, in the order of their first month."""
        return tuple(dict.fromkeys(line.rule for line in self.lines))


def bpu_contribution(
    *,
    income: int,
    month: date,
    sector: Sector,
    payer: Payer,
    jht: bool,
    months: int,
    brackets: Sequence[Bracket],
    discounts: Sequence[Discount] = PP_50_2025,
) -> Contribution:
    """JKK and JKM, and JHT if it is wished, for so many months from `month` on.

    `brackets` ascend by income. Raises PeriodError.
    """
    bracket = bracket_for(income, brackets)

    def line(month: date) -> Month:
        discount = next(
            (each for each in discounts if each.holds(month=month, sector=sector, payer=payer)),
            None,
        )
        full = bracket.jkk + JKM_OF_BPU
        return Month(
            month=month,
            jkk=bracket.jkk,
            jkm=JKM_OF_BPU,
            jht=bracket.jht if jht else 0,
            discount=full * discount.per_cent // 100 if discount else 0,
            rule=f"PP 44/2015, {discount.rule}" if discount else "PP 44/2015",
        )

    return Contribution(bracket.basis, _months(month, months, line))


def bracket_for(income: int, brackets: Sequence[Bracket]) -> Bracket:
    """The last bracket that begins at or below the income; the gaps of the annex belong below."""
    at = bisect_right(brackets, income, key=lambda bracket: bracket.income_from)
    return brackets[max(at - 1, 0)]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the wage, in hundredths of a per cent."""

    employer: int
    worker: int = 0


JKK_OF_PU: Final[Mapping[RiskClass, Share]] = {
    RiskClass.VERY_LOW: Share(24),
    RiskClass.LOW: Share(54),
    RiskClass.MEDIUM: Share(89),
    RiskClass.HIGH: Share(127),
    RiskClass.VERY_HIGH: Share(174),
}
JKM_OF_PU: Final = Share(30)
JHT_OF_PU: Final = Share(370, worker=200)
JP_OF_PU: Final = Share(200, worker=100)

JP_WAGE_CAPS: Final = ((date(2025, 3, 1), 10_547_400),)
"""The wage that JP looks at, at most, from a month on; raised by decree, usually in March."""

REQUIRED_OF_PU: Final[Mapping[Scale, frozenset[Programme]]] = {
    Scale.MICRO: frozenset({Programme.JKK, Programme.JKM}),
    Scale.SMALL: frozenset({Programme.JKK, Programme.JKM, Programme.JHT}),
    Scale.MEDIUM: frozenset(Programme),
    Scale.LARGE: frozenset(Programme),
}
"""What an employer of this size must insure (Perpres 109/2013 art. 6)."""


def pu_contribution(
    *,
    wage: int,
    month: date,
    risk_class: RiskClass,
    months: int,
    programmes: Collection[Programme] = REQUIRED_OF_PU[Scale.MICRO],
) -> Contribution:
    """The chosen programmes for so many months from `month` on.

    Raises PeriodError, and RateUnknownError for JP before its first known wage cap.
    """
    shares = {
        Programme.JKK: JKK_OF_PU[risk_class],
        Programme.JKM: JKM_OF_PU,
        Programme.JHT: JHT_OF_PU,
        Programme.JP: JP_OF_PU,
    }

    def line(month: date) -> Month:
        paid, worker = dict.fromkeys(Programme, 0), 0
        for programme in programmes:
            basis = min(wage, _jp_wage_cap(month)) if programme is Programme.JP else wage
            from_worker = basis * shares[programme].worker // 10_000
            paid[programme] = basis * shares[programme].employer // 10_000 + from_worker
            worker += from_worker
        return Month(
            month=month,
            jkk=paid[Programme.JKK],
            jkm=paid[Programme.JKM],
            jht=paid[Programme.JHT],
            jp=paid[Programme.JP],
            worker_share=worker,
            rule="PP 44/2015",
        )

    return Contribution(wage, _months(month, months, line))


def _jp_wage_cap(month: date) -> int:
    for first, cap in reversed(JP_WAGE_CAPS):
        if first <= month:
            return cap
    raise RateUnknownError(programme=Programme.JP, month=month, known_from=JP_WAGE_CAPS[0][0])


def _months(first: date, count: int, line: Callable[[date], Month]) -> tuple[Month, ...]:
    if count not in PERIODS:
        raise PeriodError(months=count, allowed=PERIODS)
    return tuple(line(month_after(first, step)) for step in range(count))


def month_after(month: date, count: int) -> date:
    """The first day of the month so many months later."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def read_brackets(lines: Iterable[str]) -> tuple[Bracket, ...]:
    """Brackets of a CSV file, ascending by income."""
    return tuple(
        Bracket(
            number=int(row["bracket"]),
            income_from=int(row["income_from"]),
            basis=int(row["basis"]),
            jkk=int(row["jkk_monthly"]),
            jht=int(row["jht_monthly"]),
            derived=row["confidence"] == "derived",
        )
        for row in csv.DictReader(lines)
    )
