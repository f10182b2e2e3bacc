"""Deeds on a registration: save what was typed, confirm a warning, withdraw, end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from fieldapp.domain import consent
from fieldapp.domain.actors import Actor
from fieldapp.domain.errors import OutOfReachError, ReasonMissingError, StaleError
from fieldapp.domain.findings import Finding, Weight
from fieldapp.domain.forms import FIELDS, Entries, read_entries
from fieldapp.domain.intake import Agreement
from fieldapp.domain.names import fold, grams, sort_key
from fieldapp.domain.permissions import Permission
from fieldapp.domain.photos import PhotoKind
from fieldapp.domain.registrations import Move, Stage, walk
from fieldapp.domain.vocabulary import Sector, Segment
from fieldapp.domain.wita import day_of
from fieldapp.models.registrations import (
    FindingConfirmation,
    NameGram,
    Registration,
    RegistrationHand,
)
from fieldapp.queries import registrations as queries
from fieldapp.services import audit, cards
from fieldapp.services.findings import judge_all
from fieldapp.services.reference import reference
from fieldapp.services.terms import Terms, terms_of


def save(
    session: Session,
    *,
    actor: Actor,
    registration_id: UUID,
    typed: Mapping[str, Any],
    seen: int | None,
    now: datetime,
    consented: bool | None = None,
    agreement: Agreement | None = None,
    arriving: Collection[PhotoKind] = (),
) -> Registration:
    """Keep what was typed; the registration is started when its id is new.

    typed: texts by field of `domain.forms.FIELDS`; fields that are not there stay as they were.
    seen: the revision that the person had before them; None means: whatever is there now.
    consented: True records consent to the current text, False takes it back, None leaves it.
    agreement: the same, said elsewhere: to which text, and when.
    arriving: photos that came with it and are not measured yet.

    The same call again changes nothing. Raises StaleError when somebody else changed it since,
    WrongMoveError when it may no longer be changed, OutOfReachError, ForbiddenError.
    """
    actor.must(Permission.REGISTRATION_EDIT)
    if agreement is None and consented is not None:
        agreement = Agreement(consented, consent.CURRENT, now)
    row = session.get(Registration, registration_id)
    if row is None:
        form = Form(registration_id, typed, agreement, arriving)
        return start_all(session, actor=actor, forms=[form], now=now)[0]
    _check_open(row, actor, Move.EDIT)
    if seen is not None and seen != row.revision:
        raise StaleError(
            subject="registration", id=registration_id, expected=seen, found=row.revision
        )
    entries = read_entries(typed, reference(day_of(now)))
    changed = _fill(row, typed, entries, _terms(session, row.agency_id, [entries]))
    changed += _agree(row, actor, agreement, now)
    if not (changed or arriving):
        return row
    judge_all(
        session, [row], reference=reference(day_of(now)), arriving={row.id: frozenset(arriving)}
    )
    row.changed_at = now
    session.flush()
    if "name" in changed:
        session.execute(delete(NameGram).where(NameGram.registration_id == row.id))
        _index_names(session, [row])
    lay_hand(session, actor, [row.id])
    audit.record(
        session,
        actor=actor,
        action="registration.edit",
        subject="registration",
        subject_id=row.id,
        now=now,
        fields=sorted(changed),
    )
    return row


@dataclass(frozen=True, slots=True)
class Form:
    """A registration to be started: what `save` is told of one.

    typed: texts by field. arriving: photos that come with it and are not measured yet.
    """

    id: UUID
    typed: Mapping[str, Any]
    agreement: Agreement | None = None
    arriving: Collection[PhotoKind] = ()


def start_all(
    session: Session, *, actor: Actor, forms: Sequence[Form], now: datetime
) -> list[Registration]:
    """Start registrations whose ids are new, one or many, by the rules of `save`.

    It is as if each had been saved after the other; but each table is written once for all, with
    rows that are whole and judged.
    """
    actor.must(Permission.REGISTRATION_EDIT)
    known = reference(day_of(now))
    read = [read_entries(form.typed, known) for form in forms]
    terms = _terms(session, actor.agency_id, read)
    rows, events = [], []
    for form, entries in zip(forms, read, strict=True):
        row = _blank(actor, form.id, now)
        changed = _fill(row, form.typed, entries, terms) + _agree(row, actor, form.agreement, now)
        rows.append(row)
        facts = {"fields": sorted(changed)}
        events.append(audit.Event("registration.start", "registration", form.id, facts))
    arriving = {form.id: frozenset(form.arriving) for form in forms}
    judge_all(
        session, rows, reference=known, arriving=arriving, claiming=False,
        terms={actor.agency_id: terms},
    )  # fmt: skip
    _enter(session, rows)
    _index_names(session, rows)
    lay_hand(session, actor, [row.id for row in rows])
    audit.record_all(session, actor=actor, events=events, now=now)
    return rows


def differences(row: Registration, typed: Mapping[str, Any], *, now: datetime) -> list[str]:
    """The fields in which what was typed is not what is kept, in the order of the form."""
    entries = read_entries(typed, reference(day_of(now)))
    kept = row.unread or {}
    return [
        name
        for name in entries.values
        if entries.unread.get(name) != kept.get(name)
        or (name not in entries.unread and _differs(row, name, entries.values[name]))
    ]


def note_seen(
    session: Session, *, actor: Actor, ids: Sequence[UUID], what: str, now: datetime
) -> None:
    """Leave a trace that these were looked at: one entry, for a whole list too.

    what: "page", "form", "nik", "list", "ktp", "face" or "signature".
    """
    if not ids:
        return
    one = len(ids) == 1
    audit.record(
        session,
        actor=actor,
        action="registration.view",
        subject="registration",
        subject_id=ids[0] if one else what,
        now=now,
        what=what,
        **({} if one else {"ids": [str(each) for each in ids]}),
    )


def rejudge(session: Session, row: Registration, *, now: datetime) -> tuple[Finding, ...]:
    """Judge one registration again (a photo came, a day went by)."""
    return judge_all(session, [row], reference=reference(day_of(now)))[row.id]


def confirm_finding(
    session: Session, *, actor: Actor, row: Registration, key: str, reason: str, now: datetime
) -> None:
    """Confirm a warning with a reason, which the supervisor sees; an empty reason takes it back.

    Raises ReasonMissingError when there is nothing to take back, OutOfReachError for what is no
    warning on this row, WrongMoveError.
    """
    _check_open(row, actor, Move.EDIT)
    known = session.scalar(
        select(FindingConfirmation).where(
            FindingConfirmation.registration_id == row.id, FindingConfirmation.code == key
        )
    )
    reason = " ".join(reason.split())[:300]
    found = {each.key for each in map(Finding.from_row, row.findings) if each.weight is Weight.WARN}
    if reason and key not in found:
        raise OutOfReachError(subject="finding", id=key)
    if not reason:
        if known is None:
            raise ReasonMissingError(move=Move.EDIT)
        session.delete(known)
    elif known is None:
        session.add(
            FindingConfirmation(
                registration_id=row.id,
                code=key,
                reason=reason,
                confirmed_by=actor.id,
                confirmed_at=now,
            )
        )
    else:
        known.reason, known.confirmed_by, known.confirmed_at = reason, actor.id, now
    lay_hand(session, actor, [row.id])
    audit.record(
        session,
        actor=actor,
        action="finding.confirm" if reason else "finding.reopen",
        subject="registration",
        subject_id=row.id,
        now=now,
        finding=key,
    )


def withdraw(session: Session, *, actor: Actor, row: Registration, now: datetime) -> None:
    """Take a draft or returned registration back for good."""
    _check_reach(row, actor)
    row.stage = walk(row.stage, Move.WITHDRAW, role=actor.role)
    row.batch_id = row.batch_row = None
    row.changed_at = now
    audit.record(
        session,
        actor=actor,
        action="registration.withdraw",
        subject="registration",
        subject_id=row.id,
        now=now,
    )


def end(
    session: Session,
    *,
    actor: Actor,
    row: Registration,
    reason: str,
    ended_on: date,
    now: datetime,
) -> None:
    """End an approved, sent or enrolled registration, with a reason and a date."""
    _check_reach(row, actor)
    row.stage = walk(row.stage, Move.END, role=actor.role, reason=reason)
    row.reason, row.ended_on, row.changed_at = reason.strip()[:500], ended_on, now
    audit.record(
        session,
        actor=actor,
        action="registration.end",
        subject="registration",
        subject_id=row.id,
        now=now,
        ended_on=ended_on,
    )
    cards.end_cards(session, actor=actor, registration_id=row.id, reason=row.reason, now=now)


def lay_hand(session: Session, actor: Actor, ids: list[UUID]) -> None:
    """Note that the actor made, edited or submitted these: they may not decide on them."""
    rows = [{"registration_id": each, "user_id": actor.id} for each in ids]
    if rows:
        session.flush()
        connection = session.connection()
        connection.execute(_HANDS[connection.dialect.name], rows)


_HANDS: Final = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(
        RegistrationHand.__table__
    ).on_conflict_do_nothing()
    for dialect in (postgresql, sqlite)
}


def _blank(actor: Actor, registration_id: UUID, now: datetime) -> Registration:
    return Registration(
        id=registration_id,
        agency_id=actor.agency_id,
        stage=Stage.DRAFT,
        findings=[],
        **_EMPTY,
        created_by=actor.id,
        created_at=now,
        changed_at=now,
        revision=1,
    )


_EMPTY: Final = {
    **{name: empty for name, (_reader, empty) in FIELDS.items() if empty is not None},
    **dict.fromkeys(("name_key", "sort_name", "banjar_key", "reason"), ""),
}
"""What a form has in it before anything is typed; judged before the database could say so."""


def _enter(session: Session, rows: Sequence[Registration]) -> None:
    """Write rows that are new; from now on the session knows them, as if it had read them."""
    columns = _ROWS.columns.keys()
    told = [{name: row.__dict__.get(name) for name in columns} for row in rows]
    session.connection().execute(_NEW, told)
    for row in rows:
        make_transient_to_detached(row)
        session.add(row)


_ROWS: Final = Registration.__table__
_NEW: Final = insert(_ROWS)  # type: ignore[arg-type]


def _check_reach(row: Registration, actor: Actor) -> None:
    if not queries.within_reach(row, actor):
        raise OutOfReachError(subject="registration", id=row.id)


def _check_open(row: Registration, actor: Actor, move: Move) -> None:
    _check_reach(row, actor)
    walk(row.stage, move, role=actor.role)


def _fill(
    row: Registration,
    typed: Mapping[str, Any],
    entries: Entries,
    terms: Mapping[UUID, Terms | None],
) -> list[str]:
    """Put what was read on the row; return the names of the fields that changed."""
    changed = [name for name, value in entries.values.items() if _differs(row, name, value)]
    for name in changed:
        setattr(row, name, entries.values[name])
    kept = row.unread or {}
    unread = {name: text for name, text in kept.items() if name not in typed} | dict(entries.unread)
    if unread != kept:
        changed += [name for name in entries.unread if name not in changed]
        changed = changed or ["unread"]
        row.unread = unread or None
    if "category_id" in changed:
        _take_terms(row, terms)
    if "name" in changed:
        row.name_key, row.sort_name = fold(row.name)[:120], sort_key(row.name)[:120]
    if "banjar" in changed:
        row.banjar_key = fold(row.banjar)[:60]
    return changed


def _differs(row: Registration, name: str, value: Any) -> bool:
    known = getattr(row, name)
    return bool((known or None) != (value or None) or (known == 0) != (value == 0))


def _terms(session: Session, agency_id: UUID, read: Iterable[Entries]) -> dict[UUID, Terms | None]:
    """The terms of every category that was named and is there."""
    named = (entries.values.get("category_id") for entries in read)
    return terms_of(session, agency_id, {each for each in named if each is not None})


def _take_terms(row: Registration, terms: Mapping[UUID, Terms | None]) -> None:
    """Segment, sector, risk class and payer follow from what the agency agreed for a category."""
    if row.category_id is None or row.category_id not in terms:
        row.category_id = row.segment = row.sector = row.risk_class = None
        return
    agreed = terms[row.category_id]
    if agreed is None:  # not supervised by this agency: a warning, judged by the supervisor
        row.segment, row.sector, row.risk_class = Segment.BPU, Sector.OTHER, None
        return
    row.segment, row.sector, row.risk_class = agreed.segment, agreed.sector, agreed.risk_class
    if row.payer is None:
        row.payer = agreed.payer


def _agree(row: Registration, actor: Actor, said: Agreement | None, now: datetime) -> list[str]:
    """Note what was said to the text of the consent, if it changes anything."""
    if said is None or said.given == (not consent.needs_asking(row.consent_version)):
        return []
    row.consent_version = said.version if said.given else None
    row.consent_at = min(said.at or now, now) if said.given else None
    row.consent_by = actor.id if said.given else None
    return ["consent"]


def _index_names(session: Session, rows: Iterable[Registration]) -> None:
    pieces = [
        {"gram": gram, "registration_id": row.id}
        for row in rows
        for gram in sorted(grams(row.name_key))
    ]
    if pieces:
        session.connection().execute(_GRAM, pieces)


_GRAM: Final = insert(NameGram.__table__)  # type: ignore[arg-type]
