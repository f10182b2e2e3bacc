"""The one service that asks the checks: it gathers the facts and lets `domain.findings` judge.

Page, sync, import, API and batch all come through `judge_all`; nothing else looks for doubles.
A whole batch is judged with a handful of questions, not a handful a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from fieldapp.domain.findings import Finding, RegistrationFacts, blocks, judge, worst
from fieldapp.domain.forms import Reference, read_entries
from fieldapp.domain.intake import PartKind
from fieldapp.domain.likeness import LookAlike, folded_likeness
from fieldapp.domain.names import grams
from fieldapp.domain.nik import Nik, parse_nik
from fieldapp.domain.photos import PhotoKind, PhotoQuality
from fieldapp.domain.registrations import EDITABLE, LIVE
from fieldapp.domain.unreadable import UnreadableError
from fieldapp.models.parts import PartState, RegistrationPart
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from fieldapp.services.terms import Terms, terms_of

CHUNK = 500
"""How many values stand in one IN (…), and how many rows are judged with one gathering."""

SHARED_GRAMS = 0.3
"""Names that share fewer of their pieces are not compared letter by letter."""


Arriving = Mapping[UUID, frozenset[PhotoKind]]
KnownTerms = Mapping[UUID, Mapping[UUID, Terms | None]]


@dataclass(frozen=True, slots=True)
class _Other:
    """Another registration, as much of it as the checks need."""

    id: UUID
    agency_id: UUID
    category_id: UUID | None
    nik_index: bytes | None
    name_key: str
    birth_date: date | None
    live: bool


def judge_all(
    session: Session,
    registrations: Sequence[Registration],
    *,
    reference: Reference,
    arriving: Arriving | None = None,
    claiming: bool = True,
    terms: KnownTerms | None = None,
) -> dict[UUID, tuple[Finding, ...]]:
    """Judge each registration, keep the findings on its row, and return them by id.

    arriving: photos that are being received and are not in a table yet, by registration.
    claiming: these are to be sent: of two with one NIK in one role, the first that could be takes
    the place, and the later ones are blocked.

    terms: what the agencies agreed for these categories, where the caller has asked already.

    The registrations must be flushed, or in no table yet; such a new one is judged as if those
    before it in this call were there already, and those behind it were not.
    """
    judged: dict[UUID, tuple[Finding, ...]] = {}
    claimed: set[tuple[bytes, UUID | None]] | None = set() if claiming else None
    with session.no_autoflush:
        alike = _look_alikes(session, registrations)
        for start in range(0, len(registrations), CHUNK):
            some = registrations[start : start + CHUNK]
            gathered = _Gathered(session, some, alike, arriving or {}, terms)
            _judge_some(some, gathered, reference, claimed, judged)
    return judged


def _judge_some(
    rows: Sequence[Registration],
    gathered: _Gathered,
    reference: Reference,
    claimed: set[tuple[bytes, UUID | None]] | None,
    judged: dict[UUID, tuple[Finding, ...]],
) -> None:
    for row in rows:
        place = (row.nik_index, row.category_id) if row.nik_index else None
        taken = claimed is not None and place in claimed
        findings = judge(gathered.facts(row, reference, taken=taken))
        if claimed is not None and place is not None and not blocks(findings):
            claimed.add(place)
        judged[row.id] = findings
        kept = [finding.as_row() for finding in findings]
        if row.findings != kept:
            row.findings = kept
        row.worst = worst(findings)


class _Gathered:
    """What a few questions bring in for all rows at once."""

    def __init__(
        self,
        session: Session,
        rows: Sequence[Registration],
        alike: Mapping[UUID, tuple[LookAlike, ...]],
        arriving: Arriving,
        terms: KnownTerms | None,
    ) -> None:
        # A row that is being made has nothing in any other table yet.
        ids = [row.id for row in rows if not _is_new(row)]
        self.photos = _photos(session, ids)
        self.on_the_way = _photos_on_the_way(session, ids)
        for registration_id, kinds in arriving.items():
            self.on_the_way[registration_id] |= kinds
        self.terms = _terms(session, rows) if terms is None else terms
        self.alike = alike
        self.same_nik: dict[bytes, list[_Other]] = defaultdict(list)
        niks = {row.nik_index for row in rows if row.nik_index}
        for other in _others(session, "nik_index", niks):
            if other.nik_index is not None:
                self.same_nik[other.nik_index].append(other)

    def facts(self, row: Registration, reference: Reference, *, taken: bool) -> RegistrationFacts:
        nik, unreadable = _nik(row, reference)
        agreed = self.terms[row.agency_id].get(row.category_id) if row.category_id else None
        if agreed and not agreed.in_use:
            agreed = None
        lives = [o for o in self.same_nik[row.nik_index] if o.live and o.id != row.id] if (
            row.nik_index
        ) else []  # fmt: skip
        return RegistrationFacts(
            today=reference.today,
            nik=nik,
            no_nik_reason=row.no_nik_reason,
            name=row.name,
            birth_place=row.birth_place,
            birth_date=row.birth_date,
            sex=row.sex,
            mother_name=row.mother_name or "",
            phone=row.phone,
            street=row.street,
            village_code=row.village_code,
            category_id=row.category_id,
            category_supervised=agreed is not None and agreed.active,
            income=row.income,
            usual_income=agreed.usual_income if agreed else None,
            payer=row.payer,
            starts_on=row.starts_on,
            consent_version=row.consent_version,
            unreadable=unreadable,
            same_role_live=taken or any(o.category_id == row.category_id for o in lives),
            other_roles_live=any(o.category_id != row.category_id for o in lives),
            look_alikes=self.alike.get(row.id, ()),
            photos=self.photos[row.id],
            photos_on_the_way=self.on_the_way[row.id],
        )


def _look_alikes(
    session: Session, rows: Sequence[Registration]
) -> dict[UUID, tuple[LookAlike, ...]]:
    """People under another NIK, born on nearly the same day, with a name that is near.

    Rows are taken in the order of their birth dates, so that each slice asks for few days.
    """
    pieces = _Pieces()
    found: dict[UUID, tuple[LookAlike, ...]] = {}
    new = _New(rows)
    dated = sorted(
        ((row.birth_date, row) for row in rows if row.birth_date and row.name_key),
        key=lambda pair: pair[0],
    )
    for start in range(0, len(dated), CHUNK):
        some = dated[start : start + CHUNK]
        same_day: dict[date, list[_Other]] = defaultdict(list)
        for other in _others(
            session, "birth_date", {day for born, _ in some for day in _near_days(born)}
        ):
            if other.birth_date is not None:
                same_day[other.birth_date].append(other)
        for born, row in some:
            found[row.id] = tuple(
                LookAlike(other.id, folded_likeness(row.name_key, other.name_key), day)
                for day in _near_days(born)
                for other in (*same_day[day], *new.before(row, day))
                if _may_be_another(row, other) and pieces.shared(row.name_key, other.name_key)
            )
    return found


class _New:
    """Rows that are in no table yet, in their order: each finds those before it, and no others."""

    def __init__(self, rows: Sequence[Registration]) -> None:
        self._place: dict[UUID, int] = {}
        self._born_on: dict[date, list[_Other]] = defaultdict(list)
        for row in rows if len(rows) > 1 else ():
            if _is_new(row) and row.birth_date and row.name_key:
                self._place[row.id] = len(self._place)
                self._born_on[row.birth_date].append(
                    _Other(
                        row.id, row.agency_id, row.category_id, row.nik_index, row.name_key,
                        row.birth_date, row.stage in LIVE,
                    )
                )  # fmt: skip

    def before(self, row: Registration, day: date) -> Iterator[_Other]:
        """Those born on a day that come before a row."""
        place = self._place.get(row.id, 0)
        return (other for other in self._born_on.get(day, ()) if self._place[other.id] < place)


def _is_new(row: Registration) -> bool:
    """Whether a row is in no table yet."""
    return not inspect(row).has_identity


def _may_be_another(row: Registration, other: _Other) -> bool:
    """Another row under another NIK; what another agency has not sent is no business of ours."""
    if other.id == row.id or (row.nik_index and other.nik_index == row.nik_index):
        return False
    return other.live or other.agency_id == row.agency_id


class _Pieces:
    """The pieces of names, cut once each."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str]] = {}

    def shared(self, name_key: str, other: str) -> bool:
        """Whether two names share enough to be compared letter by letter."""
        ours, theirs = self._cut(name_key), self._cut(other)
        return len(ours & theirs) >= SHARED_GRAMS * min(len(ours), len(theirs))

    def _cut(self, name_key: str) -> frozenset[str]:
        if name_key not in self._known:
            self._known[name_key] = grams(name_key)
        return self._known[name_key]


