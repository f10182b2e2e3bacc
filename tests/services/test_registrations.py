"""Saving what was typed: once, whole, and judged."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldapp.domain.errors import OutOfReachError, StaleError
from fieldapp.models.registrations import Registration
from fieldapp.services import registrations
from tests.world import World, filled_form


def save(session: Session, world: World, now: datetime, **changes: object) -> Registration:
    return registrations.save(
        session,
        actor=world.wayan,
        registration_id=uuid4(),
        typed=filled_form(world.category("juru parkir"), **changes),
        seen=None,
        now=now,
        consented=True,
    )


def test_a_form_sent_twice_over_a_bad_line_is_one_registration(session, world, now):
    form = filled_form(world.category("juru parkir"))
    minted = uuid4()

    first = registrations.save(
        session, actor=world.wayan, registration_id=minted, typed=form, seen=None, now=now
    )
    again = registrations.save(
        session, actor=world.wayan, registration_id=minted, typed=form, seen=None, now=now
    )

    assert first is again
    assert session.scalar(select(func.count(Registration.id))) == 1


def test_what_could_not_be_read_is_kept_as_it_was_typed_and_blocks(session, world, now):
    row = save(session, world, now, nik="5171 0112 0585 003", income="seribu")

    assert row.unread == {"nik": "5171 0112 0585 003", "income": "seribu"}
    assert {f["code"] for f in row.findings} >= {"nik_form", "unreadable"}
    assert row.worst == "block"


def test_a_mended_field_is_no_longer_kept_as_unreadable(session, world, now):
    row = save(session, world, now, income="seribu")

    registrations.save(
        session,
        actor=world.wayan,
        registration_id=row.id,
        typed={"income": "1,5 juta"},
        seen=row.revision,
        now=now,
    )

    assert row.unread is None
    assert row.income == 1_500_000


def test_the_second_of_two_tabs_is_told_that_the_first_was_faster(session, world, now):
    row = save(session, world, now)
    seen = row.revision
    registrations.save(
        session, actor=world.wayan, registration_id=row.id, typed={"name": "Sudarma Putra"},
        seen=seen, now=now,
    )  # fmt: skip

    with pytest.raises(StaleError):
        registrations.save(
            session, actor=world.wayan, registration_id=row.id, typed={"name": "Sudarsana"},
            seen=seen, now=now,
        )  # fmt: skip

    assert row.name == "Sudarma Putra"


def test_a_coordinator_of_another_agency_finds_nothing_to_change(session, world, now):
    row = save(session, world, now)

    with pytest.raises(OutOfReachError):
        registrations.save(
            session, actor=world.made, registration_id=row.id, typed={"name": "X"}, seen=None,
            now=now,
        )  # fmt: skip


def test_the_category_brings_its_segment_and_who_pays(session, world, now):
    row = save(session, world, now, payer="")

    assert (row.segment, row.payer) == ("BPU", "own")
