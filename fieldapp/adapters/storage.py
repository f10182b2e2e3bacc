"""Photos, signatures and printed files on the local disk, sealed.

A file is named after its content by a keyed hash: equal content is kept once, and a name tells
nothing to who has no keys. It is written beside its place, synced, then moved there in one step,
so that a name either leads to the whole file or to nothing.

On disk: a file id (16 random bytes), then parts of at most `PART_BYTES`, each sealed for its file,
its position and whether it is the last: parts cannot be dropped, reordered, or joined from two
files. The hash in the name is checked at the end of every reading.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar, NewType, Protocol

from fieldapp.adapters.sealing import Sealer, SealError, SealFault
from fieldapp.domain.errors import FieldError

StoredKey = NewType("StoredKey", str)
"""`kind/hash`, at most 80 characters: what a row keeps to find its file."""

PART_BYTES = 256 * 1024
_ID_BYTES = 16
_LENGTH_BYTES = 4
_KEY = re.compile(r"(?P<kind>[a-z][a-z_]{0,14})/(?P<name>[0-9a-f]{64})")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFullError(FieldError):
    """The disk has no room; nothing was kept. Facts: `kind`, `size` (bytes that were to go in)."""

    code: ClassVar[str] = "storage_full"
    status: ClassVar[int] = 507


class FileMissingError(FieldError):
    """No file lies under this key. Facts: `key`."""

    code: ClassVar[str] = "file_missing"
    status: ClassVar[int] = 404


class FileDamagedError(FieldError):
    """A file is not what was stored under its key. Facts: `key`."""

    code: ClassVar[str] = "file_damaged"
    status: ClassVar[int] = 500


class Storage(Protocol):
    """What the floors above need of a place for files."""

    def put(self, data: bytes, kind: str) -> StoredKey: ...

    def open_writer(self, kind: str) -> AbstractContextManager[Writer]: ...

    def get(self, key: str) -> bytes: ...

    def read(self, key: str) -> Iterator[bytes]: ...

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> bool: ...

    def keys(self, kind: str, *, older_than: float | None = None) -> Iterator[StoredKey]: ...

    def sweep(self, *, older_than: float) -> int: ...


class Writer:
    """A file being written; `write` it within `open_writer`, then read `key`, `size`, `sha256`."""

    def __init__(self, file: BinaryIO, sealer: Sealer, kind: str, name_key: bytes) -> None:
        self.size = 0
        self.kind = kind
        self._file = file
        self._sealer = sealer
        self._id = secrets.token_bytes(_ID_BYTES)
        self._part = 0
        self._waiting = bytearray()
        self._sha256 = hashlib.sha256()
        self._name = hmac.new(name_key, f"{kind}/".encode(), "sha256")
        file.write(self._id)

    def write(self, data: bytes) -> int:
        """Add to the file; only whole parts go to the disk, the rest waits in memory."""
        self.size += len(data)
        self._sha256.update(data)
        self._name.update(data)
        self._waiting += data
        while len(self._waiting) > PART_BYTES:
            self._seal(bytes(self._waiting[:PART_BYTES]), last=False)
            del self._waiting[:PART_BYTES]
        return len(data)

    def tell(self) -> int:
        """Bytes written so far, for writers of PDF and zip."""
        return self.size

    def flush(self) -> None:
        """Nothing is promised before the end."""

    @property
    def sha256(self) -> bytes:
        """Of the plain content, for the ledger."""
        return self._sha256.digest()

    @property
    def key(self) -> StoredKey:
        """Where the content written so far will lie."""
        return StoredKey(f"{self.kind}/{self._name.hexdigest()}")

    def _finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, part: bytes, *, last: bool) -> None:
        sealed = self._sealer.seal(part, context=_place(self._id, self._part, last=last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(sealed)
        self._part += 1


class LocalStorage:
    """Files below one folder: `kind/ab/abcdef…`, with `incoming/` for those not yet whole."""

    def __init__(self, folder: Path, sealer: Sealer, name_key: bytes) -> None:
        """folder: made when missing, for its owner alone. name_key: `Keyring.name_key`."""
        self._folder = folder
        self._sealer = sealer
        self._name_key = name_key
        self._incoming = folder / "incoming"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming.mkdir(mode=0o700, exist_ok=True)

    def put(self, data: bytes, kind: str) -> StoredKey:
        """Keep these bytes and return their key; putting them again changes nothing.

        Equal content of one kind is one file: delete it only when no row names it any more.
        kind: lower-case letters and underscores, at most 15. Raises `StorageFullError`.
        """
        key = self._key(data, kind)
        path = self._path(key)
        if path.exists():
            _sync_folder(path.parent)  # another writer may have died just before it did
            return key
        with self.open_writer(kind) as writer:
            writer.write(data)
        return writer.key

    @contextmanager
    def open_writer(self, kind: str) -> Iterator[Writer]:
        """Write a long file piece by piece; it is kept only when the block ends without an error.

        Raises `StorageFullError`; then, as after any other error, nothing is left behind.
        """
        temporary = self._incoming / secrets.token_hex(16)
        writer: Writer | None = None
        try:
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                writer = Writer(file, self._sealer, kind, self._name_key)
                self._path(writer.key)  # refuse a bad kind before anything is written
                yield writer
                writer._finish()
                file.flush()
                os.fsync(descriptor)
            path = self._path(writer.key)
            self._make_folder(path.parent)
            temporary.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            if error.errno in _NO_ROOM:
                size = writer.size if writer else 0
                raise StorageFullError(kind=kind, size=size) from error
            raise
        finally:
            temporary.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        """The whole content; raises `FileMissingError`, `FileDamagedError`, or
        `SealError` when the key it lies under is unknown."""
        return b"".join(self.read(key))

    def read(self, key: str) -> Iterator[bytes]:
        """The content part by part, for long files; an error may come after the first parts."""
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise FileMissingError(key=key) from None
        with file:
            name = hmac.new(self._name_key, f"{key.partition('/')[0]}/".encode(), "sha256")
            file_id = file.read(_ID_BYTES)
            position, length = 0, file.read(_LENGTH_BYTES)
            while length:
                sealed = file.read(int.from_bytes(length, "big"))
                if len(sealed).to_bytes(_LENGTH_BYTES, "big") != length:
                    raise FileDamagedError(key=key)
                length = file.read(_LENGTH_BYTES)
                place = _place(file_id, position, last=not length)
                try:
                    part = self._sealer.unseal(sealed, context=place)
                except SealError as error:
                    if error.facts["fault"] is SealFault.UNKNOWN_KEY:
                        raise
                    raise FileDamagedError(key=key) from error
                name.update(part)
                position += 1
                yield part
            whole = hmac.compare_digest(name.hexdigest(), key.partition("/")[2])
            if not whole or position == 0:
                raise FileDamagedError(key=key)

    def exists(self, key: str) -> bool:
        return self._path(key).exists()

    def delete(self, key: str) -> bool:
        """Take a file away for good; False when there was none."""
        path = self._path(key)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def keys(self, kind: str, *, older_than: float | None = None) -> Iterator[StoredKey]:
        """Every stored key of a kind, in no order: to find files that no row names.

        older_than: a POSIX time; what was put later, or put again, is left out.
        """
        for path in (self._folder / kind).glob("??/*"):
            if older_than is None or _put_before(path, older_than):
                yield StoredKey(f"{kind}/{path.name}")

    def sweep(self, *, older_than: float) -> int:
        """Remove what writers that were killed left behind; returns how many.

        older_than: a POSIX time; younger ones may still be written by someone.
        """
        swept = 0
        for path in self._incoming.iterdir():
            if path.stat().st_mtime < older_than:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _key(self, data: bytes, kind: str) -> StoredKey:
        name = hmac.new(self._name_key, f"{kind}/".encode(), "sha256")
        name.update(data)
        return StoredKey(f"{kind}/{name.hexdigest()}")

    def _path(self, key: str) -> Path:
        found = _KEY.fullmatch(key)
        if found is None or found["kind"] == "incoming":
            raise ValueError("not a key of a stored file")
        return self._folder / found["kind"] / found["name"][:2] / found["name"]

    def _make_folder(self, folder: Path) -> None:
        if folder.exists():
            return
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(each.parent)


def _put_before(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def _place(file_id: bytes, position: int, *, last: bool) -> str:
    return f"file.{file_id.hex()}.{position}.{'last' if last else 'more'}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