def _nik(
    row: Registration, reference: Reference
) -> tuple[Nik | None, Mapping[str, UnreadableError]]:
    errors = dict(read_entries(row.unread, reference).errors) if row.unread else {}
    if row.nik is None:
        return None, errors
    try:
        return parse_nik(row.nik, today=reference.today, regencies=reference.regencies), errors
    except UnreadableError as error:
        return None, {**errors, "nik": error}


def _near_days(born: date) -> Iterator[date]:
    """The same day, day and month swapped, a year off (see `domain.likeness`)."""
    ways = ((0, False), (0, True), (1, False), (-1, False))
    days = set()
    for years, swapped in ways:
        day, month = (born.month, born.day) if swapped else (born.day, born.month)
        try:
            days.add(date(born.year + years, month, day))
        except ValueError:  # there is no such day
            continue
    yield from sorted(days)


def _photos(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[PhotoKind, PhotoQuality]]:
    found: dict[UUID, dict[PhotoKind, PhotoQuality]] = defaultdict(dict)
    for part in _chunks(ids):
        for photo in session.scalars(_PHOTOS, {"ids": part}):
            found[photo.registration_id][photo.kind] = photo.quality
    return found


def _photos_on_the_way(session: Session, ids: Sequence[UUID]) -> dict[UUID, set[PhotoKind]]:
    found: dict[UUID, set[PhotoKind]] = defaultdict(set)
    for part in _chunks(ids):
        for registration_id, kind in session.connection().execute(_WAITING, {"ids": part}):
            found[registration_id].add(PhotoKind(kind))
    return found


