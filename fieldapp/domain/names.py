"""Balinese names: tidied as typed, folded for comparing, cut into pieces for searching.

One field, as on the KTP: there is no family name. A marker of sex or rank (I, Ni, Ida Bagus,
Anak Agung …), a birth-order name (Wayan, Made …) and personal names follow each other, and all
but the last are abbreviated in a dozen ways.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.unreadable import UnreadableError

LONGEST: Final = 120
LONGEST_ON_A_KTP: Final = 60
"""With spaces (Permendagri 73/2022); older documents stay valid, so more is only a warning."""

_SIGNS: Final = frozenset(" .,'’`-/()")


class NameFault(StrEnum):
    """In which way a typed name is no name."""

    EMPTY = "name_empty"
    DIGITS = "name_digits"
    SIGNS = "name_signs"
    TOO_LONG = "name_too_long"


class PersonNameError(UnreadableError):
    """No name. Facts by fault: `sign` (the first that no name has); `length`, `longest`."""

    code: ClassVar[str] = "person_name"


def tidy_name(text: str) -> str:
    """A name as it will be stored and printed: spaces in order, letters as they were typed.

    One word is a name. Raises PersonNameError.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if any(letter.isdigit() for letter in name):
        raise PersonNameError(NameFault.DIGITS)
    for letter in name:
        if not _may_stand_in_a_name(letter):
            shown = letter if letter.isprintable() else f"U+{ord(letter):04X}"
            raise PersonNameError(NameFault.SIGNS, sign=shown)
    if not any(letter.isalpha() for letter in name):
        raise PersonNameError(NameFault.EMPTY)
    if len(name) > LONGEST:
        raise PersonNameError(NameFault.TOO_LONG, length=len(name), longest=LONGEST)
    return name


def _may_stand_in_a_name(letter: str) -> bool:
    return letter in _SIGNS or unicodedata.category(letter)[0] in "LM"


TITLES: Final = frozenset(
    {
        *("amd", "ba", "dr", "dra", "drg", "drs", "h", "hj", "ir", "kp", "mag", "mh", "mkes"),
        *("mkn", "mm", "mp", "mpd", "mph", "msc", "msi", "mt", "ners", "phd", "prof", "sag"),
        *("se", "sh", "si", "sip", "skep", "skm", "skom", "sp", "spd", "spdh", "ss", "ssi"),
        *("ssos", "sst", "st", "spt"),
    }
)
"""Degrees and titles that say what somebody learnt, not who they are; written without dots."""

MARKERS: Final = frozenset({"i", "ni"})
"""Man and woman; left out as often as not."""

WORDS: Final[Mapping[str, str]] = {
    # rank
    "ib": "ida bagus",
    "idabagus": "ida bagus",
    "ia": "ida ayu",
    "dayu": "ida ayu",
    "idayu": "ida ayu",
    "idaayu": "ida ayu",
    "aa": "anak agung",
    "anakagung": "anak agung",
    "agng": "agung",
    "gst": "gusti",
    "gusti": "gusti",
    "igst": "gusti",
    "igusti": "gusti",
    "iga": "gusti",  # I Gusti Agung or I Gusti Ayu: only their bearers know
    "ign": "gusti ngurah",
    "ngr": "ngurah",
    "cok": "cokorda",
    "tjok": "cokorda",
    "cokorde": "cokorda",
    "tjokorde": "cokorda",
    "dw": "dewa",
    "idewa": "dewa",
    "dsk": "desak",
    "sg": "sang",
    "bgs": "bagus",
    "pd": "pande",
    "jro": "jero",
    # order of birth
    "wy": "wayan",
    "wyn": "wayan",
    "wajan": "wayan",
    "gd": "gede",
    "gde": "gede",
    "pt": "putu",
    "lh": "luh",
    "md": "made",
    "kd": "kadek",
    "kdk": "kadek",
    "ngh": "nengah",
    "nym": "nyoman",
    "nyomn": "nyoman",
    "km": "komang",
    "kmg": "komang",
    "kt": "ketut",
    "ktut": "ketut",
}
"""Abbreviations, glued and old spellings of the words that most names share."""

