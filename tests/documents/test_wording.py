"""How official paper says numbers, money and dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.documents.wording import (
    LARGEST_SPELLED,
    grouped,
    long_date,
    money,
    month_and_year,
    rupiah_in_words,
    spelled,
)

DIGITS = {
    word: value
    for value, word in enumerate(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"], start=1
    )
}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read_aloud(words: str) -> int:
    """Read number words back, by a way of its own: left to right, as one hears them."""
    total = group = 0
    digit = 0
    for word in words.split():
        if word in DIGITS:
            digit = DIGITS[word]
        elif word == "sepuluh":
            group += 10
        elif word == "sebelas":
            group += 11
        elif word == "seratus":
            group += 100
        elif word == "seribu":
            total += 1000
        elif word == "belas":
            group, digit = group + 10 + digit, 0
        elif word == "puluh":
            group, digit = group + 10 * digit, 0
        elif word == "ratus":
            group, digit = group + 100 * digit, 0
        elif word in SCALES:
            total, group, digit = total + (group + digit) * SCALES[word], 0, 0
        else:
            assert word == "nol", word
    return total + group + digit


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1_000, "seribu"),
        (1_001, "seribu satu"),
        (1_100, "seribu seratus"),
        (2_000, "dua ribu"),
        (11_000, "sebelas ribu"),
        (16_800, "enam belas ribu delapan ratus"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (2_268_000, "dua juta dua ratus enam puluh delapan ribu"),
        (1_000_000_000, "satu miliar"),
        (1_000_000_000_000, "satu triliun"),
        (-5, "minus lima"),
    ],
)
def test_a_number_is_spelled_as_a_receipt_spells_it(number: int, words: str) -> None:
    assert spelled(number) == words


@given(st.integers(min_value=0, max_value=LARGEST_SPELLED))
def test_every_number_to_trillions_reads_back_as_itself(number: int) -> None:
    words = spelled(number)

    assert read_aloud(words) == number
    assert "  " not in words
    assert words == words.strip()
    assert "satu ratus" not in words
    assert "satu puluh" not in words
    assert "satu belas" not in words


def test_a_number_beyond_all_batches_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        spelled(LARGEST_SPELLED + 1)


def test_money_has_dots_and_no_space() -> None:
    assert money(16_800) == "Rp16.800"
    assert money(0) == "Rp0"
    assert money(-1_500) == "-Rp1.500"
    assert grouped(1_234_567) == "1.234.567"
    assert rupiah_in_words(16_800) == "Enam belas ribu delapan ratus rupiah"


def test_dates_are_written_out() -> None:
    assert long_date(date(2018, 7, 11)) == "11 Juli 2018"
    assert month_and_year(date(2026, 11, 1)) == "November 2026"
