"""A verdict on each row: all or nothing, with reasons, by one supervisor at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from fieldapp.database import db, reading, transaction
from fieldapp.domain.errors import (
    FieldError,
    ForbiddenError,
    OutOfReachError,
    ReasonMissingError,
    StaleError,
    WrongMoveError,
)
from fieldapp.domain.registrations import Stage
from fieldapp.models.batches import Batch, BatchState, Decision, Verdict
from fieldapp.models.registrations import Registration
from fieldapp.services import audit, batches, decisions
from fieldapp.services.decisions import Outcome, RowVerdict
from tests.conftest import NOW
from tests.filing import collect, register, send
from tests.world import World

REASON = "Foto KTP tidak terbaca"


@pytest.fixture
def rows(session, world, now) -> list[Registration]:
    """Four of Wayan's workers, the last one with an income that wants a look."""
    rows = [register(session, world.wayan, now, serial=serial) for serial in (1, 2, 3)]
    return [*rows, register(session, world.wayan, now, serial=4, income="20.000.000")]


@pytest.fixture
def batch(session, world, now, rows) -> Batch:
    batch, _sending = send(session, world.wayan, rows, now)
    for row in rows[:3]:
        row.worst = None  # their photos were good
    session.flush()
    return batch


def decide(session, world, batch, now, *verdicts: RowVerdict, who: str = "ketut") -> Outcome:
    return decisions.decide(
        session, actor=getattr(world, who), batch=batch, verdicts=verdicts, now=now
    )


def test_each_row_gets_its_own_verdict(session, world, now, batch, rows):
    outcome = decide(
        session, world, batch, now,
        RowVerdict(rows[0].id, Verdict.APPROVE),
        RowVerdict(rows[1].id, Verdict.RETURN, f" {REASON} "),
        RowVerdict(rows[2].id, Verdict.REJECT, "Bukan juru parkir kami"),
    )  # fmt: skip

    assert outcome == Outcome(approved=1, returned=1, rejected=1)
    assert [row.stage for row in rows] == ["approved", "returned", "rejected", "submitted"]
    assert [row.reason for row in rows] == ["", REASON, "Bukan juru parkir kami", ""]
    assert batch.state is BatchState.SUBMITTED


def test_the_last_verdict_closes_the_batch(session, world, now, batch, rows):
    decide(session, world, batch, now, *[RowVerdict(r.id, Verdict.APPROVE) for r in rows[:3]])
    assert (batch.state, batch.decided_at) == (BatchState.SUBMITTED, None)

    decide(session, world, batch, now, RowVerdict(rows[3].id, Verdict.RETURN, REASON))

    assert (batch.state, batch.decided_at) == (BatchState.DECIDED, now)


def test_rows_without_findings_are_approved_at_once_and_the_others_wait(
    session, world, now, batch, rows
):
    outcome = decisions.approve_clean(
        session, actor=world.ketut, batch=batch, seen=batch.revision, now=now
    )

    assert outcome == Outcome(approved=3, returned=0, rejected=0)
    assert [row.stage for row in rows] == ["approved"] * 3 + ["submitted"]


def test_a_number_is_given_at_approval_and_without_a_gap(session, world, now, batch, rows):
    assert [row.number for row in rows] == [None] * 4

    decide(session, world, batch, now, RowVerdict(rows[1].id, Verdict.APPROVE))
    with pytest.raises(ReasonMissingError):
        decide(
            session, world, batch, now,
            RowVerdict(rows[0].id, Verdict.APPROVE), RowVerdict(rows[3].id, Verdict.REJECT),
        )  # fmt: skip
    decide(
        session, world, batch, now,
        RowVerdict(rows[3].id, Verdict.REJECT, REASON), RowVerdict(rows[0].id, Verdict.APPROVE),
    )  # fmt: skip

    assert [row.number for row in rows] == ["2026-000002", "2026-000001", None, None]


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REJECT])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nobody_is_sent_back_without_a_reason(session, world, now, batch, rows, verdict, reason):
    with pytest.raises(ReasonMissingError):
        decide(
            session, world, batch, now,
            RowVerdict(rows[0].id, Verdict.APPROVE), RowVerdict(rows[1].id, verdict, reason),
        )  # fmt: skip


