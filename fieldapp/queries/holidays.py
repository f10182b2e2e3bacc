"""Questions about days off."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldapp.models.holidays import LocalHoliday


def local_holidays(session: Session) -> Sequence[LocalHoliday]:
    """All local days off, the latest first."""
    return session.scalars(select(LocalHoliday).order_by(LocalHoliday.day.desc())).all()
