"""Keys that hold other keys: RSA-OAEP with SHA-256, as browsers speak it (Web Cryptography).

A phone wraps its data key to the agency's public key. The agency's private key opens it, and wraps
it again to the key of one request. A label binds each to what it is for: under another one it does
not open.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BYTES: Final = 32
BITS: Final = 3072
LEAST_BITS: Final = 2048
MOST_BITS: Final = 4096
EXPONENT: Final = 65537


class EscrowError(Exception):
    """A key that is no such key, or something that it does not open."""


class PrivateKey:
    """An agency's key, in memory for as long as it opens something."""

    def __init__(self, pkcs8: bytes) -> None:
        """pkcs8: as `private_bytes` gives them."""
        key = serialization.load_der_private_key(pkcs8, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise EscrowError
        self._key = key

    @classmethod
    def new(cls) -> PrivateKey:
        """A fresh key from the system's generator."""
        key = rsa.generate_private_key(EXPONENT, BITS)
        return cls(
            key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    @property
    def private_bytes(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def public_bytes(self) -> bytes:
        """SubjectPublicKeyInfo, what browsers call "spki"."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def unwrap(self, wrapped: bytes, *, label: str) -> bytes:
        """The data key that was wrapped to this one under this label. Raises EscrowError."""
        try:
            key = self._key.decrypt(wrapped, _oaep(label))
        except ValueError:
            raise EscrowError from None
        if len(key) != KEY_BYTES:
            raise EscrowError
        return key


def check_public(spki: bytes) -> None:
    """Raise EscrowError unless this is a public key that something may be wrapped to."""
    _public(spki)


def wrap(key: bytes, *, spki: bytes, label: str) -> bytes:
    """A data key for the holder of a public key, and for nobody else. Raises EscrowError."""
    return _public(spki).encrypt(key, _oaep(label))


def _public(spki: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(spki)
    except Exception:
        raise EscrowError from None
    if not isinstance(key, rsa.RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise EscrowError
    if key.public_numbers().e != EXPONENT:
        raise EscrowError
    return key


def _oaep(label: str) -> padding.OAEP:
    return padding.OAEP(
        mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=label.encode()
    )
