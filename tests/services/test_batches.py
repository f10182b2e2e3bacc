"""Collecting own drafts and sending them: what goes goes once, what may not go says why."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fieldapp.domain.errors import (
    EmptyBatchError,
    ForbiddenError,
    OutOfReachError,
    StaleError,
    TooManyRowsError,
    WrongMoveError,
)
from fieldapp.domain.findings import FindingCode
from fieldapp.domain.registrations import Stage
from fieldapp.models.audit import AuditEntry
from fieldapp.models.batches import Batch, BatchState, Verdict
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as queries
from fieldapp.services import batches, decisions, registrations
from fieldapp.services.decisions import RowVerdict
from tests.filing import MOST, codes, collect, nik_for, register, send


def test_a_batch_takes_own_drafts_in_the_order_given(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in (1, 2, 3)]

    batch = collect(session, world.wayan, [rows[2], rows[0], rows[1]], now)

    assert batch.number == "B-2026-0001"
    assert [row.id for row in queries.rows_of(session, batch.id)] == [
        rows[2].id,
        rows[0].id,
        rows[1].id,
    ]


def test_a_double_click_makes_one_batch_and_sends_it_once(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    minted = uuid4()
    made = [
        batches.create_batch(
            session, actor=world.wayan, registration_ids=[row.id], note="", most=MOST, now=now,
            batch_id=minted,
        )
        for _click in range(2)
    ]  # fmt: skip
    seen = made[0].revision

    first = batches.submit_batch(session, actor=world.wayan, batch=made[0], seen=seen, now=now)
    again = batches.submit_batch(session, actor=world.wayan, batch=made[0], seen=seen, now=now)

    assert made[0] is made[1]
    assert session.scalar(select(func.count()).select_from(Batch)) == 1
    assert first.sent == again.sent == (row.id,)
    submitted = select(func.count()).where(AuditEntry.action == "registration.submit")
    assert session.scalar(submitted) == 1


def test_a_batch_of_more_rows_than_allowed_is_refused_whole(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in range(1, 4)]

    with pytest.raises(TooManyRowsError) as refused:
        collect(session, world.wayan, rows, now, most=2)

    assert refused.value.facts == {"most": 2, "rows": 3}
    assert all(row.batch_id is None for row in rows)


def test_more_than_five_thousand_ids_are_refused_before_any_row_is_read(session, world, now):
    with pytest.raises(TooManyRowsError) as refused:
        batches.create_batch(
            session, actor=world.wayan, registration_ids=[uuid4() for _each in range(MOST + 1)],
            note="", most=MOST, now=now,
        )  # fmt: skip

    assert refused.value.facts["rows"] == 5001


def test_rows_added_later_count_too(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in range(1, 4)]
    batch = collect(session, world.wayan, rows[:2], now, most=2)

    with pytest.raises(TooManyRowsError):
        batches.add_rows(
            session, actor=world.wayan, batch=batch, registration_ids=[rows[2].id], most=2, now=now
        )


def test_a_row_stands_in_one_open_batch_only(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    collect(session, world.wayan, [row], now)

    with pytest.raises(WrongMoveError):
        collect(session, world.wayan, [row], now)


def test_another_agencys_draft_cannot_be_collected(session, world, now):
    theirs = register(session, world.made, now, serial=1)

    with pytest.raises(OutOfReachError):
        collect(session, world.wayan, [theirs], now)


def test_a_row_that_may_not_go_is_held_with_its_reason_and_stays_a_draft(session, world, now):
    old = register(session, world.wayan, now, serial=1, born=date(1961, 12, 1))
    fit = register(session, world.wayan, now, serial=2, born=date(1961, 12, 2))

    batch, sending = send(session, world.wayan, [old, fit], now)

    assert sending.sent == (fit.id,)
    [(held, because)] = sending.held
    assert (held, [each.code for each in because]) == (old.id, [FindingCode.TOO_OLD])
    assert (old.stage, old.batch_id) == (Stage.DRAFT, None)
    assert (fit.stage, fit.batch_id) == (Stage.SUBMITTED, batch.id)


def test_a_batch_in_which_nothing_may_go_is_not_sent(session, world, now):
    nameless = register(session, world.wayan, now, serial=1, name="")
    batch = collect(session, world.wayan, [nameless], now)

    with pytest.raises(EmptyBatchError) as refused:
        batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)

    [(held, _because)] = refused.value.facts["held"]
    assert held == nameless.id
    assert batch.state is BatchState.OPEN


def test_nobody_is_sent_who_did_not_consent(session, world, now):
    row = register(session, world.wayan, now, serial=1, consented=False)
    batch = collect(session, world.wayan, [row], now)

    with pytest.raises(EmptyBatchError) as refused:
        batches.submit_batch(session, actor=world.wayan, batch=batch, seen=None, now=now)

    [(_held, because)] = refused.value.facts["held"]
    assert [each.field for each in because] == ["consent_version"]


def test_the_same_nik_twice_in_one_batch_goes_once(session, world, now):
    first, second = (
        register(session, world.wayan, now, serial=1, name=name) for name in ("Sudarma", "Suastika")
    )

    _batch, sending = send(session, world.wayan, [first, second], now)

    assert sending.sent == (first.id,)
    assert [held for held, _because in sending.held] == [second.id]
    assert codes(second) >= {"same_role"}


def test_a_row_that_is_held_does_not_keep_its_place_from_the_next_with_that_nik(
    session, world, now
):
    unfinished = register(session, world.wayan, now, serial=1, mother_name="")
    complete = register(session, world.wayan, now, serial=1)

    _batch, sending = send(session, world.wayan, [unfinished, complete], now)

    assert sending.sent == (complete.id,)
    assert codes(unfinished) >= {"missing"}


def test_a_nik_live_in_the_same_role_elsewhere_blocks_and_says_no_more(session, world, now):
    theirs = register(session, world.made, now, serial=1, category="kelian adat")
    send(session, world.made, [theirs], now)

    mine = register(session, world.wayan, now, serial=1, category="kelian adat")

    [found] = [each for each in mine.findings if each["code"] == "same_role"]
    assert found == {"code": "same_role", "field": "nik", "facts": {}}
    assert mine.worst == "block"


def test_a_nik_live_in_another_role_is_a_note_and_goes(session, world, now):
    theirs = register(session, world.made, now, serial=1, category="kelian adat")
    send(session, world.made, [theirs], now)
    mine = register(session, world.wayan, now, serial=1, category="juru parkir")

    _batch, sending = send(session, world.wayan, [mine], now)

    assert "other_role" in codes(mine)
    assert sending.sent == (mine.id,)


def test_a_draft_elsewhere_does_not_hold_the_place(session, world, now):
    register(session, world.made, now, serial=1, category="kelian adat")

    mine = register(session, world.wayan, now, serial=1, category="kelian adat")

    assert "same_role" not in codes(mine)


def test_a_page_seen_before_a_row_was_taken_out_is_stale(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in (1, 2)]
    batch = collect(session, world.wayan, rows, now)
    seen = batch.revision
    batches.remove_row(session, actor=world.wayan, batch=batch, row=rows[0], now=now)
    session.flush()

    with pytest.raises(StaleError):
        batches.submit_batch(session, actor=world.wayan, batch=batch, seen=seen, now=now)

    assert rows[1].stage is Stage.DRAFT


def test_a_row_in_no_batch_cannot_be_taken_out_of_one(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in (1, 2)]
    batch = collect(session, world.wayan, rows[:1], now)

    with pytest.raises(OutOfReachError):
        batches.remove_row(session, actor=world.wayan, batch=batch, row=rows[1], now=now)


def test_a_sent_batch_takes_no_more_rows(session, world, now):
    rows = [register(session, world.wayan, now, serial=serial) for serial in (1, 2)]
    batch, _sending = send(session, world.wayan, rows[:1], now)

    with pytest.raises(WrongMoveError):
        batches.add_rows(
            session, actor=world.wayan, batch=batch, registration_ids=[rows[1].id], most=MOST,
            now=now,
        )  # fmt: skip


def test_what_came_back_is_mended_and_goes_again_in_another_batch(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    batch, _sending = send(session, world.wayan, [row], now)
    decisions.decide(
        session, actor=world.ketut, batch=batch, now=now,
        verdicts=[RowVerdict(row.id, Verdict.RETURN, "Nama tidak sama dengan KTP")],
    )  # fmt: skip
    assert (row.stage, row.reason) == (Stage.RETURNED, "Nama tidak sama dengan KTP")
    assert row in queries.sendable(session, world.wayan)

    later = now + timedelta(hours=1)
    registrations.save(
        session, actor=world.wayan, registration_id=row.id, typed={"name": "Sudarmayasa"},
        seen=row.revision, now=later,
    )  # fmt: skip
    second, sending = send(session, world.wayan, [row], later)

    assert sending.sent == (row.id,)
    assert (row.stage, row.batch_id, row.reason) == (Stage.SUBMITTED, second.id, "")
    assert [each.reason for each in row.decisions] == ["Nama tidak sama dengan KTP"]


@pytest.mark.parametrize("who", ["ketut", "putu", "komang", "gede", "luh"])
def test_only_a_coordinator_collects_and_sends(session, world, now, who):
    row = register(session, world.wayan, now, serial=1)
    batch = collect(session, world.wayan, [row], now)

    with pytest.raises(ForbiddenError):
        collect(session, getattr(world, who), [row], now)
    with pytest.raises(ForbiddenError):
        batches.submit_batch(session, actor=getattr(world, who), batch=batch, seen=None, now=now)


def test_another_agencys_batch_does_not_exist(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    batch = collect(session, world.wayan, [row], now)

    assert queries.batch(session, world.made, batch.id) is None
    with pytest.raises(OutOfReachError):
        batches.submit_batch(session, actor=world.made, batch=batch, seen=None, now=now)


def test_an_open_batch_does_not_exist_for_the_supervisor_yet(session, world, now):
    row = register(session, world.wayan, now, serial=1)
    batch = collect(session, world.wayan, [row], now)

    assert queries.batch(session, world.ketut, batch.id) is None


def test_of_360_kelian_banjar_adat_17_past_65_are_held_and_343_go(session, world, now):
    """The real year: Denpasar's 360 kelian banjar adat, 17 of them too old to be enrolled."""
    born = [date(1961, 12, 1) - timedelta(days=97 * step) for step in range(17)]
    born += [date(1961, 12, 2) + timedelta(days=29 * step) for step in range(343)]
    kelian = [
        register(session, world.made, now, serial=serial, born=day, category="kelian adat")
        for serial, day in enumerate(born, start=1)
    ]

    batch, sending = send(session, world.made, kelian, now)

    assert (len(sending.sent), len(sending.held)) == (343, 17)
    assert {held for held, _because in sending.held} == {row.id for row in kelian[:17]}
    reasons = {tuple(each.code for each in because) for _held, because in sending.held}
    assert reasons == {(FindingCode.TOO_OLD,)}
    stages = select(Registration.stage, func.count().label("count")).group_by(Registration.stage)
    counts = {row.stage: row.count for row in session.execute(stages)}
    assert counts == {Stage.SUBMITTED: 343, Stage.DRAFT: 17}
    assert len(queries.rows_of(session, batch.id)) == 343
    assert nik_for(born[0], 1) == kelian[0].nik
