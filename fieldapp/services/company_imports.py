"""Companies from a sheet: first only looked at, then entered, by the same rules as on the page.

What would be done is settled for all rows before the first is written, by the same function for
the dry run and the real one. A row finds its company by NIB, else by NPP and division, else by
name when it has no number at all; empty cells change nothing, so a second import changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fieldapp.adapters.sheets import Sheet, SheetRow, read_sheet
from fieldapp.adapters.storage import FileMissingError, Storage
from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import (
    FIELDS,
    CompanyEntries,
    CompanyEntryError,
    CompanyFault,
    CompanyMergedError,
    NibTakenError,
    fold_company,
    read_company,
)
from fieldapp.domain.errors import FieldError, OutOfReachError
from fieldapp.domain.permissions import Permission
from fieldapp.models.companies import Company
from fieldapp.queries import companies as queries
from fieldapp.services import audit, companies

SHEET: Final = "company_sheet"
"""Kind of stored files."""
KEPT_FOR: Final = timedelta(hours=24)
"""So long a sheet that was looked at waits to be entered."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("Nama perusahaan", "Nama", "Nama badan usaha", "Perusahaan", "Company", "Company name",
             "Name of the company"),
    "nib": ("NIB", "Nomor induk berusaha", "No NIB", "Nomor NIB"),
    "npwp": ("NPWP", "No NPWP", "Nomor NPWP", "NPWP perusahaan", "Tax number"),
    "npp": ("NPP", "No NPP", "Nomor NPP", "Nomor pendaftaran perusahaan"),
    "division": ("Divisi", "Kode divisi", "Division"),
    "scale": ("Skala", "Skala usaha", "Skala perusahaan", "Scale"),
    "area_code": ("Wilayah", "Kabupaten/kota", "Kab/kota", "Kabupaten", "Kota", "Area"),
    "street": ("Alamat", "Alamat perusahaan", "Address", "Street"),
    "workers_declared": ("Tenaga kerja dilaporkan", "TK dilaporkan", "Pekerja dilaporkan",
                         "Jumlah tenaga kerja", "Jumlah pekerja", "Jumlah TK", "Workers declared",
                         "Workers"),
    "workers_enrolled": ("Tenaga kerja terdaftar", "TK terdaftar", "Pekerja terdaftar", "TK aktif",
                         "Workers enrolled", "Enrolled"),
    "contact_name": ("Narahubung", "Nama kontak", "Kontak", "PIC", "Nama PIC", "Contact",
                     "Contact person"),
    "contact_phone": ("Telepon", "Telepon narahubung", "No telepon", "No HP", "HP", "Telp",
                      "Nomor telepon", "Phone", "Telephone", "Contact's telephone"),
    "contact_email": ("Email", "E-mail", "Surel", "Email narahubung", "Contact's e-mail"),
}  # fmt: skip
"""What the column of each field may be called; the first is what we call it ourselves."""


class Outcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    BAD = "bad"


class TwiceInSheetError(FieldError):
    """An earlier row of the sheet is the same company. Facts: `row`."""

    code: ClassVar[str] = "sheet_twice"


