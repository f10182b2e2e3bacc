"""Sealing of single values with AES-256-GCM-SIV, and blind indexes to find them again.

A sealed value is: version (1 byte) · key id (4) · nonce (12) · ciphertext and tag (length + 16).
The header and the place it belongs to are authenticated with it, so that a value moved to another
row is refused. GCM-SIV forgives a repeated nonce, which random ones of 12 bytes may bring.
"""

from __future__ import annotations

import hmac
import os
from enum import StrEnum
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from fieldapp.adapters.keys import ID_BYTES, Keyring
from fieldapp.domain.errors import FieldError

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = 1 + ID_BYTES
_LEAST_BYTES = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES
_BLIND_BYTES = 16
_TAIL = 4


class SealFault(StrEnum):
    """Why a sealed value did not open."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    NOT_AUTHENTIC = "not_authentic"
    """Changed, or moved here from another row: the cipher cannot tell which."""


class SealError(FieldError):
    """A sealed value does not open. Facts: `fault` (SealFault), `context`, `key_id` (or None)."""

    code: ClassVar[str] = "seal_broken"
    status: ClassVar[int] = 500


class Sealer:
    """Seals and opens with the keys of an installation; safe to share between threads."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._ciphers: dict[bytes, AESGCMSIV] = {}
        self._purposes: dict[str, bytes] = {}

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Seal for one place, "table.column.row" for example."""
        header = _VERSION + bytes.fromhex(self._keyring.current_id)
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._cipher(header[1:])
        return header + nonce + cipher.encrypt(nonce, plaintext, header + context.encode())

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """What was sealed for this place; raises `SealError`."""
        if len(sealed) < _LEAST_BYTES or sealed[:1] != _VERSION:
            raise SealError(fault=SealFault.MALFORMED, context=context, key_id=None)
        header = bytes(sealed[:_HEADER_BYTES])
        key_id = header[1:]
        try:
            cipher = self._cipher(key_id)
        except KeyError:
            raise SealError(
                fault=SealFault.UNKNOWN_KEY, context=context, key_id=key_id.hex()
            ) from None
        nonce = sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        body = sealed[_HEADER_BYTES + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, header + context.encode())
        except InvalidTag:
            raise SealError(
                fault=SealFault.NOT_AUTHENTIC, context=context, key_id=key_id.hex()
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether it lies under the key that seals now; if not, it waits to be sealed again."""
        return sealed[:_HEADER_BYTES] == _VERSION + bytes.fromhex(self._keyring.current_id)

    def blind(self, value: str, *, purpose: str) -> bytes:
        """16 bytes that are equal for equal values of one purpose, and tell nothing else."""
        key = self._purposes.get(purpose)
        if key is None:
            key = hmac.digest(self._keyring.index_key, purpose.encode(), "sha256")
            self._purposes[purpose] = key
        return hmac.digest(key, value.encode(), "sha256")[:_BLIND_BYTES]

    def tail_blind(self, value: str, *, purpose: str) -> bytes:
        """The blind index of the last four characters, under a key of its own.

        There are only 10,000 tails of a NIK: without the key they tell nothing, but rows that
        share one can be seen to share it.
        """
        return self.blind(value[-_TAIL:], purpose=f"{purpose}/tail")

    def _cipher(self, key_id: bytes) -> AESGCMSIV:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = AESGCMSIV(self._keyring.data_key(key_id.hex()))
            self._ciphers[key_id] = cipher
        return cipher
