"""What a phone sends in, how it is read, and why it may be refused.

A body is read here once, whatever brought it: after this its texts are texts, its ids are ids, and
nothing in it is longer or deeper than the form could have made it. What the texts mean is for
`domain.forms` to say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from fieldapp.domain import consent
from fieldapp.domain.errors import FieldError
from fieldapp.domain.forms import FIELDS, MOST_FAMILY

MOST_TEXT: Final = 2_000
MOST_CONFIRMATIONS: Final = 40
MOST_RECORDS: Final = 20
MOST_PHOTOS: Final = 60
"""So many come in one parcel."""
MOST_LINE: Final = 20_000
MOST_NUMBER: Final = 2**31 - 1
HASH: Final = re.compile(r"[0-9a-f]{64}")
_MEMBER: Final = frozenset({"relation", "name", "birth_date", "sex"})


class PartKind(StrEnum):
    """What goes ahead of a record, each by its hash."""

    KTP = "ktp"
    FACE = "face"
    SIGNATURE = "signature"


class BodyError(FieldError):
    """The body is not what this address takes. Facts: `where` (the member that is wrong)."""

    code: ClassVar[str] = "body_wrong"


class PhotoHashError(FieldError):
    """The bytes are not those that the address names. Facts: `sha256` (of what arrived)."""

    code: ClassVar[str] = "photo_hash"


class PartsMissingError(FieldError):
    """The record names photos that are not here. Facts: `missing` (hashes), `count`."""

    code: ClassVar[str] = "parts_missing"
    status: ClassVar[int] = 409


class KeyReusedError(FieldError):
    """Something else was received under this id and revision. Facts: `id`, `revision`."""

    code: ClassVar[str] = "key_reused"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Item:
    """Which item of which outbox: the phone's number for it, and the highest it has given yet."""

    device_id: UUID
    sequence: int
    minted: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the worker said to the text of a version, and when; `given` False takes it back."""

    given: bool
    version: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A registration as a phone sends it.

    base: the server's revision that was before the person; 0 for a new record.
    parts: SHA-256 by kind; None takes a signature back.
    confirmations: reasons by finding key; an empty one takes it back.
    fingerprint: SHA-256 of the whole body in a fixed form.
    """

    id: UUID
    revision: int
    item: Item
    base: int
    fields: Mapping[str, Any]
    consent: Agreement | None
    parts: Mapping[PartKind, bytes | None]
    confirmations: Mapping[str, str]
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A batch as a phone sends it: which registrations, in which order."""

    id: UUID
    item: Item
    registration_ids: Sequence[UUID]
    note: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A card that was given to its person, as a phone tells it: by what was scanned, or typed.

    at: when, by the clock of the phone.
    """

    id: UUID
    item: Item
    code: str
    serial: str
    at: datetime
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """Several things in one body: records (id, revision, bytes of the body) and photos by hash."""

    records: Sequence[tuple[UUID, int, bytes]]
    photos: Sequence[tuple[bytes, bytes]]


def read_parcel(data: bytes) -> Parcel:
    """A body that begins with a line of JSON, which names the pieces behind it and their sizes.

    Raises BodyError.
    """
    line, _, rest = data.partition(b"\n")
    known = _members(read_json(line[:MOST_LINE]), needed={"records", "photos"}, others=set())
    pieces = _Pieces(rest)
    records = [
        (
            _uuid(each["id"], f"{where}/id"),
            _number(each["revision"], f"{where}/revision", least=1),
            pieces.next(each["size"], where),
        )
        for where, each in _listed(known, "records", {"id", "revision", "size"}, MOST_RECORDS)
    ]
    photos = [
        (read_hash(each["sha256"], f"{where}/sha256"), pieces.next(each["size"], where))
        for where, each in _listed(known, "photos", {"sha256", "size"}, MOST_PHOTOS)
    ]
    if pieces.left:
        raise BodyError(where="size")
    return Parcel(records, photos)


