"""Public holidays of Indonesia, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(year: int) -> Mapping[date, str]:
    """The days off of the whole country in a year, with their names in English."""
    return dict(holidays.country_holidays("ID", years=year, language="en_US"))
