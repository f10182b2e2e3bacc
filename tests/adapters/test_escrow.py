"""Keys that hold other keys: for their label and their holder, and for nobody else."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fieldapp.adapters import escrow

AGENCY = escrow.PrivateKey.new()
DATA_KEY = bytes(range(32))


def spki(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_what_is_wrapped_opens_with_the_key_that_was_kept():
    kept = escrow.PrivateKey(AGENCY.private_bytes)
    wrapped = escrow.wrap(DATA_KEY, spki=AGENCY.public_bytes, label="wayan")

    assert kept.unwrap(wrapped, label="wayan") == DATA_KEY
    assert DATA_KEY not in wrapped


def test_another_label_another_key_and_a_changed_byte_open_nothing():
    wrapped = escrow.wrap(DATA_KEY, spki=AGENCY.public_bytes, label="wayan")
    changed = bytes([wrapped[0] ^ 1]) + wrapped[1:]

    for key, text, label in (
        (AGENCY, wrapped, "made"),
        (AGENCY, changed, "wayan"),
        (AGENCY, wrapped[:-1], "wayan"),
        (escrow.PrivateKey.new(), wrapped, "wayan"),
    ):
        with pytest.raises(escrow.EscrowError):
            key.unwrap(text, label=label)


def test_what_is_no_data_key_is_not_handed_on():
    wrapped = escrow.wrap(b"sixteen bytes ok", spki=AGENCY.public_bytes, label="wayan")

    with pytest.raises(escrow.EscrowError):
        AGENCY.unwrap(wrapped, label="wayan")


@pytest.mark.parametrize(
    "public",
    [
        b"",
        b"no key at all",
        AGENCY.private_bytes,
        spki(ec.generate_private_key(ec.SECP256R1())),
        spki(rsa.generate_private_key(65537, 1024)),
        spki(rsa.generate_private_key(3, 2048)),
    ],
    ids=["empty", "noise", "private", "elliptic", "short", "small exponent"],
)
def test_nothing_is_wrapped_to_a_key_that_is_too_weak_or_none(public):
    with pytest.raises(escrow.EscrowError):
        escrow.check_public(public)
