"""Taking in what phones send: exactly once, however often it arrives.

The key of a record (its id and its revision on the phone) is kept for good, with the answer that it
got. A repeated post finds its answer here; nothing is done twice, whether it comes a second later
from another thread or next month from a rescued file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select, union_all
from sqlalchemy.orm import Session

from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import FieldError, OutOfReachError, StaleError
from fieldapp.domain.findings import Finding, Weight
from fieldapp.domain.intake import (
    Bundle,
    Handover,
    Item,
    KeyReusedError,
    PartKind,
    PartsMissingError,
    Record,
    highest,
)
from fieldapp.domain.permissions import Permission
from fieldapp.domain.photos import PhotoKind
from fieldapp.models.devices import Intake, IntakeKind
from fieldapp.models.registrations import Registration
from fieldapp.queries import batches as batch_queries
from fieldapp.queries import intake as queries
from fieldapp.queries import registrations as registration_queries
from fieldapp.services import batches, devices, handovers, parts, registrations
from fieldapp.services.turns import wait_for_turn

ONLY = 1
"""The revision under which is kept what is sent once: a batch, a hand-over."""


def receive(
    session: Session, *, actor: Actor, record: Record, device_name: str, now: datetime
) -> Mapping[str, Any]:
    """Take a record in, and return its receipt; the same record again gets the same one.

    Raises KeyReusedError, PartsMissingError, StaleError (facts `expected`, `found`), and what
    `registrations.save` raises.
    """
    by = _Sender(actor, device_name, now)
    if not _new(session, actor, [record]):
        return _renew(session, by, record)
    told = _begin(session, by, [record])[record.id]
    if isinstance(told, FieldError):
        raise told
    return told


def receive_all(
    session: Session, *, actor: Actor, records: Sequence[Record], device_name: str, now: datetime
) -> list[Mapping[str, Any] | FieldError]:
    """Take records in as if one came after the other; each gets its receipt, or its refusal.

    What is refused leaves no trace and holds up none of the others. New registrations are begun
    together, which takes hardly more statements than one.
    """
    by = _Sender(actor, device_name, now)
    new = _new(session, actor, records)
    begun = _begin(session, by, list(new.values())) if new else {}
    told: list[Mapping[str, Any] | FieldError] = []
    for record in records:
        if new.get(record.id) is record:
            told.append(begun[record.id])
            continue
        try:
            with session.begin_nested():
                told.append(_renew(session, by, record))
        except FieldError as error:
            told.append(error)
    return told


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sends, from which phone, and when."""

    actor: Actor
    device_name: str
    now: datetime


def _new(session: Session, actor: Actor, records: Sequence[Record]) -> dict[UUID, Record]:
    """The first record of each registration that is not there yet, held against its double."""
    actor.must(Permission.REGISTRATION_EDIT)
    ids = sorted({record.id for record in records})
    for each in ids:
        wait_for_turn(session, f"registration {each}")
    taken = set(session.connection().scalars(_TAKEN, {"ids": ids}))
    new: dict[UUID, Record] = {}
    for record in records:
        if record.id not in taken:
            new.setdefault(record.id, record)
    return new


def _begin(
    session: Session, by: _Sender, records: Sequence[Record]
) -> dict[UUID, Mapping[str, Any] | FieldError]:
    """Begin a registration of each record, all of which are new; refusals come before any deed."""
    actor, now = by.actor, by.now
    told: dict[UUID, Mapping[str, Any] | FieldError] = {}
    named = {record.id: _named(record) for record in records}
    hashes = {sha256 for each in named.values() for sha256 in each.values()}
    here = parts.held(session, actor.agency_id, hashes) if hashes else set()
    complete = []
    for record in records:
        missing = [sha256 for sha256 in named[record.id].values() if sha256 not in here]
        if missing:
            told[record.id] = _missing(missing)
        else:
            complete.append(record)
    begun = []
    last: dict[UUID, int] = {}
    for device_id, sent in _by_device(complete).items():
        items = [record.item for record in sent]
        try:
            last[device_id] = devices.note_item(
                session, actor=actor, item=highest(items), name=by.device_name, now=now
            )
        except OutOfReachError as error:
            told.update((record.id, error) for record in sent)
        else:
            begun += sent
    if not begun:
        return told
    forms = [
        registrations.Form(record.id, record.fields, record.consent, _photos(named[record.id]))
        for record in begun
    ]
    rows = registrations.start_all(session, actor=actor, forms=forms, now=now)
    arrived = {row.id: named[row.id] for row in rows if named[row.id]}
    if arrived:
        parts.name_parts(session, actor=actor, named=arrived, now=now)
    answers = []
    for record, row in zip(begun, rows, strict=True):
        unused = _confirm(session, actor, row, record.confirmations, now)
        hashes_now = {**queries.NO_PARTS, **_sent(record)}
        answers.append(_receipt(record, row, last[record.item.device_id], hashes_now, unused, now))
    _keep(session, actor, IntakeKind.REGISTRATION, list(zip(begun, answers, strict=True)), now)
    told.update((row.id, answer) for row, answer in zip(rows, answers, strict=True))
    return told


