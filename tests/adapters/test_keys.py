"""Keys: made once, read by nobody else, rotated without losing what lies under older ones."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fieldapp.adapters.keys import Keyring, KeyringError
from fieldapp.adapters.sealing import Sealer


def test_the_first_start_makes_keys_that_only_the_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.json"
    before = os.umask(0)

    try:
        made = Keyring.open(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(made.data_key(made.current_id)) == 32
    keys = [made.data_key(made.current_id), made.index_key, made.name_key]
    keys += [made.session_key, made.anchor_key]
    assert len(set(keys)) == 5


def test_the_second_start_finds_the_same_keys(tmp_path: Path) -> None:
    first = Keyring.open(tmp_path / "keys.json")

    second = Keyring.open(tmp_path / "keys.json")

    assert second.data_key(first.current_id) == first.data_key(first.current_id)
    assert second.session_key == first.session_key


def test_eight_processes_that_start_at_once_share_one_set_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    start = tmp_path / "go"
    script = (
        "import sys, time, pathlib\n"
        "from fieldapp.adapters.keys import Keyring\n"
        "print('ready', flush=True)\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.001)\n"
        "print(Keyring.open(pathlib.Path(sys.argv[1])).session_key.hex())\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(start)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    start.touch()
    answers = {process.communicate(timeout=30)[0].strip() for process in processes}

    assert answers == {Keyring.open(path).session_key.hex()}
    assert sorted(each.name for each in tmp_path.glob("*keys*")) == [
        ".keys.json.lock",
        "keys.json",
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o666])
def test_keys_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    Keyring.open(path)
    path.chmod(mode)

    with pytest.raises(KeyringError, match=f"{mode:04o}.*chmod 600") as refused:
        Keyring.open(path)

    assert refused.value.path == path


def test_a_folder_in_which_others_could_swap_the_keys_is_refused(tmp_path: Path) -> None:
    Keyring.open(tmp_path / "keys.json")
    tmp_path.chmod(0o770)

    with pytest.raises(KeyringError, match="folder"):
        Keyring.open(tmp_path / "keys.json")


def test_no_keys_are_made_in_a_folder_in_which_others_could_swap_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(KeyringError, match="folder"):
        Keyring.open(tmp_path / "keys.json")

    assert not (tmp_path / "keys.json").exists()


def test_missing_keys_are_not_replaced_when_data_already_lies_under_them(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="missing"):
        Keyring.open(tmp_path / "keys.json", may_create=False)

    assert list(tmp_path.iterdir()) == []


def _damaged(text: str) -> dict[str, str]:
    document = json.loads(text)
    lost = json.dumps({name: value for name, value in document.items() if name != "session"})
    short = json.dumps({**document, "index": "AAAA"})
    stray = json.dumps({**document, "current": "00000000"})
    newer = json.dumps({**document, "format": 2})
    odd = json.dumps({**document, "data": {"zz": document["index"]}, "current": "zz"})
    return {
        "cut": text[:100],
        "empty": "",
        "lost": lost,
        "short": short,
        "stray": stray,
        "newer": newer,
        "odd": odd,
        "list": "[]",
    }


@pytest.mark.parametrize(
    "damage", ["cut", "empty", "lost", "short", "stray", "newer", "odd", "list"]
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "keys.json"
    Keyring.open(path)
    path.write_text(_damaged(path.read_text())[damage])
    before = path.read_bytes()

    with pytest.raises(KeyringError, match="Restore it from the backup"):
        Keyring.open(path)

    assert path.read_bytes() == before


def test_a_new_data_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keyring = Keyring.open(path)
    sealer = Sealer(keyring)
    old = sealer.seal(b"Sudarma", context="worker.name.1")

    added = keyring.add_data_key()

    fresh = Sealer(Keyring.open(path))
    new = fresh.seal(b"Sudarma", context="worker.name.1")
    assert keyring.current_id == added
    assert len(keyring.data_key_ids) == 2
    assert fresh.unseal(old, context="worker.name.1") == b"Sudarma"
    assert fresh.is_current(new)
    assert not fresh.is_current(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_running_process_reads_what_another_has_sealed_under_a_newer_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    running = Sealer(Keyring.open(path))
    running.seal(b"x", context="a.b.1")
    other = Keyring.open(path)

    other.add_data_key()
    sealed = Sealer(other).seal(b"Ketut", context="worker.name.2")

    assert running.unseal(sealed, context="worker.name.2") == b"Ketut"


def test_two_who_add_a_key_keep_both(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    one, two = Keyring.open(path), Keyring.open(path)

    added = {one.add_data_key(), two.add_data_key()}

    assert added < set(Keyring.open(path).data_key_ids)
    assert len(Keyring.open(path).data_key_ids) == 3


def test_nothing_printed_of_a_keyring_holds_a_key(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path / "keys.json")

    shown = repr(keyring) + repr(keyring._keys)

    assert keyring.current_id in shown
    for secret in (keyring.index_key, keyring.data_key(keyring.current_id)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
