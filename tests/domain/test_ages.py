from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.ages import age_on, birthday, has_turned


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1985, 8, 17), date(2026, 8, 16), 40),
        (date(1985, 8, 17), date(2026, 8, 17), 41),
        (date(1985, 12, 31), date(2026, 1, 1), 40),
        (date(1964, 2, 29), date(2029, 2, 28), 64),
        (date(1964, 2, 29), date(2029, 3, 1), 65),
        (date(1964, 2, 29), date(2028, 2, 29), 64),
        (date(2026, 11, 23), date(2026, 11, 22), -1),
    ],
)
def test_an_age_is_the_years_completed(born, day, age):
    assert age_on(born, day) == age


def test_a_leap_day_child_has_its_birthday_on_1_march_of_a_common_year():
    assert birthday(date(1964, 2, 29), 65) == date(2029, 3, 1)
    assert birthday(date(1964, 2, 29), 64) == date(2028, 2, 29)


@given(
    born=st.dates(date(1900, 1, 1), date(2020, 1, 1)),
    years=st.integers(0, 120),
)
def test_an_age_is_reached_on_the_birthday_and_not_the_day_before(born, years):
    day = birthday(born, years)

    assert has_turned(years, born, day)
    assert age_on(born, day) == years
    assert not has_turned(years, born, day - timedelta(days=1))
    assert age_on(born, day - timedelta(days=1)) == years - 1
