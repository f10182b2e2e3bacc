#!/usr/bin/env python3
"""Starts a PostgreSQL server for tests, of its own and gone afterwards.

    tests/postgres.py run -- CMD…    runs CMD with FIELDAPP_TEST_DATABASE_URL set, ends as it did

The server lives in a folder of its own under the temporary folder and is reached by a socket there:
no port to be taken, no other server disturbed, any number side by side. It keeps nothing safe on
disk (no fsync) and ends when this process ends, however that happens; its folder goes with it, but
for a kill -9.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The oldest version that Fieldapp promises to work with.
OLDEST = 15
SECONDS_TO_START = 30
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
}


def programs() -> Path:
    """The folder of initdb and postgres, of the oldest version installed that will do."""
    versions = {
        int(folder.parent.name): folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdecimal() and (folder / "postgres").exists()
    }
    fitting = sorted(version for version in versions if version >= OLDEST)
    if not fitting:
        sys.exit(f"PostgreSQL {OLDEST} or newer is not installed: apt-get install postgresql")
    return versions[fitting[0]]


def as_somebody() -> list[str]:
    """What goes before a command, so that root's server is not root's and ends when we end."""
    ends_with_us = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return ends_with_us
    return [*ends_with_us, "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives the address of its first database, as SQLAlchemy reads it."""
    folder = Path(tempfile.mkdtemp(prefix="fieldapp-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        with (folder / "log").open("w") as log, running(folder, log):
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(folder: Path, log) -> Iterator[None]:
    data = folder / "data"
    prepare = [programs() / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust"]
    prepare += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    subprocess.run([*as_somebody(), *prepare], cwd=folder, stdout=log, stderr=log, check=True)

    settings = [f"--{name}={value}" for name, value in FAST_AND_FORGETFUL.items()]
    command = [programs() / "postgres", "-D", data, "-k", folder, *settings]
    process = subprocess.Popen(
        # A group of its own: Ctrl-C ends the tests first, and the server when they are done.
        [*as_somebody(), *command],
        cwd=folder,
        stdout=log,
        stderr=log,
        process_group=0,
    )
    try:
        wait_until_it_answers(process, folder)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown: sessions are ended, not waited for
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def wait_until_it_answers(process: subprocess.Popen, folder: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while subprocess.run([programs() / "pg_isready", "-q", "-h", folder]).returncode != 0:
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def run(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as address:
        environment = {**os.environ, "FIELDAPP_TEST_DATABASE_URL": address}
        with subprocess.Popen(command, env=environment) as process:
            try:
                return process.wait()
            except BaseException:
                process.terminate()
                raise


if __name__ == "__main__":
    if sys.argv[1:3] != ["run", "--"] or len(sys.argv) < 4:
        sys.exit("usage: tests/postgres.py run -- CMD…")
    try:
        sys.exit(run(sys.argv[3:]))
    except KeyboardInterrupt:
        sys.exit(130)
