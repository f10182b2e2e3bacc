"""The monthly coverage report: how targets stand, with the same charts as the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from fieldapp.documents.engine import DocumentError, Paper, Pictures, single
from fieldapp.documents.wording import MONTHS, grouped, long_date
from fieldapp.domain.charts import path_chart
from fieldapp.domain.coverage import (
    Indicator,
    Period,
    Point,
    Standing,
    Status,
    percent,
)

PAPER: Final = Paper("coverage_report", "Laporan Bulanan Capaian Kepesertaan")
MOST_BARS: Final = 24

INDICATORS: Final[Mapping[Indicator, str]] = {
    Indicator.ACTIVE_PARTICIPANTS: "Peserta aktif",
    Indicator.NEW_WORKERS: "Pekerja baru",
    Indicator.NEW_COMPANIES: "Perusahaan baru",
    Indicator.GROUPS: "Wadah/kelompok",
    Indicator.LABOUR_FORCE: "Angkatan kerja",
}
STATUSES: Final[Mapping[Status, str]] = {
    Status.ON_TRACK: "Sesuai target",
    Status.AT_RISK: "Berisiko tidak tercapai",
    Status.BEHIND: "Tertinggal",
}


@dataclass(frozen=True, slots=True)
class ReportBar:
    """One line of a comparison."""

    name: str
    value: int
    target: int | None = None


@dataclass(frozen=True, slots=True)
class CoverageReportFacts:
    """Everything that the report prints, at the end of a day.

    area: its name, with the agency's when the report is of one. Raises DocumentError when the
    time of making has no zone.
    """

    made_at: datetime
    issuer: str
    branch: str
    scope: str
    as_of: date
    period: Period
    standings: tuple[Standing, ...]
    path: tuple[Point, ...]
    areas: tuple[ReportBar, ...]
    agencies: tuple[ReportBar, ...]
    categories: tuple[ReportBar, ...]
    coordinators: tuple[ReportBar, ...]
    enrolled: int
    pace_days: int

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise DocumentError(reason="made_at_without_zone")

    @property
    def lines(self) -> int:
        """How many figures with a name it prints; the ledger's count of rows."""
        bars = (self.areas, self.agencies, self.categories, self.coordinators)
        return max(1, len(self.standings) + sum(len(each) for each in bars))


def coverage_report(facts: CoverageReportFacts) -> bytes:
    """The report as A4 portrait, tagged (PDF/UA-1)."""
    return single(
        PAPER,
        {
            "report": facts,
            "indicators": INDICATORS,
            "statuses": STATUSES,
            "share": share,
            "path": _path(facts),
            "panels": _panels(facts),
        },
        pictures=Pictures(),
        made_at=facts.made_at,
    )


def share(value: Decimal | None) -> str:
    """81,27 %."""
    return "–" if value is None else f"{value}".replace(".", ",") + " %"


def _path(facts: CoverageReportFacts) -> dict[str, Any] | None:
    found = next((e for e in facts.standings if e.indicator is Indicator.NEW_WORKERS), None)
    if found is None or found.target is None or not facts.path:
        return None
    drawn = path_chart(found.period, facts.path, target=found.target, forecast=found.forecast)
    foretold = found.forecast if drawn.last.x < 90 else None
    return {
        "chart": drawn,
        "said": {
            "target": f"Target {grouped(found.target)}",
            "path": f"jalur {grouped(drawn.path.value)}",
            "realised": f"{grouped(drawn.last.value)} per {long_date(drawn.last.day)}",
            "forecast": f"perkiraan {grouped(foretold.middle)}" if foretold else None,
        },
        "months": [
            (x, MONTHS[first.month - 1][:3])
            for place, (x, first) in enumerate(drawn.months)
            if place % 3 == 0
        ],
    }


def _panels(facts: CoverageReportFacts) -> list[dict[str, Any]]:
    pace = f"dikirim untuk disetujui atau lebih jauh, {facts.pace_days} hari terakhir"
    panels = (
        ("Wilayah", "menurut tempat tinggal pekerja", facts.areas),
        (
            "OPD dan perusahaan daerah",
            "yang terdekat dengan targetnya dahulu",
            facts.agencies,
        ),
        ("Jenis pekerjaan", "", facts.categories),
        ("Koordinator", pace, facts.coordinators),
    )
    return [
        {"title": title, "note": note, "bars": _shown(bars), "edge": _edge(bars)}
        for title, note, bars in panels
        if bars
    ]


def _shown(bars: Sequence[ReportBar]) -> list[dict[str, Any]]:
    return [
        {
            "name": bar.name,
            "value": bar.value,
            "target": bar.target,
            "share": share(percent(bar.value, bar.target)) if bar.target else "",
        }
        for bar in bars[:MOST_BARS]
    ]


def _edge(bars: Sequence[ReportBar]) -> int:
    return max(max(bar.value, bar.target or 0) for bar in bars)