_BIRTH_ORDER: Final = "wayan|putu|gede|luh|made|kadek|nengah|nyoman|komang|ketut"
_GLUED: Final = re.compile(rf"(?:i|ni)({_BIRTH_ORDER})")

SPELLINGS: Final = (
    ("oe", "u"),
    ("tj", "c"),
    ("dj", "j"),
    ("nj", "ny"),
    ("sj", "sy"),
    ("dh", "d"),
    ("th", "t"),
    ("bh", "b"),
    ("gh", "g"),
    ("kh", "k"),
    ("v", "w"),
    ("ia", "ya"),
)
"""Spellings before 1972 and of Sanskrit words, each with today's plain one."""


def fold(name: str) -> str:
    """The key by which names are compared: case, accents, spelling, abbreviations, I and Ni,
    titles and degrees do not count. Words keep their order, one space between them; at most
    LONGEST letters, as abbreviations grow when they are written out.
    """
    words = [word for each in _words(name) for word in _canonical(each).split()]
    while len(words) > 1 and words[0] in MARKERS:
        words = words[1:]
    return " ".join(words)[:LONGEST].rstrip()


def sort_key(name: str) -> str:
    """For lists: the name in plain lower case without I and Ni, or all would stand under them."""
    words = _plain(name).split()
    if len(words) > 1 and words[0].rstrip(".") in MARKERS:
        words = words[1:]
    return " ".join(words)[:LONGEST].rstrip()


def grams(folded: str) -> frozenset[str]:
    """The pieces of three letters of each word, its beginning and end marked by a space.

    "sudarma" → " su" "sud" "uda" "dar" "arm" "rma" "ma ".
    """
    padded = (f" {word} " for word in folded.split())
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def initials_masked(name: str) -> str:
    """Enough to know one's own card, too little to know a stranger's: "I W. S."."""
    words = re.split(r"[\s.]+", _drop_degrees(name))
    return " ".join(
        word if word.lower() in MARKERS else f"{letters[0]}."
        for word in words
        if (letters := [letter for letter in word if letter.isalpha()])
    )


def _plain(name: str) -> str:
    """Lower case without accents."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _drop_degrees(name: str) -> str:
    """Degrees follow a comma; what comes after one is never part of a name."""
    return name.partition(",")[0] or name


def _words(name: str) -> Iterator[str]:
    """Plain words without signs and titles; "A.A." is one word, "IB.Made" two."""
    typed = [each for each in re.split(r"[\s\-/()]+", _plain(_drop_degrees(name))) if each]
    named = [each for each in typed if _letters(each) not in TITLES] or typed
    return _joined(part for each in named for part in _split_at_dots(each))


def _letters(word: str) -> str:
    return "".join(letter for letter in word if letter.isalpha())


def _split_at_dots(word: str) -> Iterator[str]:
    return (letters for part in word.split(".") if (letters := _letters(part)))


def _joined(words: Iterable[str]) -> Iterator[str]:
    """Initials that stand together are one abbreviation: a, a → aa; i, b → ib; i, gst → two."""
    run = ""
    for word in words:
        if len(word) == 1:
            run += word
            continue
        yield from _run(run)
        run = ""
        yield word
    yield from _run(run)


def _run(letters: str) -> Iterator[str]:
    """A run of initials is an abbreviation if it is known as one, else each stands alone."""
    if letters in WORDS:
        yield letters
    elif letters[:1] == "i" and letters[1:] in WORDS:
        yield letters[1:]
    else:
        yield from letters


def _canonical(word: str) -> str:
    if word in WORDS:
        return WORDS[word]
    for old, new in SPELLINGS:
        word = word.replace(old, new)
    word = re.sub(r"(.)\1+", r"\1", word)
    if glued := _GLUED.fullmatch(word):
        return glued[1]
    return WORDS.get(word, word)