class _Pieces:
    """Cuts what follows the first line."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def next(self, size: Any, where: str) -> bytes:
        start, self._at = self._at, self._at + _number(size, f"{where}/size", least=0)
        if self._at > len(self._data):
            raise BodyError(where=f"{where}/size")
        return self._data[start : self._at]

    @property
    def left(self) -> int:
        return len(self._data) - self._at


def _listed(
    known: Mapping[str, Any], name: str, members: set[str], most: int
) -> Iterable[tuple[str, dict[str, Any]]]:
    rows = known[name]
    if not isinstance(rows, list) or len(rows) > most:
        raise BodyError(where=name)
    for at, row in enumerate(rows):
        yield f"{name}/{at}", _members(row, needed=members, others=set())


def read_json(data: bytes) -> Any:
    """The JSON of a body. Raises BodyError."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise BodyError(where="") from None


def read_record(body: Any, *, registration_id: UUID, revision: int) -> Record:
    """The record of a body. Raises BodyError."""
    known = _members(
        body,
        needed={"device", "sequence", "minted", "base"},
        others={"fields", "consent", "parts", "confirmations"},
    )
    return Record(
        id=registration_id,
        revision=_number(revision, "revision", least=1),
        item=_item(known),
        base=_number(known["base"], "base", least=0),
        fields=_fields(known.get("fields") or {}),
        consent=_agreement(known.get("consent")),
        parts=_parts(known.get("parts") or {}),
        confirmations=_confirmations(known.get("confirmations") or {}),
        fingerprint=fingerprint(known),
    )


def read_bundle(body: Any, *, batch_id: UUID) -> Bundle:
    """The batch of a body. Raises BodyError."""
    known = _members(
        body, needed={"device", "sequence", "minted", "registrations"}, others={"note"}
    )
    ids = known["registrations"]
    if not isinstance(ids, list):
        raise BodyError(where="registrations")
    return Bundle(
        id=batch_id,
        item=_item(known),
        registration_ids=[_uuid(each, f"registrations/{at}") for at, each in enumerate(ids)],
        note=_text(known.get("note") or "", "note"),
        fingerprint=fingerprint(known),
    )


def read_handover(body: Any, *, handover_id: UUID) -> Handover:
    """The hand-over of a body, by `code` or by `serial`. Raises BodyError."""
    known = _members(body, needed={"device", "sequence", "minted", "at"}, others={"code", "serial"})
    code, serial = (_text(known.get(name) or "", name).strip() for name in ("code", "serial"))
    if bool(code) == bool(serial):
        raise BodyError(where="code" if code else "serial")
    at = _moment(known["at"], "at")
    if at is None:
        raise BodyError(where="at")
    return Handover(
        id=handover_id,
        item=_item(known),
        code=code,
        serial=serial,
        at=at,
        fingerprint=fingerprint(known),
    )


def read_device(body: Any) -> tuple[UUID, str, str, int]:
    """Id, name, version of the app and highest number given. Raises BodyError."""
    known = _members(body, needed={"id", "name", "app_version", "minted"}, others=set())
    return (
        _uuid(known["id"], "id"),
        " ".join(_text(known["name"], "name").split())[:60],
        _text(known["app_version"], "app_version")[:40],
        _number(known["minted"], "minted", least=0),
    )


def read_look_ups(body: Any) -> dict[str, Any]:
    """Device, day, and how often its filter was asked and warned. Raises BodyError."""
    known = _members(body, needed={"device", "day", "asked", "warned"}, others=set())
    try:
        day = date.fromisoformat(_text(known["day"], "day"))
    except ValueError:
        raise BodyError(where="day") from None
    asked = _number(known["asked"], "asked", least=0)
    return {
        "device_id": _uuid(known["device"], "device"),
        "day": day,
        "asked": asked,
        "warned": min(asked, _number(known["warned"], "warned", least=0)),
    }


def fingerprint(body: Mapping[str, Any]) -> bytes:
    """SHA-256 of a body in a fixed form: the order of its members does not count."""
    plain = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).digest()


def read_hash(text: Any, where: str = "sha256") -> bytes:
    """A SHA-256 in lower-case hex. Raises BodyError."""
    if not isinstance(text, str) or not HASH.fullmatch(text):
        raise BodyError(where=where)
    return bytes.fromhex(text)