def _terms(session: Session, rows: Sequence[Registration]) -> KnownTerms:
    named: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        named[row.agency_id] |= {row.category_id} if row.category_id else set()
    return {agency: terms_of(session, agency, categories) for agency, categories in named.items()}


def _others(session: Session, column: str, values: Iterable[object]) -> Iterator[_Other]:
    for part in _chunks(list(values)):
        for found in session.connection().execute(_OTHERS[column], {"values": part}):
            id_, agency_id, category_id, nik_index, name_key, birth_date, stage = found
            yield _Other(
                id_, agency_id, category_id, nik_index, name_key, birth_date, stage in LIVE
            )


def _chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


# Asked for every record that comes in: built once, since building costs more than asking.
_PHOTOS: Final = select(Photo).where(Photo.registration_id.in_(bindparam("ids", expanding=True)))
_PARTS: Final = RegistrationPart.__table__
_WAITING: Final = select(_PARTS.c.registration_id, _PARTS.c.kind).where(
    _PARTS.c.registration_id.in_(bindparam("ids", expanding=True)),
    _PARTS.c.state == PartState.WAITING,
    _PARTS.c.kind != PartKind.SIGNATURE,
)
_ROWS: Final = Registration.__table__
_OTHERS: Final = {
    column.key: select(
        _ROWS.c.id,
        _ROWS.c.agency_id,
        _ROWS.c.category_id,
        _ROWS.c.nik_index,
        _ROWS.c.name_key,
        _ROWS.c.birth_date,
        _ROWS.c.stage,
    ).where(
        _ROWS.c.stage.in_([*LIVE, *EDITABLE]),
        column.in_(bindparam("values", expanding=True)),
    )
    for column in (_ROWS.c.nik_index, _ROWS.c.birth_date)
}
