"""What may happen to a card, who may say so, and what a check then says."""

from datetime import date

import pytest

from fieldapp.domain.card_life import (
    LIVE,
    PATHS,
    CardMove,
    CardState,
    CardVerdict,
    needs_second_person,
    verdict,
    walk,
)
from fieldapp.domain.errors import ForbiddenError, ReasonMissingError, WrongMoveError
from fieldapp.domain.permissions import Role, allows

LAST_DAY = date(2027, 11, 22)


@pytest.mark.parametrize("move", list(CardMove))
@pytest.mark.parametrize("state", list(CardState))
@pytest.mark.parametrize("role", list(Role))
def test_every_move_from_every_state_by_every_role_leads_somewhere_or_says_why(move, state, role):
    path = PATHS[move]

    if not allows(role, path.permission):
        with pytest.raises(ForbiddenError):
            walk(state, move, role=role, reason="Hilang di pasar")
    elif state not in path.sources:
        with pytest.raises(WrongMoveError):
            walk(state, move, role=role, reason="Hilang di pasar")
    else:
        assert walk(state, move, role=role, reason="Hilang di pasar") is (path.target or state)


@pytest.mark.parametrize("move", [CardMove.SPOIL, CardMove.VOID, CardMove.REPRINT])
def test_nothing_becomes_void_without_a_reason(move):
    state = next(iter(PATHS[move].sources))

    with pytest.raises(ReasonMissingError):
        walk(state, move, role=Role.CLERK, reason="  ")


def test_a_second_person_is_needed_from_the_second_reprint_on():
    assert [needs_second_person(copy) for copy in (1, 2, 3, 4)] == [False, False, True, True]


def test_the_last_valid_day_still_counts():
    on_the_day = verdict(CardState.PRINTED, valid_until=LAST_DAY, ended=False, today=LAST_DAY)
    after = verdict(
        CardState.HANDED_OVER, valid_until=LAST_DAY, ended=False, today=date(2027, 11, 23)
    )

    assert on_the_day is CardVerdict.VALID
    assert after is CardVerdict.EXPIRED


@pytest.mark.parametrize(
    "state", [CardState.ASKED, CardState.ISSUED, CardState.SPOILED, CardState.VOID]
)
def test_a_card_that_was_not_printed_or_does_not_count_any_more_is_void(state):
    said = verdict(state, valid_until=LAST_DAY, ended=False, today=date(2026, 11, 22))

    assert said is CardVerdict.VOID


def test_a_card_ends_with_its_registration():
    said = verdict(
        CardState.HANDED_OVER, valid_until=LAST_DAY, ended=True, today=date(2026, 11, 22)
    )

    assert said is CardVerdict.VOID


def test_a_card_that_is_live_can_end():
    assert PATHS[CardMove.END].sources == PATHS[CardMove.VOID].sources == LIVE
