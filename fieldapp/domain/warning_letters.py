"""Written warnings to a company: two at most, ten working days each (PP 86/2013).

The days of a letter count from its delivery: a letter that nobody has received binds nobody. When
the second has run out without an answer, the branch may ask for public services to be withheld;
the city hands it the list.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from fieldapp.domain.errors import FieldError
from fieldapp.domain.working_days import WorkCalendar

WORKING_DAYS: Final = 10
MOST_LETTERS: Final = 2


class LetterStepError(FieldError):
    """This is not what follows now. Facts: `step` (NextStep)."""

    code: ClassVar[str] = "letter_step"
    status: ClassVar[int] = 409


class LetterDateError(FieldError):
    """A letter is delivered or answered after it was issued, and not in the future."""

    code: ClassVar[str] = "letter_date"


class NothingToWarnError(FieldError):
    """A company that is fit gets no warning."""

    code: ClassVar[str] = "nothing_to_warn"
    status: ClassVar[int] = 409


class LetterState(StrEnum):
    """Where a letter stands."""

    ISSUED = "issued"
    RUNNING = "running"
    RUN_OUT = "run_out"
    ANSWERED = "answered"


class NextStep(StrEnum):
    """What is to be done next for a company."""

    FIRST_LETTER = "first_letter"
    DELIVER = "deliver"
    WAIT = "wait"
    SECOND_LETTER = "second_letter"
    NOTIFY = "notify"
    NOTIFIED = "notified"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as the rules see it; `step` is 1 or 2."""

    step: int
    issued_on: date
    delivered_on: date | None = None
    answered_on: date | None = None
    notified_on: date | None = None


def due_on(delivered_on: date, calendar: WorkCalendar) -> date:
    """The last day on which an answer is in time."""
    return calendar.after(delivered_on, WORKING_DAYS)


def letter_state(letter: Letter, *, today: date, calendar: WorkCalendar) -> LetterState:
    """Where it stands today."""
    if letter.answered_on is not None:
        return LetterState.ANSWERED
    if letter.delivered_on is None:
        return LetterState.ISSUED
    ran_out = today > due_on(letter.delivered_on, calendar)
    return LetterState.RUN_OUT if ran_out else LetterState.RUNNING


def next_step(last: Letter | None, *, today: date, calendar: WorkCalendar) -> NextStep:
    """What follows on the last letter to a company; an answer begins anew."""
    if last is None or last.answered_on is not None:
        return NextStep.FIRST_LETTER
    match letter_state(last, today=today, calendar=calendar):
        case LetterState.ISSUED:
            return NextStep.DELIVER
        case LetterState.RUNNING:
            return NextStep.WAIT
    if last.step < MOST_LETTERS:
        return NextStep.SECOND_LETTER
    return NextStep.NOTIFY if last.notified_on is None else NextStep.NOTIFIED
