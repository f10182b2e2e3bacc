"""Where the lines of the progress chart lie."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.charts import path_chart
from fieldapp.domain.coverage import Forecast, Period, Point

YEAR = Period.year(2018)


def test_mid_year_lies_in_the_middle_and_below_the_path():
    chart = path_chart(
        YEAR,
        [Point(date(2018, 6, 30), 37_358)],
        target=92_644,
        forecast=Forecast(74_000, 75_000, 76_000),
    )

    assert (chart.line[0].x, chart.line[0].y) == (0, 100)
    assert chart.last.x == chart.path.x == 50
    assert chart.path.value == 46_322
    assert chart.behind
    assert chart.end is not None
    assert chart.end.x == 100
    assert chart.goal < chart.end.y < chart.last.y
    assert [x for x, _ in chart.months][:7:3] == [0, 25, 50]


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.dates(date(2018, 1, 1), date(2018, 12, 31)))
def test_nothing_leaves_the_chart(value, target, day):
    chart = path_chart(YEAR, [Point(day, value)], target=target, forecast=None)

    for place in (*chart.line, chart.path):
        assert 0 <= place.x <= 100
        assert 0 <= place.y <= 100
    assert 0 < chart.goal <= 100
    assert chart.behind == (value <= chart.path.value) or chart.last.y == chart.path.y
