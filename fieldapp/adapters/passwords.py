"""Passwords hashed with argon2id (OWASP: 19 MiB, two passes, one lane)."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldapp.adapters.tables import DATA
from fieldapp.domain.passwords import normal

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _HASHER.hash(normal(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored. With nothing stored it takes as long, and is not."""
    try:
        _HASHER.verify(stored or _nobody(), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def common() -> frozenset[str]:
    """The commonest passwords, in lower case."""
    lines = (DATA / "common-passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line and not line.startswith("#"))


@cache
def _nobody() -> str:
    """A hash that no password is asked for: it is verified when there is no account."""
    return _HASHER.hash("nobody's password, verified in vain")
