"""The keys of an installation: one file, readable by its owner alone, made on the first start.

Losing the file means losing every sealed column and photo; it belongs in the backup, apart from
the data. Keys for data are rotated by adding: the newest seals, the older ones still open.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

KEY_BYTES = 32
ID_BYTES = 4
_FORMAT = 1
_SINGLE = ("index", "names", "session", "anchor")


class KeyringError(Exception):
    """The keys cannot be used; the app does not start. Says which file, and what to do."""

    def __init__(self, path: Path | None, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Keys:
    """What the file holds. Data keys go by an id of eight hexadecimal digits."""

    current: str
    data: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    names: bytes = field(repr=False)
    session: bytes = field(repr=False)
    anchor: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Fresh keys of 256 bits each from the system's generator."""
        key_id = secrets.token_hex(ID_BYTES)
        single = {name: secrets.token_bytes(KEY_BYTES) for name in _SINGLE}
        return cls(current=key_id, data={key_id: secrets.token_bytes(KEY_BYTES)}, **single)

    def to_json(self) -> str:
        document: dict[str, Any] = {
            "format": _FORMAT,
            "current": self.current,
            "data": {key_id: _text(key) for key_id, key in self.data.items()},
        }
        document |= {name: _text(getattr(self, name)) for name in _SINGLE}
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises `ValueError` when anything is missing or of the wrong shape."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise ValueError(f"not a key file of format {_FORMAT}")
        try:
            data = {str(key_id): _key(key) for key_id, key in document["data"].items()}
            single = {name: _key(document[name]) for name in _SINGLE}
            current = str(document["current"])
        except (KeyError, AttributeError, TypeError, binascii.Error) as error:
            raise ValueError(f"a key is missing or damaged ({error})") from None
        if any(len(bytes.fromhex(key_id)) != ID_BYTES for key_id in data):
            raise ValueError("a key id is not eight hexadecimal digits")
        if current not in data:
            raise ValueError("the current key is not among the keys")
        return cls(current=current, data=data, **single)


class Keyring:
    """The keys in use by this process, and the file that they come from.

    A key that another process has added in the meantime is found by reading the file again.
    """

    def __init__(self, keys: Keys, path: Path | None = None) -> None:
        self._keys = keys
        self._path = path

    @classmethod
    def open(cls, path: Path, *, may_create: bool = True) -> Self:
        """Load the keys; make them when there are none yet and `may_create`.

        Two processes that start at once get the same keys. Raises `KeyringError` when the file
        can be read by others, or its folder changed by them, or is damaged, or is missing.
        """
        if not path.exists():
            if not may_create:
                raise KeyringError(path, "the key file is missing. Restore it from the backup.")
            with _locked(path):
                if not path.exists():
                    _write(path, Keys.new())
        return cls(_read(path), path)

    @classmethod
    def in_memory(cls) -> Self:
        """Keys that are gone with the process, for tests and trials."""
        return cls(Keys.new())

    def __repr__(self) -> str:
        return f"Keyring(current={self._keys.current!r}, path={str(self._path)!r})"

    @property
    def current_id(self) -> str:
        """The id of the key that seals now."""
        return self._keys.current

    @property
    def data_key_ids(self) -> tuple[str, ...]:
        """Every key that still opens, the oldest first."""
        return tuple(self._keys.data)

    @property
    def index_key(self) -> bytes:
        """For blind indexes; it is never rotated, for then nothing would be found."""
        return self._keys.index

    @property
    def name_key(self) -> bytes:
        """For the names of stored files."""
        return self._keys.names

    @property
    def session_key(self) -> bytes:
        """For signed cookies and forms."""
        return self._keys.session

    @property
    def anchor_key(self) -> bytes:
        """For the keyed seal on the last entry of the audit chain."""
        return self._keys.anchor

    def data_key(self, key_id: str) -> bytes:
        """The data key of this id; raises `KeyError` when there is none, in the file neither."""
        if key_id not in self._keys.data and self._path is not None:
            self._keys = _read(self._path)
        return self._keys.data[key_id]

    def add_data_key(self) -> str:
        """Add a key that seals from now on, and return its id; older keys still open."""
        key_id = secrets.token_hex(ID_BYTES)
        added = {key_id: secrets.token_bytes(KEY_BYTES)}
        if self._path is None:
            self._keys = _with_data(self._keys, current=key_id, data={**self._keys.data, **added})
            return key_id
        with _locked(self._path):
            known = _read(self._path)
            self._keys = _with_data(known, current=key_id, data={**known.data, **added})
            _write(self._path, self._keys)
        return key_id


def _with_data(keys: Keys, *, current: str, data: Mapping[str, bytes]) -> Keys:
    return replace(keys, current=current, data=data)


def _read(path: Path) -> Keys:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeyringError(path, f"cannot be read ({error.strerror}).") from None
    with os.fdopen(descriptor, encoding="utf-8") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise KeyringError(path, "is not a file.")
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077:
            raise KeyringError(
                path, f"others can read the keys (mode {mode:04o}). Run: chmod 600 {path}"
            )
        if found.st_uid not in (os.geteuid(), 0):
            raise KeyringError(path, f"belongs to another user (id {found.st_uid}).")
        _check_folder(path.parent)
        try:
            return Keys.from_json(file.read())
        except ValueError as error:
            raise KeyringError(path, f"{error}. Restore it from the backup.") from None


def _check_folder(folder: Path) -> None:
    """Who can change the folder can put other keys in place; a sticky one (/tmp) protects them."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022 and not mode & stat.S_ISVTX:
        raise KeyringError(
            folder,
            f"others can change the folder of the keys (mode {mode:04o}). Run: chmod go-w {folder}",
        )


def _write(path: Path, keys: Keys) -> None:
    """Put the file in place at once and for good: never half of it, never wider than 0600."""
    _check_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(keys.to_json())
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyringError(path, f"the keys cannot be written ({error.strerror}).") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time makes or changes the keys; the lock goes with the process."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise KeyringError(path, f"the keys cannot be written ({error.strerror}).") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key is not {KEY_BYTES * 8} bits long")
    return key
