"""Tokens of the API: what they may do, and why one is refused."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.errors import FieldError

LONGEST_DAYS: Final = 730
"""No token lives longer than two years."""


class Scope(StrEnum):
    """A deed that a token may be given."""

    COMPANY_STATUS = "company.status"
    PERMIT_CHECK = "permit.check"


class TokenMissingError(FieldError):
    """The request carries no token."""

    code: ClassVar[str] = "token_missing"
    status: ClassVar[int] = 401


class TokenUnknownError(FieldError):
    """No token of ours, or the account that it acts for is closed."""

    code: ClassVar[str] = "token_unknown"
    status: ClassVar[int] = 401


class TokenExpiredError(FieldError):
    """Its time is over."""

    code: ClassVar[str] = "token_expired"
    status: ClassVar[int] = 401


class TokenRevokedError(FieldError):
    """It was taken back."""

    code: ClassVar[str] = "token_revoked"
    status: ClassVar[int] = 401


class ScopeMissingError(FieldError):
    """The token may not do this. Facts: `scope`."""

    code: ClassVar[str] = "scope_missing"
    status: ClassVar[int] = 403


class TokenTermsError(FieldError):
    """A token needs a name, a scope, and 1 to 730 days. Facts: `longest`."""

    code: ClassVar[str] = "token_terms"


class KeyMissingError(FieldError):
    """A check asks for an idempotency key of 8 to 80 letters, digits, `-`, `_`, `.` or `:`."""

    code: ClassVar[str] = "idempotency_key_missing"
    status: ClassVar[int] = 400


class KeyReusedError(FieldError):
    """The idempotency key was used for another request."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 409


def check_token(
    *,
    scopes: Collection[str],
    wanted: Scope,
    expires_at: datetime,
    revoked_at: datetime | None,
    now: datetime,
) -> None:
    """Raise TokenRevokedError, TokenExpiredError or ScopeMissingError unless it may."""
    if revoked_at is not None:
        raise TokenRevokedError
    if expires_at <= now:
        raise TokenExpiredError
    if wanted not in scopes:
        raise ScopeMissingError(scope=wanted)
