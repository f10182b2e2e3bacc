"""Which texts of consent have been asked, by version (UU 27/2022 art. 21, 22 and 24).

The words are in `fieldapp/data/consent-<version>.txt`. A version is never edited: what somebody
agreed to must stay readable; a new wording is a new version, at the end.
"""

from typing import Final

VERSIONS: Final = ("2026-11",)
CURRENT: Final = VERSIONS[-1]


def needs_asking(version: str | None) -> bool:
    """Whether consent was never given, or to a text that is not known here."""
    return version not in VERSIONS
