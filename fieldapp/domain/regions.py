"""Region codes of Kemendagri: `PP.KK.CC.NNNN`, each code beginning with its parent's."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_CODE: Final = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


class Level(StrEnum):
    """Provinsi, kabupaten or kota, kecamatan, desa or kelurahan."""

    PROVINCE = "province"
    REGENCY = "regency"
    DISTRICT = "district"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Place:
    """One region."""

    code: str
    level: Level
    name: str

    @property
    def parent_code(self) -> str | None:
        """The region it lies in; None for a province."""
        return self.code.rpartition(".")[0] or None


def level_of(code: str) -> Level:
    """The level that a code speaks of. Raises ValueError for what is no code."""
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no region code")
    return list(Level)[code.count(".")]


def parents(code: str) -> tuple[str, ...]:
    """ "51.71.01.1001" → ("51", "51.71", "51.71.01"): from the province down."""
    parts = code.split(".")
    return tuple(".".join(parts[:end]) for end in range(1, len(parts)))


def regency_of(code: str) -> str:
    """ "51.71.01.1001" → "51.71"."""
    return code[:5]


def is_kelurahan(code: str) -> bool:
    """A kelurahan's own number begins with 1, a desa's with 2."""
    return level_of(code) is Level.VILLAGE and code[9] == "1"


def read_places(lines: Iterable[str]) -> tuple[Place, ...]:
    """Places of a CSV file with the columns code, level, name."""
    return tuple(
        Place(row["code"], Level(row["level"]), row["name"]) for row in csv.DictReader(lines)
    )
