"""./run's last step, as a process of its own: what it starts, it stops."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
# How long to wait for what ought to come at once, on a machine that is busy with other tests.
SECONDS = 60


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder, filled by the first start as at anybody's."""
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def place(data, port):
    """The settings of an installation of its own."""
    return {
        **os.environ,
        "FIELDAPP_ENV": "test",
        "FIELDAPP_DATA": str(data),
        "FIELDAPP_PORT": str(port),
    }


@contextmanager
def serving(environment):
    """The process, once it has said where it is; ended in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldapp.serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    overdue = Timer(SECONDS, process.kill)
    overdue.start()
    with process:
        try:
            line = ""
            while "Ctrl-C" not in line:
                line = process.stdout.readline()
                assert line, process.stderr.read()
            yield process
        finally:
            overdue.cancel()
            process.kill()


def children(process) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(child) for child in listed.split()]


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def gone(process_ids: list[int]) -> bool:
    """Whether all of them end in the time that is fair."""
    until = time.monotonic() + SECONDS
    while any(alive(each) for each in process_ids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_web_and_worker_start_together_and_stop_together(place, port, sent):
    with serving(place) as process:
        started = children(process)
        with urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as answer:
            status = answer.status

        began = time.monotonic()
        process.send_signal(sent)
        code = process.wait(SECONDS)

        assert (status, code, len(started)) == (200, 0, 2)
        assert time.monotonic() - began < 10
        assert gone(started)


@pytest.mark.parametrize("which", [0, 1], ids=["web", "worker"])
def test_when_one_dies_the_other_is_stopped_and_the_failure_told(place, which):
    with serving(place) as process:
        started = children(process)

        os.kill(started[which], signal.SIGKILL)
        code = process.wait(SECONDS)

        assert code == 1
        assert (
            f"The {('web', 'worker')[which]} ended by itself (signal 9)." in process.stderr.read()
        )
        assert gone(started)


def test_nothing_is_left_behind_when_it_is_killed_itself(place):
    with serving(place) as process:
        started = children(process)

        process.kill()

        assert gone(started)


def test_a_port_that_is_taken_is_told_with_who_has_it(place, port):
    with socket.create_server(("127.0.0.1", port)):
        refused = subprocess.run(
            [sys.executable, "-m", "fieldapp.serve"],
            cwd=ROOT,
            env=place,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    assert refused.returncode == 75
    assert f"Port {port} is taken by" in refused.stderr
    assert f"(process {os.getpid()})" in refused.stderr
    assert f"FIELDAPP_PORT={port + 1} ./run" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("FIELDAPP_PORT", "eighty", 78),
        ("FIELDAPP_HOST", "198.51.100.7", 78),
        ("FIELDAPP_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none", 69),
        ("FIELDAPP_DATA", "/proc/nowhere", 77),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_a_line(place, setting, value, code):
    refused = subprocess.run(
        [sys.executable, "-m", "fieldapp.serve"],
        cwd=ROOT,
        env={**place, setting: value},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )

    assert refused.returncode == code, refused.stderr
    assert "Traceback" not in refused.stderr
    assert 1 <= len(refused.stderr.strip().splitlines()) <= 3
