"""Deeds on phones: each is entered by what it sends, and says how far it has counted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, case, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError
from fieldapp.domain.intake import Item
from fieldapp.domain.permissions import Permission
from fieldapp.models.base import UtcDateTime
from fieldapp.models.devices import Device, LookUpDay
from fieldapp.services import audit
from fieldapp.services.turns import wait_for_turn


def announce(
    session: Session,
    *,
    actor: Actor,
    device_id: UUID,
    name: str,
    app_version: str,
    minted: int,
    now: datetime,
) -> Device:
    """Enter a phone, or note its name, version and count. Raises OutOfReachError."""
    actor.must(Permission.REGISTRATION_EDIT)
    device = _known_or_entered(session, actor, device_id, name, now)
    device.name, device.app_version = name or device.name, app_version
    _note(device, actor, minted, now)
    return device


def note_item(session: Session, *, actor: Actor, item: Item, name: str, now: datetime) -> int:
    """Note that an item of this phone arrived, and return the highest that did.

    A phone that nobody announced is entered. Raises OutOfReachError.
    """
    told = {
        "device_id": item.device_id,
        "agency": actor.agency_id,
        "sender": actor.id,
        "sequence": item.sequence,
        "count": item.minted,
        "now": now,
    }
    last = session.connection().scalar(_NOTE, told)
    if last is None:
        _known_or_entered(session, actor, item.device_id, name, now)
        session.flush()
        last = session.connection().scalar(_NOTE, told)
    assert last is not None
    return int(last)


_DEVICES: Final = Device.__table__


def _higher(known: ColumnElement[int], name: str) -> ColumnElement[int]:
    told = bindparam(name, type_=Integer)
    return case((known > told, known), else_=told)


_NOTE: Final = (
    update(_DEVICES)  # type: ignore[arg-type]
    .where(_DEVICES.c.id == bindparam("device_id"), _DEVICES.c.agency_id == bindparam("agency"))
    .values(
        last=_higher(_DEVICES.c.last, "sequence"),
        minted=_higher(_DEVICES.c.minted, "count"),
        seen_at=case(
            (_DEVICES.c.user_id == bindparam("sender"), bindparam("now", type_=UtcDateTime())),
            else_=_DEVICES.c.seen_at,
        ),
    )
    .returning(_DEVICES.c.last)
)


def note_look_ups(
    session: Session,
    *,
    actor: Actor,
    device_id: UUID,
    day: date,
    asked: int,
    warned: int,
    now: datetime,
) -> None:
    """Note how often a phone asked its filter on a day, as it counts. Raises OutOfReachError."""
    actor.must(Permission.REGISTRATION_EDIT)
    device = session.get(Device, device_id)
    if device is None or device.user_id != actor.id:
        raise OutOfReachError(subject="device", id=device_id)
    dialect = session.connection().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(LookUpDay)
    told = {"asked": asked, "warned": warned}
    session.execute(
        insert.values(device_id=device_id, day=day, **told).on_conflict_do_update(
            index_elements=["device_id", "day"], set_=told
        )
    )
    audit.record(
        session,
        actor=actor,
        action="duplicates.look_up",
        subject="device",
        subject_id=device_id,
        now=now,
        day=day.isoformat(),
        asked=asked,
        warned=warned,
    )


def _known_or_entered(
    session: Session, actor: Actor, device_id: UUID, name: str, now: datetime
) -> Device:
    device = session.get(Device, device_id)
    if device is None:
        wait_for_turn(session, f"device {device_id}")
        device = session.get(Device, device_id)
    if device is None:
        device = Device(
            id=device_id,
            user_id=actor.id,
            agency_id=actor.agency_id,
            name=name,
            app_version="",
            minted=0,
            last=0,
            registered_at=now,
            seen_at=now,
        )
        session.add(device)
        session.flush()
        audit.record(
            session,
            actor=actor,
            action="device.enter",
            subject="device",
            subject_id=device_id,
            now=now,
        )
    elif device.agency_id != actor.agency_id:
        if device.user_id != actor.id:
            raise OutOfReachError(subject="device", id=device_id)
        device.agency_id = actor.agency_id  # its owner works elsewhere now
    return device


def _note(device: Device, actor: Actor, minted: int, now: datetime) -> None:
    """What somebody else brings for this phone (an exported outbox) is no sign of life."""
    device.minted = max(device.minted, minted, device.last)
    if device.user_id == actor.id:
        device.seen_at = now
