"""Two letters, ten working days each, and then the list for BPJS."""

from datetime import date

import pytest

from fieldapp.domain.warning_letters import Letter, LetterState, NextStep, due_on, letter_state
from fieldapp.domain.warning_letters import next_step as following
from fieldapp.domain.working_days import WorkCalendar

NYEPI = WorkCalendar(frozenset({date(2026, 3, 19)}))
FIRST = Letter(1, date(2026, 3, 2), delivered_on=date(2026, 3, 6))
SECOND = Letter(2, date(2026, 3, 25), delivered_on=date(2026, 3, 26))


def test_ten_working_days_leave_out_weekends_and_holidays():
    assert due_on(date(2026, 3, 6), NYEPI) == date(2026, 3, 23)
    assert due_on(date(2026, 3, 6), WorkCalendar()) == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("letter", "today", "state", "step"),
    [
        (None, date(2026, 3, 2), None, NextStep.FIRST_LETTER),
        (Letter(1, date(2026, 3, 2)), date(2026, 5, 2), LetterState.ISSUED, NextStep.DELIVER),
        (FIRST, date(2026, 3, 23), LetterState.RUNNING, NextStep.WAIT),
        (FIRST, date(2026, 3, 24), LetterState.RUN_OUT, NextStep.SECOND_LETTER),
        (SECOND, date(2026, 4, 9), LetterState.RUNNING, NextStep.WAIT),
        (SECOND, date(2026, 4, 10), LetterState.RUN_OUT, NextStep.NOTIFY),
        (
            Letter(2, date(2026, 3, 25), date(2026, 3, 26), None, date(2026, 4, 10)),
            date(2026, 4, 11),
            LetterState.RUN_OUT,
            NextStep.NOTIFIED,
        ),
        (
            Letter(2, date(2026, 3, 25), date(2026, 3, 26), date(2026, 4, 20)),
            date(2026, 4, 21),
            LetterState.ANSWERED,
            NextStep.FIRST_LETTER,
        ),
    ],
)
def test_one_step_follows_on_the_other(letter, today, state, step):
    assert following(letter, today=today, calendar=NYEPI) is step
    if letter is not None:
        assert letter_state(letter, today=today, calendar=NYEPI) is state
