"""Who made, changed or sent a registration does not decide on it, whatever they are now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp.domain.errors import FourEyesError
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.models.batches import Verdict
from fieldapp.services import batches, decisions, registrations
from fieldapp.services.decisions import RowVerdict
from tests.filing import collect, register, send


@pytest.fixture
def promoted(world):
    """Wayan, who became a supervisor yesterday."""
    return replace(world.wayan, role=Role.SUPERVISOR)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_who_made_a_registration_does_not_decide_on_it(session, world, now, promoted, verdict):
    mine = register(session, world.wayan, now, serial=1)
    batch, _sending = send(session, world.wayan, [mine], now)

    with pytest.raises(FourEyesError) as refused:
        decisions.decide(
            session, actor=promoted, batch=batch, now=now,
            verdicts=[RowVerdict(mine.id, verdict, "Sudah diperiksa")],
        )  # fmt: skip

    assert refused.value.facts["ids"] == (mine.id,)
    assert mine.stage is Stage.SUBMITTED


def colleague_of(world):
    """A second coordinator of the agency: Ketut, on the days when she registers people."""
    return replace(world.ketut, role=Role.COORDINATOR)


def test_who_only_changed_it_does_not_decide_on_it(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    registrations.save(
        session, actor=colleague_of(world), registration_id=row.id, typed={"banjar": "Br. Kelod"},
        seen=None, now=now,
    )  # fmt: skip
    batch, _sending = send(session, world.wayan, [row], now)

    with pytest.raises(FourEyesError):
        decisions.decide(
            session, actor=world.ketut, batch=batch, now=now,
            verdicts=[RowVerdict(row.id, Verdict.APPROVE)],
        )  # fmt: skip


def test_who_only_confirmed_a_warning_does_not_decide_on_it(session, world, now):
    row = register(session, world.wayan, now, serial=1, income="20.000.000")
    registrations.confirm_finding(
        session, actor=colleague_of(world), row=row, key="income_high:income",
        reason="Punya toko", now=now,
    )  # fmt: skip
    batch, _sending = send(session, world.wayan, [row], now)

    with pytest.raises(FourEyesError):
        decisions.decide(
            session, actor=world.ketut, batch=batch, now=now,
            verdicts=[RowVerdict(row.id, Verdict.APPROVE)],
        )  # fmt: skip


def test_who_only_sent_it_does_not_decide_on_it(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    batch = collect(session, world.wayan, [row], now)
    batches.submit_batch(session, actor=colleague_of(world), batch=batch, seen=None, now=now)

    with pytest.raises(FourEyesError):
        decisions.decide(
            session, actor=world.ketut, batch=batch, now=now,
            verdicts=[RowVerdict(row.id, Verdict.APPROVE)],
        )  # fmt: skip


def test_one_own_row_among_others_stops_them_all(session, world, now):
    theirs = register(session, world.wayan, now, serial=1)
    own = register(session, colleague_of(world), now, serial=2)
    batch, _sending = send(session, world.wayan, [theirs, own], now)

    with pytest.raises(FourEyesError):
        decisions.decide(
            session, actor=world.ketut, batch=batch, now=now,
            verdicts=[RowVerdict(row.id, Verdict.APPROVE) for row in (theirs, own)],
        )  # fmt: skip

    assert {theirs.stage, own.stage} == {Stage.SUBMITTED}


def test_approving_all_clean_rows_leaves_own_rows_and_counts_them(session, world, now):
    photo_free = {"worst": None}
    theirs = [register(session, world.wayan, now, serial=serial) for serial in (1, 2)]
    own = register(session, colleague_of(world), now, serial=3)
    batch, _sending = send(session, world.wayan, [*theirs, own], now)
    for row in (*theirs, own):
        row.worst = photo_free["worst"]

    outcome = decisions.approve_clean(session, actor=world.ketut, batch=batch, seen=None, now=now)

    assert (outcome.approved, outcome.own) == (2, 1)
    assert [row.stage for row in (*theirs, own)] == [
        Stage.APPROVED,
        Stage.APPROVED,
        Stage.SUBMITTED,
    ]
