"""What readers of the form look things up in, as the app carries it: regencies and villages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from fieldapp.adapters.tables import regency_codes, regions
from fieldapp.domain.forms import Reference, Village, village_key
from fieldapp.domain.regions import Level


def reference(today: date) -> Reference:
    """The look-up tables as of a day."""
    return Reference(today, regency_codes(), villages(), _by_name())


@cache
def villages() -> Mapping[str, Village]:
    """Every village by its code."""
    names = {place.code: place.name for place in regions()}
    return {
        place.code: Village(place.code, place.name, names[place.code[:8]], names[place.code[:5]])
        for place in regions()
        if place.level is Level.VILLAGE
    }


@cache
def regencies_of_bali() -> Mapping[str, str]:
    """The names of Bali's regencies by code."""
    return {
        place.code: place.name
        for place in regions()
        if place.level is Level.REGENCY and place.code.startswith("51.")
    }


@cache
def _by_name() -> Mapping[str, Sequence[Village]]:
    found: dict[str, list[Village]] = defaultdict(list)
    for village in villages().values():
        ways = (
            village.name,
            f"{village.name} {village.district}",
            f"{village.name} {village.regency}",
            village.label,
        )
        for way in {village_key(way) for way in ways}:
            found[way].append(village)
    return dict(found)
