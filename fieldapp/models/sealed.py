"""Columns that are unreadable without the keys, and unusable in another row.

A model declares the columns it keeps and, beside them, what people see:

    nik_sealed: Mapped[bytes | None]
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    nik = sealed_text("nik_sealed", index="nik_index")

`row.nik` reads and writes plain text. What is stored is sealed for the place "table.column.id":
copied into another row, column or table it no longer opens. Equality is asked of the blind index:
`select(Registration).where(Registration.nik.equals("5171…"))`.

The sealing itself comes from outside, once, at start: `sealed.use(sealer)`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar, cast, overload
from uuid import UUID

from sqlalchemy import ColumnElement, event

T = TypeVar("T")
RowId = UUID | str | int


class Sealing(Protocol):
    """What a model needs of a sealer; `fieldapp.adapters.sealing.Sealer` is one."""

    def seal(self, plaintext: bytes, *, context: str) -> bytes: ...

    def unseal(self, sealed: bytes, *, context: str) -> bytes: ...

    def blind(self, value: str, *, purpose: str) -> bytes: ...

    def tail_blind(self, value: str, *, purpose: str) -> bytes: ...

    def is_current(self, sealed: bytes) -> bool: ...


class SealingUnsetError(RuntimeError):
    """A sealed column was touched before `sealed.use(sealer)` was called."""

    def __init__(self) -> None:
        super().__init__("Call fieldapp.models.sealed.use(sealer) before sealed columns are used.")


class _Process:
    sealing: Sealing | None = None


def use(sealing: Sealing | None) -> Sealing | None:
    """Set the sealer of this process (None takes it away), and return the one before."""
    before, _Process.sealing = _Process.sealing, sealing
    return before


def _in_use() -> Sealing:
    if _Process.sealing is None:
        raise SealingUnsetError
    return _Process.sealing


class Sealed(Generic[T]):
    """An attribute of a row, kept sealed in one column and blind in up to two others.

    None is kept as NULL. The value read is fresh at every reading: changing a list in place
    changes nothing, it must be set again.
    """

    def __init__(
        self,
        column: str,
        *,
        index: str | None,
        tail: str | None,
        encode: Callable[[T], str | None],
        decode: Callable[[str], T],
    ) -> None:
        self.column = column
        self.index = index
        self.tail = tail
        self._encode = encode
        self._decode = decode
        self.name = column

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name
        if "_gets_its_id_first" not in vars(owner):
            owner._gets_its_id_first = True
            event.listen(owner, "init", _id_first, propagate=True)

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> SealedColumn[T]: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T | None: ...

    def __get__(self, instance: Any, owner: type[Any]) -> SealedColumn[T] | T | None:
        if instance is None:
            return SealedColumn(self, owner)
        return self.unsealed(getattr(instance, self.column), type(instance), instance.id)

    def __set__(self, instance: Any, value: T | None) -> None:
        text = None if value is None else self._encode(value)
        known: bytes | None = getattr(instance, self.column)
        if known is not None and text is not None and _in_use().is_current(known):
            place = _place(type(instance), self.column, instance.id)
            if _in_use().unseal(known, context=place) == text.encode():
                return  # sealing the same again would only make the row look changed
        for column, stored in self._columns(text, type(instance), instance.id).items():
            setattr(instance, column, stored)

    def columns(self, value: T | None, model: type[Any], row_id: RowId) -> dict[str, bytes | None]:
        """What is stored for a value: the sealed column and the blind ones, by name."""
        return self._columns(None if value is None else self._encode(value), model, row_id)

    def _columns(
        self, text: str | None, model: type[Any], row_id: RowId
    ) -> dict[str, bytes | None]:
        stored: dict[str, bytes | None] = {self.column: None}
        if self.index:
            stored[self.index] = None
        if self.tail:
            stored[self.tail] = None
        if text is not None:
            sealing = _in_use()
            stored[self.column] = sealing.seal(
                text.encode(), context=_place(model, self.column, row_id)
            )
            if self.index:
                stored[self.index] = sealing.blind(text, purpose=self.name)
            if self.tail:
                stored[self.tail] = sealing.tail_blind(text, purpose=self.name)
        return stored

    def unsealed(self, stored: bytes | None, model: type[Any], row_id: RowId) -> T | None:
        """The value of a stored column; raises the sealer's error when it does not belong here."""
        if stored is None:
            return None
        plain = _in_use().unseal(stored, context=_place(model, self.column, row_id))
        return self._decode(plain.decode())