def test_a_row_of_another_batch_is_not_decided_here(session, world, now, batch, rows):
    with pytest.raises(OutOfReachError):
        decide(
            session, world, batch, now,
            RowVerdict(rows[0].id, Verdict.APPROVE), RowVerdict(uuid4(), Verdict.APPROVE),
        )  # fmt: skip

    assert rows[0].stage is Stage.SUBMITTED


def test_another_agencys_supervisor_finds_no_batch(session, world, now, batch, rows):
    with pytest.raises(OutOfReachError):
        decide(session, world, batch, now, RowVerdict(rows[0].id, Verdict.APPROVE), who="nyoman")
    with pytest.raises(OutOfReachError):
        decisions.approve_clean(session, actor=world.nyoman, batch=batch, seen=None, now=now)


@pytest.mark.parametrize("who", ["wayan", "putu", "komang", "gede", "luh"])
def test_only_a_supervisor_decides(session, world, now, batch, rows, who):
    with pytest.raises(ForbiddenError):
        decide(session, world, batch, now, RowVerdict(rows[0].id, Verdict.APPROVE), who=who)
    with pytest.raises(ForbiddenError):
        decisions.approve_clean(session, actor=getattr(world, who), batch=batch, seen=None, now=now)


def test_a_batch_that_is_still_being_filled_is_not_decided(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    batch = collect(session, world.wayan, [row], now)

    with pytest.raises(WrongMoveError):
        decide(session, world, batch, now, RowVerdict(row.id, Verdict.APPROVE))


def test_a_stale_page_is_told_what_each_row_has_become(session, world, now, batch, rows):
    seen = {row.id: row.revision for row in rows}
    decide(
        session, world, batch, now,
        RowVerdict(rows[0].id, Verdict.APPROVE), RowVerdict(rows[1].id, Verdict.RETURN, REASON),
    )  # fmt: skip

    with pytest.raises(StaleError) as refused:
        decide(
            session, world, batch, now,
            *[RowVerdict(row.id, Verdict.APPROVE, seen=seen[row.id]) for row in rows[:3]],
        )  # fmt: skip

    assert refused.value.facts["rows"] == {rows[0].id: "approved", rows[1].id: "returned"}
    assert rows[2].stage is Stage.SUBMITTED


def test_a_bulk_approval_on_a_stale_page_is_refused(session, world, now, batch, rows):
    seen = batch.revision
    decide(session, world, batch, now, RowVerdict(rows[0].id, Verdict.APPROVE))

    with pytest.raises(StaleError):
        decisions.approve_clean(session, actor=world.ketut, batch=batch, seen=seen, now=now)


def test_every_verdict_leaves_a_decision_and_an_entry(session, world, now, batch, rows):
    before, _fault = audit.verify(session)

    decide(session, world, batch, now, *[RowVerdict(r.id, Verdict.APPROVE) for r in rows])

    decided = session.scalars(select(Decision).where(Decision.batch_id == batch.id)).all()
    assert {each.registration_id for each in decided} == {row.id for row in rows}
    assert {each.decided_by for each in decided} == {world.ketut.id}
    assert audit.verify(session) == (before + 4, None)


# Two supervisors at once, on a real database with real threads.


@pytest.fixture
def filed(app: Flask) -> tuple[World, Any, list[Any]]:
    """A submitted batch of 20 rows, committed; its id and those of its rows."""
    with app.app_context():
        with transaction() as session:
            world = World(session)
            rows = [register(session, world.wayan, NOW, serial=n) for n in range(1, 21)]
            batch, _sending = send(session, world.wayan, rows, NOW)
            for row in rows:
                row.worst = None
            found = batch.id, [row.id for row in rows]
        db.session.remove()
    return found


def at_once(app: Flask, *deeds: Any) -> list[Any]:
    """Begin all deeds at the same moment; what each returned, or the error it raised."""
    barrier = Barrier(len(deeds))

    def run(deed: Any) -> Any:
        with app.app_context():
            try:
                barrier.wait()
                with transaction() as session:
                    return deed(session)
            except FieldError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_supervisors_at_once_one_decides_and_the_other_is_told(app, filed):
    batch_id, ids = filed

    def deciding(verdict: Verdict) -> Any:
        def deed(session) -> Outcome:
            verdicts = [RowVerdict(each, verdict, REASON, seen=seen[each]) for each in ids]
            batch = session.get(Batch, batch_id)
            return decide(session, World(session), batch, NOW, *verdicts)

        return deed

    with app.app_context(), reading() as session:
        seen = {each: session.get(Registration, each).revision for each in ids}

    results = at_once(app, deciding(Verdict.APPROVE), deciding(Verdict.RETURN))

    [won] = [each for each in results if isinstance(each, Outcome)]
    [lost] = [each for each in results if isinstance(each, StaleError)]
    stage = Stage.APPROVED if won.approved else Stage.RETURNED
    assert lost.facts["rows"] == dict.fromkeys(ids, stage)
    with app.app_context(), reading() as session:
        kept = session.scalars(select(Decision.verdict)).all()
        assert len(kept) == 20
        assert len(set(kept)) == 1
        assert audit.verify(session)[1] is None


def test_of_two_bulk_approvals_at_once_one_is_carried_out(app, filed):
    batch_id, _ids = filed

    def deed(session) -> Outcome:
        batch = session.get(Batch, batch_id)
        return decisions.approve_clean(
            session, actor=World(session).ketut, batch=batch, seen=seen, now=NOW
        )

    with app.app_context(), reading() as session:
        seen = session.get(Batch, batch_id).revision

    results = at_once(app, deed, deed, deed)

    [won] = [each for each in results if isinstance(each, Outcome)]
    assert won.approved == 20
    assert sum(isinstance(each, StaleError) for each in results) == 2
    with app.app_context(), reading() as session:
        numbers = sorted(session.scalars(select(Registration.number)).all())
        assert numbers == [f"2026-{n:06}" for n in range(1, 21)]


def test_numbers_of_batches_decided_at_once_are_unique_and_without_a_gap(app):
    with app.app_context(), transaction() as session:
        world = World(session)
        made = []
        for first in (1, 11, 21):
            rows = [register(session, world.wayan, NOW, serial=first + n) for n in range(10)]
            batch, _sending = send(session, world.wayan, rows, NOW)
            made.append((batch.id, [row.id for row in rows]))

    def deciding(batch_id, ids) -> Any:
        def deed(session) -> Outcome:
            verdicts = [RowVerdict(each, Verdict.APPROVE) for each in ids]
            batch = session.get(Batch, batch_id)
            return decide(session, World(session), batch, NOW, *verdicts)

        return deed

    results = at_once(app, *[deciding(*each) for each in made])

    assert [each.approved for each in results] == [10, 10, 10]
    with app.app_context(), reading() as session:
        numbers = sorted(session.scalars(select(Registration.number)).all())
        assert numbers == [f"2026-{n:06}" for n in range(1, 31)]
        assert audit.verify(session)[1] is None


def test_one_nik_sent_from_two_agencies_at_once_is_live_once(app):
    with app.app_context(), transaction() as session:
        world = World(session)
        made = []
        for who in ("wayan", "made"):
            actor = getattr(world, who)
            rows = [
                register(session, actor, NOW, serial=serial, category="kelian adat")
                for serial in ((1, 2) if who == "wayan" else (1, 3))
            ]
            made.append((who, collect(session, actor, rows, NOW).id))

    def sending(who, batch_id) -> Any:
        def deed(session) -> Any:
            return batches.submit_batch(
                session, actor=getattr(World(session), who), batch=session.get(Batch, batch_id),
                seen=None, now=NOW,
            )  # fmt: skip

        return deed

    results = at_once(app, *[sending(*each) for each in made])

    assert sorted(len(each.sent) for each in results) == [1, 2]
    assert sorted(len(each.held) for each in results) == [0, 1]


def test_one_form_sent_twice_at_once_makes_one_batch(app):
    with app.app_context(), transaction() as session:
        row_id = register(session, World(session).wayan, NOW, serial=1).id
    minted = uuid4()

    def deed(session) -> Any:
        return batches.create_batch(
            session, actor=World(session).wayan, registration_ids=[row_id], note="", most=10,
            now=NOW, batch_id=minted,
        ).number  # fmt: skip

    assert at_once(app, deed, deed, deed) == ["B-2026-0001"] * 3