def _by_device(records: Sequence[Record]) -> dict[UUID, list[Record]]:
    found: dict[UUID, list[Record]] = {}
    for record in records:
        found.setdefault(record.item.device_id, []).append(record)
    return found


def _renew(session: Session, by: _Sender, record: Record) -> Mapping[str, Any]:
    """Take in what is known already, or changes what is there."""
    actor, now = by.actor, by.now
    known = session.scalar(_KNOWN, {"subject_id": record.id, "revision": record.revision})
    if known is not None:
        return _same_answer(session, actor, known, record)
    last = devices.note_item(session, actor=actor, item=record.item, name=by.device_name, now=now)
    row = session.get(Registration, record.id)
    if row is None:  # the id is that of something else
        raise KeyReusedError(id=record.id, revision=record.revision)
    arrived = _arrived(session, row, record)
    row = registrations.save(
        session,
        actor=actor,
        registration_id=record.id,
        typed=record.fields,
        seen=_seen(session, row, record, now),
        now=now,
        agreement=record.consent,
        arriving=_photos(arrived.new),
    )
    if arrived.new:
        parts.name_parts(session, actor=actor, named={row.id: arrived.new}, now=now)
    if arrived.unsigned:
        parts.take_signature_back(session, actor=actor, row=row, now=now)
    unused = _confirm(session, actor, row, record.confirmations, now)
    session.flush()
    answer = _receipt(record, row, last, arrived.hashes, unused, now)
    _keep(session, actor, IntakeKind.REGISTRATION, [(record, answer)], now)
    return answer


