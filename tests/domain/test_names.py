import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.names import (
    LONGEST,
    NameFault,
    PersonNameError,
    fold,
    grams,
    initials_masked,
    sort_key,
    tidy_name,
)

WRITTEN_ALIKE = [
    ("I Wayan Sudarma", "wayan sudarma"),
    ("I WAYAN SUDARMA", "wayan sudarma"),
    ("Wy. Sudharma, S.H., M.Si.", "wayan sudarma"),
    ("Drs. I Wyn. Soedarma", "wayan sudarma"),
    ("I Wajan Sudarma SH", "wayan sudarma"),
    ("Iwayan Sudarma", "wayan sudarma"),
    ("I Wayan Suddarma", "wayan sudarma"),
    ("dr. Ni Md. Ayu Dewi", "made ayu dewi"),
    ("NI MADE AYU DEWI", "made ayu dewi"),
    ("Ida Bagus Gede Mantra", "ida bagus gede mantra"),
    ("IB. Gde Mantra", "ida bagus gede mantra"),
    ("I.B. Gd. Mantra", "ida bagus gede mantra"),
    ("IB.Gede Mantra", "ida bagus gede mantra"),
    ("I B Gede Mantra", "ida bagus gede mantra"),
    ("Ida Ayu Ketut Suryani", "ida ayu ketut suryani"),
    ("Dayu Kt. Suriani", "ida ayu ketut suryani"),
    ("IA. Ktut Suryani", "ida ayu ketut suryani"),
    ("Anak Agung Gede Ngurah Putra", "anak agung gede ngurah putra"),
    ("A.A. Gde Ngr. Putra", "anak agung gede ngurah putra"),
    ("AA Gede Ngr Putra", "anak agung gede ngurah putra"),
    ("I Gusti Ngurah Rai", "gusti ngurah rai"),
    ("I Gst. Ngr. Rai", "gusti ngurah rai"),
    ("IGN Rai", "gusti ngurah rai"),
    ("Gst Ngurah Rai", "gusti ngurah rai"),
    ("Cokorda Istri Djelantik", "cokorda istri jelantik"),
    ("Tjokorda Istri Jelantik", "cokorda istri jelantik"),
    ("Cok. Istri Jelantik", "cokorda istri jelantik"),
    ("I Dewa Nyoman Bhakti", "dewa nyoman bakti"),
    ("I Dw. Nym. Bakti", "dewa nyoman bakti"),
    ("Dsk. Pt. Artha", "desak putu arta"),
    ("Desak Putu Arta", "desak putu arta"),
    ("I Kadek Sugita", "kadek sugita"),
    ("Kd. Soegita", "kadek sugita"),
    ("Km. Sérangan", "komang serangan"),
    ("I Komang Serangan", "komang serangan"),
    ("Sg. Ketut Wisnu", "sang ketut wisnu"),
    ("Sang Kt. Visnu", "sang ketut wisnu"),
    ("Sudarma", "sudarma"),
    ("Ni", "ni"),
    ("dr.", "dr"),
]


@pytest.mark.parametrize(("written", "key"), WRITTEN_ALIKE)
def test_a_name_is_folded_however_it_is_written(written, key):
    assert fold(written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I Wayan Sudarma", "I Made Sudarma"),
        ("I Ketut Arta", "Ni Ketut Arti"),
        ("Ida Bagus Putra", "Ida Ayu Putra"),
        ("I Gusti Putu Rai", "I Gusti Made Rai"),
    ],
)
def test_other_names_stay_other_names(one, other):
    assert fold(one) != fold(other)


@given(st.sampled_from([written for written, _ in WRITTEN_ALIKE]))
def test_a_folded_name_folds_to_itself(written):
    assert fold(fold(written)) == fold(written)


def test_abbreviations_that_grow_when_written_out_still_fit_the_column():
    assert len(fold("IB. " * 30)) <= LONGEST


@given(st.text(max_size=200))
def test_any_text_can_be_folded_and_fits_its_column(text):
    assert len(fold(text)) <= LONGEST
    assert len(sort_key(text)) <= LONGEST
    assert all(len(gram) <= 3 for gram in grams(fold(text)))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  I   Wayan \t Sudarma ", "I Wayan Sudarma"),
        ("SUDARMA", "SUDARMA"),
        ("I Gusti Ngurah Rai, S.H., M.Si.", "I Gusti Ngurah Rai, S.H., M.Si."),
        ("Ida Ayu Ma’arif-D'Souza", "Ida Ayu Ma’arif-D'Souza"),
        (unicodedata.normalize("NFD", "Ketut Sérangan"), "Ketut Sérangan"),
        ("ᬯᬬᬦ᭄", "ᬯᬬᬦ᭄"),
    ],
)
def test_a_typed_name_is_tidied_and_otherwise_left_alone(typed, kept):
    assert tidy_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ("", {"fault": NameFault.EMPTY}),
        (" . ", {"fault": NameFault.EMPTY}),
        ("Wayan 2", {"fault": NameFault.DIGITS}),
        ("<script>alert()</script>", {"fault": NameFault.SIGNS, "sign": "<"}),
        ("Wayan\x00Sudarma", {"fault": NameFault.SIGNS, "sign": "U+0000"}),
        ("Wayan\u202eSudarma", {"fault": NameFault.SIGNS, "sign": "U+202E"}),
        ("Wayan ☺", {"fault": NameFault.SIGNS, "sign": "☺"}),
        ("=cmd", {"fault": NameFault.SIGNS, "sign": "="}),
        ("A" * 121, {"fault": NameFault.TOO_LONG, "length": 121, "longest": 120}),
    ],
)
def test_what_is_no_name_is_refused_for_its_reason(typed, facts):
    with pytest.raises(PersonNameError) as refusal:
        tidy_name(typed)

    assert refusal.value.facts == facts


@given(st.text(max_size=80))
def test_a_tidied_name_is_tidy(text):
    try:
        name = tidy_name(text)
    except PersonNameError:
        return

    assert tidy_name(name) == name
    assert name == name.strip()
    assert "  " not in name
    assert not set(name) & set("<>0123456789\n\t")


def test_lists_are_sorted_without_i_and_ni():
    names = ["Ni Made Ayu", "I Wayan Sudarma", "I Ketut Arta", "Agus", "Ni", "Émile"]

    assert sorted(names, key=sort_key) == [
        "Agus",
        "Émile",
        "I Ketut Arta",
        "Ni Made Ayu",
        "Ni",
        "I Wayan Sudarma",
    ]


def test_a_name_is_cut_into_threes_that_know_where_a_word_begins_and_ends():
    assert grams("sudarma") == {" su", "sud", "uda", "dar", "arm", "rma", "ma "}
    assert grams("i") == {" i "}
    assert grams("") == frozenset()
    assert grams("putu ayu") == grams("putu") | grams("ayu")


def test_one_wrong_letter_leaves_half_of_the_pieces():
    right, wrong = grams(fold("I Wayan Sudarma")), grams(fold("I Wayan Sudrama"))

    assert len(right & wrong) * 2 >= len(right)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("I Wayan Sudarma", "I W. S."),
        ("NI LUH PUTU AYU", "NI L. P. A."),
        ("A.A. Gede Putra, S.H.", "A. A. G. P."),
        ("IB.Made", "I. M."),
        ("Sudarma", "S."),
    ],
)
def test_the_public_sees_initials(name, masked):
    assert initials_masked(name) == masked
