"""Text that must fit its box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.documents.cards import NAME_MM, NAME_STEPS
from fieldapp.documents.fitting import Face, fit, ladder, printable, unprintable, width_mm
from tests.documents.paper_people import LONG_NAME, ONE_LONG_WORD


def test_a_short_name_is_set_large_on_one_line() -> None:
    fitted = fit("Sudarma", NAME_MM, NAME_STEPS)

    assert fitted.lines == ("Sudarma",)
    assert (fitted.face, fitted.size) == (Face.BOLD, 12)


def test_a_longer_name_shrinks_before_it_wraps() -> None:
    fitted = fit("IDA AYU PUTU SRI WIDYAWATI", NAME_MM, NAME_STEPS)

    assert len(fitted.lines) == 1
    assert 10 <= fitted.size < 12


@pytest.mark.parametrize("name", [LONG_NAME, ONE_LONG_WORD, "Ni Luh Ayu Éka Ḍarmini " * 2])
def test_a_name_of_sixty_letters_takes_two_lines_and_loses_none(name: str) -> None:
    fitted = fit(name.strip(), NAME_MM, NAME_STEPS)

    assert len(fitted.lines) == 2
    assert not fitted.cut
    assert "".join(fitted.lines).replace(" ", "") == printable(name).replace(" ", "")
    assert fitted.size >= 8


def test_what_fits_nowhere_is_cut_and_says_so() -> None:
    fitted = fit("W" * 200, NAME_MM, NAME_STEPS)

    assert fitted.cut
    assert len(fitted.lines) == 2
    assert fitted.lines[-1].endswith("…")


@given(st.text(max_size=120), st.floats(min_value=12, max_value=180))
def test_no_line_is_wider_than_its_box(text: str, room: float) -> None:
    steps = ladder((Face.REGULAR, Face.NARROW), (9, 7), lines=(1, 2))

    fitted = fit(text, room, steps)

    assert all(width_mm(line, fitted.face, fitted.size) <= room for line in fitted.lines)
    assert len(fitted.lines) <= 2


def test_letters_that_the_fonts_lack_are_taken_apart_or_reported() -> None:
    assert unprintable("Éka Ḍarmini Ṣri Núñez Ðỗ") == ()
    assert printable("Ḍ") == "D\u0323"
    assert unprintable("ᬯᬬᬦ᭄ Wayan 😀") == ("ᬯ", "ᬬ", "ᬦ", "᭄", "😀")
    assert printable("Wayan 😀") == "Wayan ?"
    assert printable("Wayan\u200b\nSudarma\x00") == "Wayan Sudarma"
