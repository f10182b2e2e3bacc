"""Numbers in a row without a gap: each series is a counter row, locked until the commit."""

from __future__ import annotations

from sqlalchemy import update
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
    return session.scalar(
        update(Counter)
        .where(Counter.name == series)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
