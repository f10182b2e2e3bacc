"""Questions about regions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from fieldapp.domain.regions import parents
from fieldapp.models.regions import Region


def region(session: Session, code: str) -> Region | None:
    """One region."""
    return session.get(Region, code)


def path_to(session: Session, code: str) -> Sequence[Region]:
    """The regions that a region lies in, from the province down."""
    return session.scalars(
        select(Region).where(Region.code.in_(parents(code))).order_by(Region.code)
    ).all()


def inside(session: Session, code: str | None) -> Sequence[Region]:
    """The regions right under a region; for None the provinces."""
    parent = Region.parent_code.is_(None) if code is None else Region.parent_code == code
    return session.scalars(select(Region).where(parent).order_by(Region.code)).all()


def counts(session: Session) -> dict[str, int]:
    """How many regions there are of each level."""
    rows = session.execute(select(Region.level, func.count().label("rows")).group_by(Region.level))
    return {row.level: row.rows for row in rows}


def find(session: Session, text: str, *, after: str, rows: int) -> tuple[Sequence[Region], bool]:
    """Regions whose name holds every word, or whose code begins so; and whether more follow."""
    words = [
        func.lower(Region.name).contains(word, autoescape=True) for word in text.lower().split()
    ]
    found = session.scalars(
        select(Region)
        .where(
            or_(Region.code.startswith(text.strip(), autoescape=True), and_(*words)),
            Region.code > after,
        )
        .order_by(Region.code)
        .limit(rows + 1)
    ).all()
    return found[:rows], len(found) > rows
