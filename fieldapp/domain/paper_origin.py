"""Where a printed file comes from: what the hash of its bytes tells."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import BinaryIO, Final

from fieldapp.domain.intake import HASH

PIECE: Final = 1 << 18
FEW: Final = 12
"""Of so many workers or fewer, a file is told with each number; of more, with how many."""


class OtherPaper(StrEnum):
    """What is printed one at a time and kept in the audit trail alone."""

    PERMIT_RESULT = "permit_result"
    WARNING_LETTER = "warning_letter"


def hash_of(file: BinaryIO) -> bytes:
    """SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.digest()


def read_digest(text: str) -> bytes | None:
    """A SHA-256 as people copy it, in any case, blanks aside; None for what is none."""
    plain = re.sub(r"\s", "", text).lower()
    return bytes.fromhex(plain) if HASH.fullmatch(plain) else None


def told(numbers: Iterable[str]) -> tuple[str, ...]:
    """The numbers, if they are few; else none."""
    found = tuple(numbers)
    return found if len(found) <= FEW else ()
