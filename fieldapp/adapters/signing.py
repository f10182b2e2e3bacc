"""Signatures of cards and void lists: Ed25519, so that anybody can check and nobody can make."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

CARD: Final = b"Fieldapp card\0"
VOID_LIST: Final = b"Fieldapp void list\0"
"""What a signature is for is signed with it: one of a list is never one of a card."""


class SigningKey:
    """A private key, in memory for as long as it signs."""

    def __init__(self, private: bytes) -> None:
        """private: 32 bytes, as `private_bytes` gives them."""
        self._key = Ed25519PrivateKey.from_private_bytes(private)

    @classmethod
    def new(cls) -> SigningKey:
        """A fresh key from the system's generator."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def private_bytes(self) -> bytes:
        return self._key.private_bytes_raw()

    @property
    def public_bytes(self) -> bytes:
        """The 32 bytes that everybody may know."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes, *, purpose: bytes) -> bytes:
        """64 bytes; the same for the same message."""
        return self._key.sign(purpose + message)


def is_signed(message: bytes, signature: bytes, *, public: bytes, purpose: bytes) -> bool:
    """Whether the signature was made by the key behind `public` (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, purpose + message)
    except InvalidSignature:
        return False
    return True
