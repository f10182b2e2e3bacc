"""How long a card is valid."""

from datetime import date
from typing import Final

YEARS: Final = 1


def valid_until(approved_on: date, term_to: date | None) -> date:
    """The end of the term of office, or a year after approval: whichever comes first.

    The city pays while the person is in office (Denpasar 2023, domain 5.2), and a year bounds how
    long a card can outlive what it says.
    """
    try:
        year_later = approved_on.replace(year=approved_on.year + YEARS)
    except ValueError:  # 29 February
        year_later = date(approved_on.year + YEARS, 2, 28)
    return min(year_later, term_to) if term_to and term_to >= approved_on else year_later
