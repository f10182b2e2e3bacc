"""Regions: put into the database from the file that the app carries (idn-area-data, ODbL 1.0)."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from fieldapp.adapters.tables import regions
from fieldapp.models.regions import Region


def load_regions(session: Session) -> int:
    """Add the regions that are missing and correct names; return how many rows changed."""
    found = session.execute(select(Region.code, Region.name))
    known = {row.code: row.name for row in found}
    rows = [
        {"code": r.code, "level": r.level.value, "name": r.name, "parent_code": r.parent_code}
        for r in regions()
    ]
    new = [row for row in rows if row["code"] not in known]
    if new:
        session.execute(insert(Region), new)
    renamed = [row for row in rows if known.get(row["code"] or "", row["name"]) != row["name"]]
    for row in renamed:
        session.execute(update(Region).where(Region.code == row["code"]).values(name=row["name"]))
    return len(new) + len(renamed)
