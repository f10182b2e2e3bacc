"""Signatures: any bit changed, any other key, any other purpose is refused."""

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.adapters.signing import CARD, VOID_LIST, SigningKey, is_signed

KEY = SigningKey(bytes(range(32)))
MESSAGE = b"sixteen bytes ok"


def test_a_key_signs_the_same_message_alike_and_is_kept_as_32_bytes():
    again = SigningKey(KEY.private_bytes)

    assert again.sign(MESSAGE, purpose=CARD) == KEY.sign(MESSAGE, purpose=CARD)
    assert len(KEY.public_bytes) == len(KEY.private_bytes) == 32


@given(st.integers(0, (16 + 64) * 8 - 1))
def test_a_flipped_bit_anywhere_is_not_genuine(bit):
    code = bytearray(MESSAGE + KEY.sign(MESSAGE, purpose=CARD))
    assert is_signed(bytes(code[:16]), bytes(code[16:]), public=KEY.public_bytes, purpose=CARD)

    code[bit // 8] ^= 1 << bit % 8

    assert not is_signed(bytes(code[:16]), bytes(code[16:]), public=KEY.public_bytes, purpose=CARD)


def test_another_key_and_another_purpose_are_refused():
    signature = KEY.sign(MESSAGE, purpose=CARD)

    other = SigningKey.new().public_bytes
    assert not is_signed(MESSAGE, signature, public=other, purpose=CARD)
    assert not is_signed(MESSAGE, signature, public=KEY.public_bytes, purpose=VOID_LIST)