def highest(items: Sequence[Item]) -> Item:
    """What items of one phone say of it together."""
    return Item(
        device_id=items[0].device_id,
        sequence=max(item.sequence for item in items),
        minted=max(item.minted for item in items),
    )


def gaps(held: Iterable[int], *, upto: int, most: int) -> list[int]:
    """The numbers from 1 to `upto` that are not among `held` (ascending), at most so many."""
    found: list[int] = []
    expected = 1
    for number in (*held, upto + 1):
        found.extend(range(expected, min(number, upto + 1, expected + most - len(found))))
        if len(found) >= most:
            break
        expected = max(expected, number + 1)
    return found


def _members(body: Any, *, needed: set[str], others: set[str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BodyError(where="")
    for name in sorted(needed - body.keys()):
        raise BodyError(where=name)
    for name in body.keys() - needed - others:
        raise BodyError(where=_name(name))
    return body


def _item(body: Mapping[str, Any]) -> Item:
    sequence = _number(body["sequence"], "sequence", least=1)
    return Item(
        device_id=_uuid(body["device"], "device"),
        sequence=sequence,
        minted=_number(body["minted"], "minted", least=sequence),
    )


def _number(value: Any, where: str, *, least: int) -> int:
    if type(value) is not int or not least <= value <= MOST_NUMBER:
        raise BodyError(where=where)
    return value


def _uuid(value: Any, where: str) -> UUID:
    try:
        return UUID(_text(value, where))
    except ValueError:
        raise BodyError(where=where) from None


def _text(value: Any, where: str) -> str:
    """A text that a database can hold: no NUL, no half of a character."""
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\0" in value:
        raise BodyError(where=where)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BodyError(where=where) from None
    return value


def _name(value: Any) -> str:
    """The name of a member that nobody asked for, short enough to be repeated."""
    return repr(value)[1:-1][:40]


def _fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BodyError(where="fields")
    read: dict[str, Any] = {}
    for name, entry in value.items():
        where = f"fields/{_name(name)}"
        if name not in FIELDS:
            raise BodyError(where=where)
        if name == "family":
            read[name] = _family(entry, where)
        elif name == "with_jht" and isinstance(entry, bool):
            read[name] = entry
        else:
            read[name] = _text(entry, where)
    return read


def _family(value: Any, where: str) -> list[dict[str, str]]:
    if not isinstance(value, list) or len(value) > 2 * MOST_FAMILY:
        raise BodyError(where=where)
    members = []
    for at, member in enumerate(value):
        if not isinstance(member, dict) or not member.keys() <= _MEMBER:
            raise BodyError(where=f"{where}/{at}")
        members.append({name: _text(member.get(name, ""), f"{where}/{at}") for name in _MEMBER})
    return members


def _agreement(value: Any) -> Agreement | None:
    if value is None:
        return None
    if not isinstance(value, dict) or type(value.get("given")) is not bool:
        raise BodyError(where="consent")
    given = value["given"]
    version = _text(value.get("version", ""), "consent/version")
    if given and consent.needs_asking(version):
        raise BodyError(where="consent/version")
    return Agreement(given, version, _moment(value.get("at"), "consent/at"))


def _moment(value: Any, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(value, where))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BodyError(where=where) from None


def _parts(value: Any) -> dict[PartKind, bytes | None]:
    if not isinstance(value, dict):
        raise BodyError(where="parts")
    read: dict[PartKind, bytes | None] = {}
    for name, text in value.items():
        where = f"parts/{_name(name)}"
        if name not in set(PartKind):
            raise BodyError(where=where)
        kind = PartKind(name)
        if text is None and kind is PartKind.SIGNATURE:
            read[kind] = None
        else:
            read[kind] = read_hash(text, where)
    return read


def _confirmations(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_CONFIRMATIONS:
        raise BodyError(where="confirmations")
    return {
        _text(key, "confirmations")[:60]: _text(reason, f"confirmations/{_name(key)}")
        for key, reason in value.items()
    }
