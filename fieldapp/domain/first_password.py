"""The first password of an account: read over the telephone, used once, then changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_CONSONANTS: Final = "bdgjkmnprstw"
_VOWELS: Final = "aeiu"
_DIGITS: Final = "23456789"
_GROUPS: Final = 3
_SYLLABLES: Final = 3


def first_password(pick: Callable[[str], str]) -> str:
    """ "tabiku-nesari-gumapi-4827": 62 bits, without letters that are taken for others.

    pick: chooses one character of a text unpredictably (`secrets.choice`).
    """
    groups = [
        "".join(pick(_CONSONANTS) + pick(_VOWELS) for _ in range(_SYLLABLES))
        for _ in range(_GROUPS)
    ]
    return "-".join([*groups, "".join(pick(_DIGITS) for _ in range(4))])
