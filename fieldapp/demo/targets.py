"""The branch's published half-year of 2018, and targets of the demo's own for this year."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from fieldapp.adapters.tables import DATA, place_names
from fieldapp.domain.coverage import Area, Indicator, Period
from fieldapp.domain.coverage_file import read_file
from fieldapp.domain.wita import day_of
from fieldapp.services import coverage

PUBLISHED: Final = "coverage-2018-06.csv"
INVENTED: Final = "Contoh untuk peragaan"
"""The source of what nobody published: the page says so beside the figure."""
BRANCH: Final = "branch:Denpasar"
CITY: Final = "51.71"
PARTICIPANTS: Final = 284_621
"""The last target for active participants that was published, of 2018."""


def load_targets(session: Session, *, people: int, now: datetime) -> None:
    """Enter them; this year's new workers are to be as many as the demo's people."""
    with (DATA / PUBLISHED).open(encoding="utf-8", newline="") as lines:
        rows, _bad = read_file(lines, regions=place_names().keys())
    coverage.import_rows(session, actor=None, rows=rows, now=now)
    year = Period.year(day_of(now).year)
    for indicator, area, value in (
        (Indicator.ACTIVE_PARTICIPANTS, BRANCH, PARTICIPANTS),
        (Indicator.NEW_WORKERS, BRANCH, people),
        (Indicator.NEW_WORKERS, CITY, people),
    ):
        coverage.enter_target(
            session,
            actor=None,
            indicator=indicator,
            scope=coverage.Scope(Area(area)),
            period=year,
            value=value,
            source=INVENTED,
            now=now,
        )