def _receipt(
    record: Record,
    row: Registration,
    last: int,
    hashes: Mapping[str, str | None],
    unused: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    return {
        "registration": str(row.id),
        "revision": record.revision,
        **_of_device(record.item, last),
        "server_revision": row.revision,
        "stage": row.stage.value,
        "received_at": now.isoformat(),
        "parts": dict(hashes),
        "unused": list(unused),
        "findings": row.findings,
    }


def receive_batch(
    session: Session, *, actor: Actor, bundle: Bundle, most: int, device_name: str, now: datetime
) -> Mapping[str, Any]:
    """Make a batch and send it; the same again gets the same answer.

    Raises KeyReusedError, EmptyBatchError (facts `held`), and what `create_batch` raises.
    """
    actor.must(Permission.BATCH_EDIT)
    wait_for_turn(session, f"batch {bundle.id}")
    known = session.scalar(_KNOWN, {"subject_id": bundle.id, "revision": ONLY})
    if known is not None:
        return _same_answer(session, actor, known, bundle)
    last = devices.note_item(session, actor=actor, item=bundle.item, name=device_name, now=now)
    batch = batch_queries.batch(session, actor, bundle.id)
    if batch is not None:  # a page of the app had the same id: not ours to send
        raise KeyReusedError(id=bundle.id, revision=ONLY)
    batch = batches.create_batch(
        session,
        actor=actor,
        registration_ids=bundle.registration_ids,
        note=bundle.note,
        most=most,
        now=now,
        batch_id=bundle.id,
    )
    sending = batches.submit_batch(session, actor=actor, batch=batch, seen=None, now=now)
    session.flush()
    answer = {
        "batch": {"id": str(batch.id), "number": batch.number, "state": batch.state.value},
        **_of_device(bundle.item, last),
        "received_at": now.isoformat(),
        "sent": [str(each) for each in sending.sent],
        "held": [
            {"id": str(each), "findings": [finding.as_row() for finding in found]}
            for each, found in sending.held
        ],
    }
    _keep(session, actor, IntakeKind.BATCH, [(bundle, answer)], now)
    return answer


def receive_handover(
    session: Session, *, actor: Actor, handover: Handover, device_name: str, now: datetime
) -> Mapping[str, Any]:
    """Note that a card was given to its person; the same again gets the same answer.

    Raises KeyReusedError, and what `handovers.find` and `handovers.hand_over` raise; then nothing
    is kept.
    """
    actor.must(Permission.CARD_HAND_OVER)
    wait_for_turn(session, f"handover {handover.id}")
    known = session.scalar(_KNOWN, {"subject_id": handover.id, "revision": ONLY})
    if known is not None:
        return _same_answer(session, actor, known, handover)
    last = devices.note_item(session, actor=actor, item=handover.item, name=device_name, now=now)
    card = handovers.find(session, actor=actor, code=handover.code, serial=handover.serial, now=now)
    handed_at = min(handover.at, now)  # a clock that is fast must not tell of tomorrow
    handovers.hand_over(session, actor=actor, card=card, handed_at=handed_at, now=now)
    answer = {
        "handover": str(handover.id),
        **_of_device(handover.item, last),
        "card": {"id": str(card.id), "serial": card.printed_serial, "state": card.state.value},
        "registration": str(card.registration_id),
        "handed_at": handed_at.isoformat(),
        "received_at": now.isoformat(),
    }
    _keep(session, actor, IntakeKind.HANDOVER, [(handover, answer)], now)
    return answer


def _same_answer(
    session: Session, actor: Actor, known: Intake, sent: Record | Bundle | Handover
) -> Mapping[str, Any]:
    if not (actor.reaches_all or known.agency_id == actor.agency_id):
        raise OutOfReachError(subject=known.kind, id=known.subject_id)
    if known.fingerprint == sent.fingerprint:
        return known.answer
    if isinstance(sent, Record) and known.device_id != sent.item.device_id:
        # Two phones counted alike on one record: neither is wrong, and a person has to choose.
        row = session.get_one(Registration, sent.id)
        raise StaleError(subject="registration", id=row.id, expected=sent.base, found=row.revision)
    raise KeyReusedError(id=known.subject_id, revision=known.revision)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What a record names: parts that are new to it, a signature taken back, all it has then."""

    new: Mapping[PartKind, bytes]
    unsigned: bool
    hashes: Mapping[str, str | None]


def _arrived(session: Session, row: Registration, record: Record) -> _Arrived:
    """What came ahead of a record. Raises PartsMissingError."""
    before = queries.part_hashes(session, record.id)
    named = _named(record)
    new = {kind: sha256 for kind, sha256 in named.items() if before[kind.value] != sha256.hex()}
    if new:
        here = parts.held(session, row.agency_id, set(new.values()))
        missing = [sha256 for sha256 in new.values() if sha256 not in here]
        if missing:
            raise _missing(missing)
    unsigned = PartKind.SIGNATURE in record.parts and PartKind.SIGNATURE not in named
    return _Arrived(new, unsigned, {**before, **_sent(record)})


def _named(record: Record) -> dict[PartKind, bytes]:
    return {kind: sha256 for kind, sha256 in record.parts.items() if sha256 is not None}


def _sent(record: Record) -> dict[str, str | None]:
    return {kind.value: sha256.hex() if sha256 else None for kind, sha256 in record.parts.items()}


def _missing(hashes: Sequence[bytes]) -> PartsMissingError:
    return PartsMissingError(missing=[sha256.hex() for sha256 in hashes], count=len(hashes))


def _photos(named: Mapping[PartKind, bytes]) -> list[PhotoKind]:
    return [PhotoKind(kind) for kind in named if kind is not PartKind.SIGNATURE]


def _seen(session: Session, row: Registration, record: Record, now: datetime) -> int | None:
    """The revision that the sender is to be held to.

    Nothing is stale for a phone whose own record is the last change, though its receipt was lost;
    nor is what says the same as what is kept.
    """
    if row.revision == record.base:
        return record.base
    last = queries.last_intake(session, record.id)
    its_own = last is not None and last.device_id == record.item.device_id
    if its_own and last is not None and last.answer["server_revision"] == row.revision:
        return row.revision
    if registrations.differences(row, record.fields, now=now):
        return record.base
    return row.revision


def _confirm(
    session: Session,
    actor: Actor,
    row: Registration,
    confirmations: Mapping[str, str],
    now: datetime,
) -> list[str]:
    """Give reasons for the warnings that are there; return the keys that are not."""
    if not confirmations:
        return []
    known = registration_queries.confirmations(session, [row.id])[row.id]
    found = {each.key for each in map(Finding.from_row, row.findings) if each.weight is Weight.WARN}
    unused = []
    for key, reason in sorted(confirmations.items()):
        reason = " ".join(reason.split())[:300]
        if reason == known.get(key, ""):
            continue
        if reason and key not in found:
            unused.append(key)
            continue
        registrations.confirm_finding(
            session, actor=actor, row=row, key=key, reason=reason, now=now
        )
    return unused


def _of_device(item: Item, last: int) -> dict[str, Any]:
    return {"device": str(item.device_id), "sequence": item.sequence, "last": last}


def _keep(
    session: Session,
    actor: Actor,
    kind: IntakeKind,
    answered: Sequence[tuple[Record | Bundle | Handover, Mapping[str, Any]]],
    now: datetime,
) -> None:
    """Keep each key for good, with its answer."""
    rows = [
        {
            "subject_id": sent.id,
            "revision": sent.revision if isinstance(sent, Record) else ONLY,
            "kind": kind,
            "device_id": sent.item.device_id,
            "sequence": sent.item.sequence,
            "fingerprint": sent.fingerprint,
            "answer": dict(answer),
            "agency_id": actor.agency_id,
            "user_id": actor.id,
            "received_at": now,
        }
        for sent, answer in answered
    ]
    session.connection().execute(_ENTER, rows)


# Asked for every record that comes in: built once, since building costs more than asking.
_INTAKES: Final = Intake.__table__
_ROWS: Final = Registration.__table__
_TAKEN: Final = union_all(
    select(_ROWS.c.id).where(_ROWS.c.id.in_(bindparam("ids", expanding=True))),
    select(_INTAKES.c.subject_id).where(
        _INTAKES.c.subject_id.in_(bindparam("ids", expanding=True))
    ),
)
_KNOWN: Final = select(Intake).where(
    Intake.subject_id == bindparam("subject_id"), Intake.revision == bindparam("revision")
)
_ENTER: Final = insert(_INTAKES)  # type: ignore[arg-type]
