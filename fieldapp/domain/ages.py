"""Ages in completed years, and the day on which an age is reached."""

from datetime import date


def birthday(birth_date: date, years: int) -> date:
    """The day on which someone turns so many years old.

    A person born on 29 February has the birthday on 1 March in a common year: the year of life
    is complete only when 28 February is over.
    """
    year = birth_date.year + years
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(birth_date: date, day: date) -> int:
    """Completed years of life on a day; negative before birth."""
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - before_birthday


def has_turned(years: int, birth_date: date, day: date) -> bool:
    """Whether that age is reached on the day; on the birthday itself it is."""
    return birthday(birth_date, years) <= day
