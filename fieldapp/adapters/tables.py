"""The tables that the package carries as CSV files, each read once a process."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TextIO

from fieldapp.domain.contributions import Bracket, read_brackets
from fieldapp.domain.regions import Level, Place, read_places
from fieldapp.domain.vocabulary import Segment

DATA: Final = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Supervision:
    """That an agency of Denpasar supervises so many people of a category, as published.

    kind: "OPD" or "city company". verified: read in a source, not reckoned from others.
    """

    agency: str
    kind: str
    category: str
    segment: Segment
    people: int
    year: int
    verified: bool
    source: str


@lru_cache(maxsize=1)
def brackets() -> tuple[Bracket, ...]:
    """The BPU contribution table, ascending by income."""
    with _opened("bpu-contribution-brackets.csv") as lines:
        return read_brackets(lines)


@lru_cache(maxsize=1)
def regions() -> tuple[Place, ...]:
    """All provinces and regencies, and Bali's districts and villages."""
    with _opened("regions.csv") as lines:
        return read_places(lines)


@lru_cache(maxsize=1)
def regency_codes() -> frozenset[str]:
    """What `parse_nik` asks for: "51.71" and its 513 neighbours."""
    return frozenset(place.code for place in regions() if place.level is Level.REGENCY)


@lru_cache(maxsize=1)
def place_names() -> Mapping[str, str]:
    """The name of each carried place by its code."""
    return {place.code: place.name for place in regions()}


@lru_cache(maxsize=1)
def agencies() -> tuple[Supervision, ...]:
    """Who supervises whom in Denpasar."""
    with _opened("agencies-denpasar.csv") as lines:
        return tuple(
            Supervision(
                agency=row["agency"],
                kind=row["kind"],
                category=row["category"],
                segment=Segment(row["segment"]),
                people=int(row["people"]),
                year=int(row["year"]),
                verified=row["confidence"] == "verified",
                source=row["source"],
            )
            for row in csv.DictReader(lines)
        )


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield lines


@lru_cache
def consent_statement(version: str) -> str:
    """What a worker agrees to, word for word, as the page shows it and the form prints it."""
    return (DATA / f"consent-{version}.txt").read_text("utf-8").strip()
