"""Numbers in a row without a gap: each series is a counter row, locked until the commit."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldapp.models.registrations import Counter


def take(session: Session, series: str, count: int = 1) -> int:
    """Take `count` numbers of a series and return the first of them (series start at 1)."""
    last = _advance(session, series, count)
    if last is None:
        try:
            with session.begin_nested():
                session.add(Counter(name=series, value=0))
        except IntegrityError:  # somebody else began the series at this moment
            pass
        last = _advance(session, series, count)
        assert last is not None
    return last - count + 1


def hold(session: Session, series: str) -> None:
    """Wait for whoever else holds this name, and hold it until the commit."""
    take(session, series, 0)


def _advance(session: Session, series: str, count: int) -> int | None:
    told = {"series": series, "count": count}
    last: int | None = session.connection().scalar(_ADVANCE, told)
    return last


_COUNTERS: Final = Counter.__table__
_ADVANCE: Final = (
    update(_COUNTERS)  # type: ignore[arg-type]
    .where(_COUNTERS.c.name == bindparam("series"))
    .values(value=_COUNTERS.c.value + bindparam("count"))
    .returning(_COUNTERS.c.value)
)
