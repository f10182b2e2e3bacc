"""Storage: a key leads to the whole file or to nothing, and the disk shows nothing."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer, SealError
from fieldapp.adapters.storage import (
    PART_BYTES,
    FileDamagedError,
    FileMissingError,
    LocalStorage,
    StorageFullError,
)

FACE = b"\xff\xd8 the face of I Wayan Sudarma \xff\xd9" * 40


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.in_memory()


@pytest.fixture
def storage(tmp_path: Path, keyring: Keyring) -> LocalStorage:
    return LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_what_is_put_is_got_back(storage: LocalStorage) -> None:
    key = storage.put(FACE, "face")

    assert key.startswith("face/")
    assert len(key) <= 80
    assert storage.get(key) == FACE


@pytest.mark.parametrize(
    "size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES, 3 * PART_BYTES + 7]
)
def test_every_length_comes_back_whole(storage: LocalStorage, size: int) -> None:
    data = os.urandom(size)

    assert storage.get(storage.put(data, "batch_list")) == data


def test_the_disk_shows_neither_the_content_nor_its_hash(
    storage: LocalStorage, tmp_path: Path
) -> None:
    storage.put(FACE, "face")

    (path,) = files_in(tmp_path)
    assert b"Sudarma" not in path.read_bytes()
    assert hashlib.sha256(FACE).hexdigest() not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folders = [each for each in tmp_path.rglob("*") if each.is_dir()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}


def test_a_file_put_twice_is_one_file(storage: LocalStorage, tmp_path: Path) -> None:
    first = storage.put(FACE, "face")
    (path,) = files_in(tmp_path)
    before = path.read_bytes()

    again = storage.put(FACE, "face")

    assert again == first
    assert path.read_bytes() == before
    assert files_in(tmp_path) == [path]


def test_the_same_content_of_another_kind_is_another_file(storage: LocalStorage) -> None:
    face, ktp = storage.put(FACE, "face"), storage.put(FACE, "ktp")

    storage.delete(ktp)

    assert storage.get(face) == FACE


def test_eight_who_put_the_same_file_at_once_get_one_key(
    storage: LocalStorage, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: storage.put(FACE, "face"), range(40)))

    assert len(keys) == 1
    assert len(files_in(tmp_path)) == 1
    assert storage.get(keys.pop()) == FACE


def test_a_long_file_is_written_in_pieces_and_tells_its_hash(storage: LocalStorage) -> None:
    pieces = [os.urandom(100_003) for _ in range(12)]

    with storage.open_writer("enrolment_form") as writer:
        for piece in pieces:
            writer.write(piece)

    whole = b"".join(pieces)
    assert writer.size == writer.tell() == len(whole)
    assert writer.sha256 == hashlib.sha256(whole).digest()
    assert writer.key == storage.put(whole, "enrolment_form")
    assert storage.get(writer.key) == whole
    assert max(len(part) for part in storage.read(writer.key)) == PART_BYTES


def test_a_file_whose_writing_fails_leaves_nothing(storage: LocalStorage, tmp_path: Path) -> None:
    def write_and_fail() -> None:
        with storage.open_writer("card_sheet") as writer:
            writer.write(os.urandom(2 * PART_BYTES))
            assert len(files_in(tmp_path)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert files_in(tmp_path) == []
    assert list(storage.keys("card_sheet")) == []


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(
    storage: LocalStorage, tmp_path: Path
) -> None:
    key = storage.put(FACE, "face")

    assert (storage.delete(key), storage.delete(key)) == (True, False)

    assert files_in(tmp_path) == []
    with pytest.raises(FileMissingError) as missing:
        storage.get(key)
    assert missing.value.facts == {"key": key}


@pytest.mark.parametrize(
    "key",
    [
        "../keys.json",
        "face/../../keys.json",
        "face/" + "A" * 64,
        "face/" + "a" * 63,
        "incoming/" + "a" * 64,
        "Face/" + "a" * 64,
        "a_kind_that_is_too_long/" + "a" * 64,
        "",
    ],
)
def test_a_key_that_this_storage_never_gave_leads_nowhere(storage: LocalStorage, key: str) -> None:
    for ask in (storage.get, storage.delete, storage.exists):
        with pytest.raises(ValueError, match="not a key"):
            ask(key)


def test_every_changed_or_cut_file_is_noticed(storage: LocalStorage, tmp_path: Path) -> None:
    key = storage.put(b"short", "face")
    (path,) = files_in(tmp_path)
    whole = path.read_bytes()
    changed = [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    cut = [whole[:n] for n in range(len(whole))]

    for damaged in [*changed, *cut, whole + b"\x00", whole + whole[16:]]:
        path.write_bytes(damaged)
        with pytest.raises((FileDamagedError, SealError)):
            storage.get(key)


def test_a_long_file_cut_between_two_parts_is_noticed(
    storage: LocalStorage, tmp_path: Path
) -> None:
    key = storage.put(os.urandom(3 * PART_BYTES), "face")
    (path,) = files_in(tmp_path)
    whole = path.read_bytes()
    part = (len(whole) - 16) // 3

    for damaged in (
        whole[: 16 + 2 * part],
        whole[:16] + whole[16 + part :],
        whole[:16] + whole[16 + part : 16 + 2 * part] + whole[16 : 16 + part] + whole[-part:],
    ):
        path.write_bytes(damaged)
        with pytest.raises(FileDamagedError):
            storage.get(key)


def test_a_reader_of_a_cut_file_is_warned_before_the_part_that_became_the_last(
    storage: LocalStorage, tmp_path: Path
) -> None:
    key = storage.put(os.urandom(3 * PART_BYTES), "face")
    (path,) = files_in(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: 16 + 2 * ((len(whole) - 16) // 3)])
    parts = storage.read(key)

    first = next(parts)

    assert len(first) == PART_BYTES
    with pytest.raises(FileDamagedError):
        next(parts)


def test_two_files_swapped_on_the_disk_are_noticed(storage: LocalStorage, tmp_path: Path) -> None:
    wayan = storage.put(b"the face of Wayan", "face")
    one = files_in(tmp_path)[0]
    made = storage.put(b"the face of Made", "face")
    (two,) = set(files_in(tmp_path)) - {one}

    spare = tmp_path / "spare"
    one.rename(spare)
    two.rename(one)
    spare.rename(two)

    for key in (wayan, made):
        with pytest.raises(FileDamagedError) as damaged:
            storage.get(key)
        assert damaged.value.facts == {"key": key}


def test_files_under_an_older_key_still_open_after_rotation(
    storage: LocalStorage, keyring: Keyring
) -> None:
    key = storage.put(FACE, "face")

    keyring.add_data_key()

    assert storage.get(key) == FACE


def test_what_a_killed_writer_left_is_swept_and_what_is_being_written_is_not(
    storage: LocalStorage, tmp_path: Path
) -> None:
    left = tmp_path / "files" / "incoming" / "left"
    left.write_bytes(b"half")
    os.utime(left, (1000, 1000))

    with storage.open_writer("face") as writer:
        writer.write(FACE)
        swept = storage.sweep(older_than=2000)

    assert swept == 1
    assert not left.exists()
    assert storage.get(writer.key) == FACE


def test_every_key_of_a_kind_can_be_listed(storage: LocalStorage) -> None:
    faces = {storage.put(bytes([n]), "face") for n in range(20)}
    storage.put(b"x", "ktp")

    assert set(storage.keys("face")) == faces


# A disk that is really full: a child process on a small file system of its own.
_FILL = """
import sys
from pathlib import Path
from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage, StorageFullError

