"""Are two people one? By name and birth date, when the NIK says that they are two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from fieldapp.domain.names import fold

ALIKE: Final = 0.75
"""From here on two names may be one: Ketut Sudarma and Sudarma, not Made and Wayan Sudarma."""


class Person(NamedTuple):
    """What likeness is judged by."""

    name: str
    birth_date: date


class DatesAgree(StrEnum):
    """In which way two birth dates may be the same date, written down twice."""

    SAME = "same"
    SWAPPED = "swapped"
    YEAR_OFF = "year_off"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another registration, under another NIK, of somebody who may be the same person.

    likeness: `likeness` of the two names, 0 to 1.
    """

    registration_id: UUID
    likeness: float
    birth_date: date

    @property
    def name_is_alike(self) -> bool:
        """Whether the names alone would do."""
        return self.likeness >= ALIKE


def how_dates_agree(a: date, b: date) -> DatesAgree | None:
    """Equal, day and month swapped, or a year off; None when they are two dates."""
    if a == b:
        return DatesAgree.SAME
    if a.year == b.year and (a.day, a.month) == (b.month, b.day):
        return DatesAgree.SWAPPED
    if abs(a.year - b.year) == 1 and (a.day, a.month) == (b.day, b.month):
        return DatesAgree.YEAR_OFF
    return None


def same_person(a: Person, b: Person) -> bool:
    """Whether a supervisor should look at the two together."""
    alike = likeness(a.name, b.name) >= ALIKE
    return alike and how_dates_agree(a.birth_date, b.birth_date) is not None


def likeness(a: str, b: str) -> float:
    """How alike two names are, 0 to 1, after folding; the order of words does not matter.

    Monge and Elkan's measure with an edit distance inside: each word of one name is compared
    with the word of the other that it resembles most, words count by their length, and the two
    directions are averaged. So a name written without its "Wayan" is still near.
    """
    return folded_likeness(fold(a), fold(b))


def folded_likeness(a: str, b: str) -> float:
    """The same of two keys that `fold` made: whole lists are compared without folding again."""
    left, right = a.split(), b.split()
    if not left or not right:
        return 0.0
    return (_covered(left, right) + _covered(right, left)) / 2


def _covered(words: Sequence[str], others: Sequence[str]) -> float:
    """How well the words are found among the others, 0 to 1."""
    best = (len(word) * max(_word_likeness(word, other) for other in others) for word in words)
    return sum(best) / sum(map(len, words))


@lru_cache(maxsize=50_000)  # a few hundred words make most of the names of Bali
def _word_likeness(a: str, b: str) -> float:
    return 1.0 if a == b else 1 - _edits(a, b) / max(len(a), len(b))


def _edits(a: str, b: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour (optimal alignment)."""
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
