"""How official Indonesian paper writes dates, money and numbers.

Paper is Indonesian whoever prints it, so nothing here goes through gettext.
"""

from collections.abc import Mapping
from datetime import date

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)

SEX: Mapping[str, str] = {"male": "Laki-laki", "female": "Perempuan"}

PAYER: Mapping[str, str] = {
    "apbn": "APBN",
    "apbd": "APBD",
    "apbdes": "APB Desa",
    "own": "Peserta sendiri",
    "deducted": "Dipotong dari upah",
    "company": "Perusahaan",
    "beragam": "Beragam",
}

_UNITS = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_SCALES = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (10**3, "ribu"),
)
LARGEST_SPELLED = 10**15 - 1


def long_date(day: date) -> str:
    """11 Juli 2018."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_and_year(day: date) -> str:
    """Juli 2018: a contribution month (BLTH)."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def grouped(number: int) -> str:
    """1.234.567: a dot for thousands."""
    return f"{number:,}".replace(",", ".")


def money(rupiah: int) -> str:
    """Rp16.800: the standard spelling has no space, and contributions have no decimals."""
    return f"-Rp{grouped(-rupiah)}" if rupiah < 0 else f"Rp{grouped(rupiah)}"


def sex_letter(sex: str | None) -> str:
    """L or P, as lists write it; nothing when it is not known."""
    return {"male": "L", "female": "P"}.get(sex or "", "")


def ticked(value: object, wanted: object) -> str:
    """The cross of a tick box that stands for one of several values.

    The other boxes hold a blank: an empty one would stand a little higher in its line.
    """
    return "×" if value == wanted else "\u00a0"


def spelled(number: int) -> str:
    """A whole number in Indonesian words: 11 is sebelas, 100 seratus, 1.000 seribu.

    Only hundred and thousand have the short form se-: it is "satu juta", never "sejuta".
    Raises ValueError beyond 999 trillion, which no batch reaches.
    """
    if abs(number) > LARGEST_SPELLED:
        raise ValueError(f"too large to be spelled: {number}")
    if number < 0:
        return f"minus {spelled(-number)}"
    return _spelled(number) or "nol"


def _spelled(number: int) -> str:
    if number < 12:
        return _UNITS[number]
    if number < 20:
        return f"{_UNITS[number - 10]} belas"
    if number < 100:
        return _joined(f"{_UNITS[number // 10]} puluh", number % 10)
    if number < 200:
        return _joined("seratus", number % 100)
    if number < 1000:
        return _joined(f"{_UNITS[number // 100]} ratus", number % 100)
    if number < 2000:
        return _joined("seribu", number % 1000)
    size, name = next((size, name) for size, name in _SCALES if number >= size)
    return _joined(f"{_spelled(number // size)} {name}", number % size)


def _joined(head: str, rest: int) -> str:
    return f"{head} {_spelled(rest)}" if rest else head


def rupiah_in_words(rupiah: int) -> str:
    """Enam belas ribu delapan ratus rupiah: as receipts say it."""
    words = f"{spelled(rupiah)} rupiah"
    return words[0].upper() + words[1:]
