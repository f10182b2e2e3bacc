"""The life of a registration: every role, every stage, every move."""

from __future__ import annotations

import pytest

from fieldapp.domain.errors import ForbiddenError, ReasonMissingError, WrongMoveError
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import PATHS, Move, Stage, walk

# What the product says, written down a second time: who moves what from where to where.
LIFE = {
    (Role.COORDINATOR, Move.EDIT): {"draft": "draft", "returned": "returned"},
    (Role.COORDINATOR, Move.SUBMIT): {"draft": "submitted", "returned": "submitted"},
    (Role.COORDINATOR, Move.WITHDRAW): {"draft": "withdrawn", "returned": "withdrawn"},
    (Role.SUPERVISOR, Move.APPROVE): {"submitted": "approved"},
    (Role.SUPERVISOR, Move.RETURN): {"submitted": "returned"},
    (Role.SUPERVISOR, Move.REJECT): {"submitted": "rejected"},
    (Role.SUPERVISOR, Move.END): {"approved": "ended", "sent": "ended", "enrolled": "ended"},
    (Role.CLERK, Move.SEND): {"approved": "sent"},
    (Role.CLERK, Move.ENROL): {"sent": "enrolled"},
    (Role.CLERK, Move.REFUSE): {"sent": "returned"},
}
NEEDS_A_REASON = {Move.RETURN, Move.REJECT, Move.REFUSE, Move.END}
CASES = [(role, stage, move) for role in Role for stage in Stage for move in Move]


@pytest.mark.parametrize(("role", "stage", "move"), CASES)
def test_a_move_leads_where_the_table_says_or_raises(role, stage, move):
    ways = LIFE.get((role, move))

    if ways is None:
        with pytest.raises(ForbiddenError):
            walk(stage, move, role=role, reason="Sudah diperiksa")
    elif stage not in ways:
        with pytest.raises(WrongMoveError) as refused:
            walk(stage, move, role=role, reason="Sudah diperiksa")
        assert refused.value.facts == {"move": move, "stage": stage}
    else:
        assert walk(stage, move, role=role, reason="Sudah diperiksa") == ways[stage]


@pytest.mark.parametrize(("role", "move"), LIFE)
@pytest.mark.parametrize("reason", ["", " \t"])
def test_a_move_that_needs_a_reason_does_not_go_without(role, move, reason):
    stage = Stage(next(iter(LIFE[role, move])))

    if move in NEEDS_A_REASON:
        with pytest.raises(ReasonMissingError):
            walk(stage, move, role=role, reason=reason)
    else:
        walk(stage, move, role=role, reason=reason)


def test_every_move_of_the_table_is_told_here():
    assert {move for _role, move in LIFE} == set(PATHS) == set(Move)
