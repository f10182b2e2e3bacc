"""The trail: nobody changes it, and whoever gets past the guard is found out."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fieldapp.models.audit import AuditEntry
from fieldapp.services import audit
from fieldapp.services.audit import Break


@pytest.fixture
def trail(session, world, now) -> Session:
    """Six entries of Wayan."""
    events = [audit.Event("registration.view", "registration", str(n), {"n": n}) for n in range(6)]
    audit.record_all(session, actor=world.wayan, events=events, now=now)
    session.flush()
    return session


@pytest.fixture
def unguarded(trail) -> Iterator[Session]:
    """The trail as somebody finds it who has the database in their hands."""
    where = " ON audit_entry" if trail.connection().dialect.name == "postgresql" else ""
    for trigger in ("audit_entry_stays", "audit_entry_remains"):
        trail.execute(text(f"DROP TRIGGER {trigger}{where}"))
    yield trail
    trail.expire_all()


def test_an_untouched_trail_holds(trail):
    assert audit.verify(trail) == (6, None)


def test_an_empty_trail_holds(session):
    assert audit.verify(session) == (0, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing' WHERE seq = 3",
        "DELETE FROM audit_entry WHERE seq = 6",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_an_entry(trail, statement):
    with pytest.raises(DBAPIError, match="audit entries are never"), trail.begin_nested():
        trail.execute(text(statement))

    assert audit.verify(trail) == (6, None)


def test_the_database_refuses_to_empty_or_overwrite_the_trail(trail):
    postgresql = trail.connection().dialect.name == "postgresql"
    statement = (
        "TRUNCATE audit_entry"
        if postgresql
        else "INSERT OR REPLACE INTO audit_entry SELECT seq, at, actor_id, agency_id, 'nothing', "
        "subject, subject_id, facts, previous, hash FROM audit_entry WHERE seq = 3"
    )

    with pytest.raises(DBAPIError, match="audit entries are never"), trail.begin_nested():
        trail.execute(text(statement))

    assert audit.verify(trail) == (6, None)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'nothing'",
        "subject = 'batch'",
        "subject_id = '9'",
        "actor_id = NULL",
        "agency_id = NULL",
        "facts = '{\"n\": 7}'",
        "at = '2026-11-22 02:25:00+00:00'",
        "previous = hash",
        "hash = previous",
    ],
)
def test_a_changed_entry_is_found(unguarded, change):
    if unguarded.connection().dialect.name == "sqlite":
        change = change.replace("+00:00", ".000000")
    if change == "hash = previous":  # unique: give it a hash of nobody's
        change = (
            "hash = zeroblob(32)"
            if unguarded.connection().dialect.name == "sqlite"
            else "hash = decode(repeat('00', 32), 'hex')"
        )

    unguarded.execute(text(f"UPDATE audit_entry SET {change} WHERE seq = 3"))

    assert audit.verify(unguarded) == (2, Break(3, "changed"))


def test_a_changed_entry_with_a_fresh_hash_is_found_by_the_next(unguarded):
    entry = unguarded.scalars(select(AuditEntry).where(AuditEntry.seq == 3)).one()
    row = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
    entry.action = row["action"] = "nothing"
    entry.hash = audit.entry_hash(row)
    unguarded.flush()

    assert audit.verify(unguarded) == (3, Break(4, "changed"))


def test_two_swapped_entries_are_found(unguarded):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        unguarded.execute(text(f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}"))

    assert audit.verify(unguarded) == (2, Break(3, "changed"))


def test_a_missing_entry_is_found(unguarded):
    unguarded.execute(text("DELETE FROM audit_entry WHERE seq = 3"))

    assert audit.verify(unguarded) == (2, Break(3, "missing"))


def test_a_missing_entry_is_found_though_the_others_moved_up(unguarded):
    unguarded.execute(text("DELETE FROM audit_entry WHERE seq = 3"))
    for seq in (4, 5, 6):
        unguarded.execute(text(f"UPDATE audit_entry SET seq = {seq - 1} WHERE seq = {seq}"))

    assert audit.verify(unguarded) == (2, Break(3, "changed"))


def test_an_end_that_was_cut_off_is_found(unguarded):
    unguarded.execute(text("DELETE FROM audit_entry WHERE seq > 4"))

    assert audit.verify(unguarded) == (4, Break(5, "cut"))


def test_what_did_not_happen_leaves_no_entry_and_no_gap(trail, world, now):
    event = audit.Event("registration.view", "registration", "7")
    undone = trail.begin_nested()
    audit.record_all(trail, actor=world.wayan, events=[event], now=now)
    undone.rollback()

    audit.record_all(trail, actor=world.wayan, events=[event], now=now)

    assert audit.verify(trail) == (7, None)


def test_facts_are_a_table_whatever_kind_of_table_they_came_as(session, now):
    facts = MappingProxyType({"because": "hilang"})
    event = audit.Event("card.void", "card", uuid4(), facts)

    audit.record_all(session, actor=None, events=[event], now=now)

    newest = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)
    assert session.scalars(newest).one().facts == {"because": "hilang"}