class SealedColumn(Generic[T]):
    """A sealed attribute seen from its model, for questions and for rows read as columns."""

    def __init__(self, attribute: Sealed[T], model: Any) -> None:
        self._attribute = attribute
        self._model = model

    def __get__(self, instance: None, owner: Any) -> SealedColumn[T]:
        """Let `aliased(Model)` ask about its own columns."""
        return SealedColumn(self._attribute, owner)

    def equals(self, value: str) -> ColumnElement[bool]:
        """Rows that hold exactly this value; needs an `index` column."""
        return self._blind(self._attribute.index, "index") == self.blind(value)

    def ends_with(self, tail: str) -> ColumnElement[bool]:
        """Rows whose last four characters are these; needs a `tail` column."""
        key = _in_use().tail_blind(tail, purpose=self._attribute.name)
        return self._blind(self._attribute.tail, "tail") == key

    def is_known(self) -> ColumnElement[bool]:
        """Rows that hold any value."""
        column: ColumnElement[bytes] = getattr(self._model, self._attribute.column)
        return column.is_not(None)

    def blind(self, value: str) -> bytes:
        """What the index column holds for this value."""
        return _in_use().blind(value, purpose=self._attribute.name)

    def unseal(self, stored: bytes | None, row_id: RowId) -> T | None:
        """The value of a row that was read as columns rather than as an object."""
        return self._attribute.unsealed(stored, self._model, row_id)

    def _blind(self, column: str | None, kind: str) -> ColumnElement[bytes]:
        if column is None:
            raise TypeError(f"{self._attribute.name} keeps no {kind} column to search by")
        return cast("ColumnElement[bytes]", getattr(self._model, column))


def sealed_text(column: str, *, index: str | None = None, tail: str | None = None) -> Sealed[str]:
    """Text. An empty text is no text, so that two empty ones are never taken for the same.

    index: column (16 bytes) for searching the whole value; tail: for its last four characters.
    """
    return Sealed(
        column, index=index, tail=tail, encode=lambda text: text or None, decode=lambda text: text
    )


def sealed_int(column: str) -> Sealed[int]:
    """A whole number, an income in rupiah for example."""
    return Sealed(column, index=None, tail=None, encode=str, decode=int)


def sealed_json(column: str) -> Sealed[Any]:
    """Lists and mappings of texts, numbers, truth and None."""
    return Sealed(column, index=None, tail=None, encode=_to_json, decode=json.loads)


def encode(model: type[Any], row_id: RowId, /, **values: Any) -> dict[str, bytes | None]:
    """The columns of a row for a bulk insert: `insert(Registration)`, `[{"id": id, **encode(…)}]`.

    values: sealed attributes by name, as they would be set on an object.
    """
    attributes = sealed_attributes(model)
    columns: dict[str, bytes | None] = {}
    for name, value in values.items():
        if name not in attributes:
            raise TypeError(f"{model.__name__} has no sealed attribute {name!r}")
        columns |= attributes[name].columns(value, model, row_id)
    return columns


def seal_bytes(plain: bytes, place: str) -> bytes:
    """Bytes that are no attribute of a row, sealed for a place: a photo in quarantine."""
    return _in_use().seal(plain, context=place)


def unseal_bytes(stored: bytes, place: str) -> bytes:
    """What `seal_bytes` sealed for this place; raises the sealer's error otherwise."""
    return _in_use().unseal(stored, context=place)


def blind(value: str, *, purpose: str) -> bytes:
    """The blind index of a value that no column keeps: the name behind a brake, for example."""
    return _in_use().blind(value, purpose=purpose)


def reseal(row: Any) -> bool:
    """Seal what lies under an older key again under the current one; True if anything changed."""
    changed = False
    for attribute in sealed_attributes(type(row)).values():
        stored: bytes | None = getattr(row, attribute.column)
        if stored is not None and not _in_use().is_current(stored):
            place = _place(type(row), attribute.column, row.id)
            plain = _in_use().unseal(stored, context=place)
            setattr(row, attribute.column, _in_use().seal(plain, context=place))
            changed = True
    return changed


def sealed_attributes(model: type[Any]) -> Mapping[str, Sealed[Any]]:
    """The sealed attributes of a model by name, in the order of their declaration."""
    return {
        name: attribute
        for each in reversed(model.__mro__)
        for name, attribute in vars(each).items()
        if isinstance(attribute, Sealed)
    }


def _place(model: type[Any], column: str, row_id: RowId | None) -> str:
    table = model.__table__.name
    if row_id is None:
        raise TypeError(f"{table}.{column} cannot be sealed before its row has an id")
    return f"{table}.{column}.{row_id}"


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _id_first(target: Any, _args: Any, named: dict[str, Any]) -> None:
    """Give a new row its id before anything is sealed for it, whatever order it was written in."""
    others = dict(named)
    named.clear()
    if "id" in others:
        named["id"] = others.pop("id")
    else:
        default = type(target).__table__.c.id.default
        if default is not None and default.is_callable:
            named["id"] = default.arg(None)
    named.update(others)