folder = Path(sys.argv[1])
keyring = Keyring.in_memory()
storage = LocalStorage(folder, Sealer(keyring), keyring.name_key)
small = storage.put(b"small" * 100, "face")
for attempt in range(3):
    try:
        storage.put(bytes([attempt]) * 2_000_000, "face")
    except StorageFullError as error:
        print(error.code, error.facts)
left = [each for each in folder.rglob("*") if each.is_file()]
print(len(left), storage.get(small) == b"small" * 100)
print(storage.put(b"fits" * 1000, "face") in set(storage.keys("face")))
"""


def _can_mount() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    trial = [unshare, "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="no file system of its own may be mounted here")
def test_on_a_full_disk_nothing_is_kept_and_what_fits_still_goes_in(tmp_path: Path) -> None:
    mount = f'mount -t tmpfs -o size=512k tmpfs {tmp_path} && exec "$0" -c "$1" {tmp_path}'

    child = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, sys.executable, _FILL],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert child.stdout.splitlines() == [
        *["storage_full {'kind': 'face', 'size': 2000000}"] * 3,
        "1 True",
        "True",
    ], child.stderr


def test_a_file_larger_than_the_system_allows_leaves_nothing(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _FILL, str(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert child.stdout.splitlines()[:4] == [
        *["storage_full {'kind': 'face', 'size': 2000000}"] * 3,
        "1 True",
    ], child.stderr


def test_a_bad_kind_is_refused_before_anything_is_written(
    storage: LocalStorage, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="not a key"):
        storage.put(b"x", "../elsewhere")

    assert files_in(tmp_path) == []


def test_a_full_disk_is_told_apart_from_other_trouble(tmp_path: Path, keyring: Keyring) -> None:
    storage = LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)
    shutil.rmtree(tmp_path / "files")

    with pytest.raises(OSError) as trouble:
        storage.put(b"x", "face")

    assert not isinstance(trouble.value, StorageFullError)