class NameSharedError(FieldError):
    """Several companies have this name, and the row has no number. Facts: `count`."""

    code: ClassVar[str] = "sheet_name_shared"


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row and what becomes of it.

    errors: by field, "" for the row as a whole. fields: those that change. alike: companies
    that are kept already and look like a new one: id and name.
    """

    row: SheetRow
    outcome: Outcome
    name: str
    errors: Mapping[str, FieldError]
    entries: CompanyEntries
    company_id: UUID | None = None
    fields: tuple[str, ...] = ()
    alike: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HeldSheet:
    """A sheet that was looked at and waits to be entered."""

    id: str
    agency_id: UUID
    content: bytes


def read(content: bytes) -> Sheet:
    """The rows of a file. Raises SheetError."""
    return read_sheet(content, names=NAMES, needed="name")


def counts(results: Iterable[RowResult]) -> Mapping[Outcome, int]:
    """How many rows become what."""
    found = Counter(each.outcome for each in results)
    return {outcome: found[outcome] for outcome in Outcome}


def look(
    session: Session, *, actor: Actor, agency_id: UUID, rows: Sequence[SheetRow]
) -> list[RowResult]:
    """What entering these rows would do; changes nothing.

    Raises ForbiddenError, OutOfReachError.
    """
    actor.must(Permission.COMPANY_EDIT)
    if not (actor.reaches_all or agency_id == actor.agency_id):
        raise OutOfReachError(subject="agency", id=agency_id)
    read_rows = [(row, read_company(row.typed)) for row in rows]
    known = _Known(session, actor, agency_id, [entries for _row, entries in read_rows])
    seen: dict[object, int] = {}
    results = [_judged(known, seen, row, entries) for row, entries in read_rows]
    new = {fold_company(each.name) for each in results if each.outcome is Outcome.ADDED}
    alike = queries.look_alikes_of_many(session, actor, new)
    return [
        replace(each, alike=_first(each.alike, alike.get(fold_company(each.name), ())))
        if each.outcome is Outcome.ADDED
        else each
        for each in results
    ]


def _first(*found: Iterable[tuple[UUID, str]]) -> tuple[tuple[UUID, str], ...]:
    return tuple({each: None for some in found for each in some})[:3]


def enter(
    session: Session, *, actor: Actor, agency_id: UUID, rows: Sequence[SheetRow], now: datetime
) -> list[RowResult]:
    """Add and change what `look` says; bad rows are left out. Raises as `look` does."""
    results = [
        _entered(session, actor, agency_id, each, now)
        for each in look(session, actor=actor, agency_id=agency_id, rows=rows)
    ]
    audit.record(
        session,
        actor=actor,
        action="company.import",
        subject="agency",
        subject_id=agency_id,
        now=now,
        **{outcome.value: count for outcome, count in counts(results).items()},
    )
    return results


def hold(storage: Storage, *, actor: Actor, agency_id: UUID, content: bytes, now: datetime) -> str:
    """Keep a sheet, sealed, for its uploader until it is entered; returns its id."""
    head = {"by": str(actor.id), "agency": str(agency_id), "at": now.isoformat()}
    key = storage.put(json.dumps(head).encode() + b"\n" + content, SHEET)
    return key.partition("/")[2]


def held(storage: Storage, *, actor: Actor, sheet_id: str, now: datetime) -> HeldSheet | None:
    """The sheet, for who uploaded it and within a day; None for all others."""
    try:
        head, _line, content = storage.get(f"{SHEET}/{sheet_id}").partition(b"\n")
    except (FileMissingError, ValueError):
        return None
    facts = json.loads(head)
    if facts["by"] != str(actor.id) or _too_old(facts, now):
        return None
    return HeldSheet(sheet_id, UUID(facts["agency"]), content)


def let_go(storage: Storage, *, sheet_id: str) -> None:
    """Forget a sheet that was entered."""
    storage.delete(f"{SHEET}/{sheet_id}")


def sweep(storage: Storage, *, now: datetime) -> int:
    """Forget the sheets that nobody entered within a day; returns how many."""
    swept = 0
    for key in list(storage.keys(SHEET)):
        try:
            head = b"".join(storage.read(key)).partition(b"\n")[0]
        except FileMissingError:
            continue
        if _too_old(json.loads(head), now):
            swept += storage.delete(key)
    return swept


def _too_old(head: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(head["at"]) > KEPT_FOR


class _Known:
    """The companies that the rows may mean, fetched in a few questions."""

    def __init__(
        self, session: Session, actor: Actor, agency_id: UUID, read_rows: Sequence[CompanyEntries]
    ) -> None:
        wanted = [each.values for each in read_rows]
        self.by_nib = {
            row.nib: row for row in _among(session, Company.nib, [v.get("nib") for v in wanted])
        }
        ours = (Company.agency_id == agency_id) & Company.merged_into_id.is_(None)
        self.by_npp: dict[tuple[str | None, str], Company] = {}
        for row in _among(session, Company.npp, [v.get("npp") for v in wanted], ours):
            self.by_npp.setdefault((row.npp, row.division), row)
        self.by_name: dict[str, list[Company]] = {}
        keys = [fold_company(v["name"]) for v in wanted if v.get("name")]
        for row in _among(session, Company.name_key, keys, ours):
            self.by_name.setdefault(row.name_key, []).append(row)
        self.agency_id = agency_id
        self._actor = actor

    def find(self, values: Mapping[str, Any]) -> Company | None:
        """The company that is meant. Raises NibTakenError, CompanyMergedError, NameSharedError."""
        nib, npp = values.get("nib"), values.get("npp")
        if nib and (row := self.by_nib.get(nib)):
            if row.agency_id != self.agency_id:
                seen = self._actor.reaches_all or row.agency_id == self._actor.agency_id
                raise NibTakenError(company_id=row.id if seen else "")
            if row.merged_into_id is not None:
                raise CompanyMergedError(company_id=row.merged_into_id)
            return row
        if npp and (row := self.by_npp.get((npp, values.get("division", "000")))):
            # Another NIB is another company; the page tells that they look alike.
            return None if nib and row.nib else row
        if nib or npp:
            return None
        same = self.by_name.get(fold_company(values["name"]), [])
        if len(same) > 1:
            raise NameSharedError(count=len(same))
        return same[0] if same else None

    def like(self, values: Mapping[str, Any]) -> tuple[tuple[UUID, str], ...]:
        """Companies of the same NPP or the same name, though another NIB says that they differ."""
        same = self.by_npp.get((values.get("npp"), values.get("division", "000")))
        rows = [*([same] if same else []), *self.by_name.get(fold_company(values["name"]), [])]
        return tuple((row.id, row.name) for row in rows)


def _among(
    session: Session, column: Any, wanted: Iterable[str | None], *scope: ColumnElement[bool]
) -> list[Company]:
    values = sorted({each for each in wanted if each})
    return [
        row
        for at in range(0, len(values), 500)
        for row in session.scalars(
            select(Company)
            .where(column.in_(values[at : at + 500]), *scope)
            .order_by(Company.created_at, Company.id)
        )
    ]


def _judged(
    known: _Known, seen: dict[object, int], row: SheetRow, entries: CompanyEntries
) -> RowResult:
    values, errors = entries.values, dict[str, FieldError](entries.errors)
    name = str(values.get("name") or row.typed.get("name", ""))
    bad = RowResult(row, Outcome.BAD, name, errors, entries)
    if not row.typed.get("name"):
        errors["name"] = CompanyEntryError(CompanyFault.NAME)
    if errors:
        return bad
    try:
        company = known.find(values)
        _note_seen(seen, company, values, row.number)
    except FieldError as error:
        errors[""] = error
        return bad
    if company is None:
        return RowResult(row, Outcome.ADDED, name, {}, entries, alike=known.like(values))
    fields = tuple(each for each, value in values.items() if getattr(company, each) != value)
    outcome = Outcome.CHANGED if fields else Outcome.UNCHANGED
    return RowResult(row, outcome, name, {}, entries, company.id, fields)


def _note_seen(
    seen: dict[object, int], company: Company | None, values: Mapping[str, Any], number: int
) -> None:
    """Remember by what this row is known. Raises TwiceInSheetError."""
    marks: list[object] = [company.id] if company else []
    if nib := values.get("nib"):
        marks.append(("nib", nib))
    elif npp := values.get("npp"):
        marks.append(("npp", npp, values.get("division", "000")))
    else:
        marks.append(("name", fold_company(values["name"])))
    for mark in marks:
        if mark in seen:
            raise TwiceInSheetError(row=seen[mark])
    seen.update(dict.fromkeys(marks, number))


def _entered(
    session: Session, actor: Actor, agency_id: UUID, result: RowResult, now: datetime
) -> RowResult:
    match result.outcome:
        case Outcome.ADDED:
            whole = read_company({name: result.row.typed.get(name, "") for name in FIELDS})
            company = companies.add(
                session, actor=actor, agency_id=agency_id, entries=whole, now=now, via="import"
            )
            return replace(result, company_id=company.id)
        case Outcome.CHANGED:
            company = session.get_one(Company, result.company_id)
            values = {name: result.entries.values[name] for name in result.fields}
            # What the sheet is silent about stays as it was typed.
            unread = {k: v for k, v in (company.unread or {}).items() if k not in values}
            companies.change(
                session,
                actor=actor,
                row=company,
                revision=company.revision,
                entries=CompanyEntries(values, unread, {}),
                now=now,
            )
    return result
