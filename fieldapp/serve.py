"""One process that starts web and worker, watches both and leaves neither behind.

`python -m fieldapp.serve` is the last step of `./run`. It takes the port first, makes
the database, the compiled words and the static files ready, and loads demo data into an empty
database of development. Then it forks twice, so that the app is imported once for both.

Exit codes: 0 stopped as asked, 1 web or worker died, 69 the database does not answer, 74 the disk
is full, 75 the port is taken, 77 no right to the port or the data folder, 78 a setting is not
understood.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

from click import ClickException
from sqlalchemy.exc import OperationalError

from config import Environment, SettingError, Settings
from fieldapp.database import db

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

    from flask import Flask

WATCHED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}
# Longer than the five seconds in which waitress finishes the answers it has begun.
SECONDS_TO_FINISH = 7.0
# A photo that is too large is refused by the app, in words; this only keeps the disk from filling.
LARGEST_BODY = 128 * 1024 * 1024
PR_SET_PDEATHSIG = 1


class ServeError(Exception):
    """Why the app cannot be served, in words for the terminal, with the exit code that says so."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code


def main() -> int:
    """Serve until told to stop; the exit code says how it went."""
    try:
        return serve()
    except ServeError as error:
        print(error, file=sys.stderr)
        return error.code


def serve() -> int:
    """Make ready, then run web and worker until a signal comes or one of them dies."""
    settings = read_settings()
    listener = take_port(settings.host, settings.port)
    app = make_app(settings)
    listener.listen(socket.SOMAXCONN)
    announce(app, settings)
    disconnect(app)

    # Signals wait until they are asked for: none can fall between two steps.
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    children = [
        start("web", lambda: serve_web(app, settings, listener)),
        start("worker", lambda: work(app, listener)),
    ]
    listener.close()
    print("Ctrl-C stops it.", flush=True)
    return watch(children)


def read_settings() -> Settings:
    try:
        return Settings.from_environment(os.environ)
    except SettingError as error:
        raise ServeError(78, str(error), "`flask settings` lists every setting.") from error


# --- port -----------------------------------------------------------------------------------------


def take_port(host: str, port: int) -> socket.socket:
    """A socket bound to the port; raises ServeError that says who has it, and what to set."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise port_error(host, port, error) from error
    return listener


def port_error(host: str, port: int, error: OSError) -> ServeError:
    if error.errno == errno.EADDRINUSE:
        holder = holder_of(port)
        return ServeError(
            75,
            f"Port {port} is taken{f' by {holder}' if holder else ''}.",
            f"Stop that, or choose another port: FIELDAPP_PORT={port + 1} ./run",
        )
    if error.errno == errno.EACCES:
        return ServeError(
            77, f"Port {port} may only be opened by root. Choose one above 1023: FIELDAPP_PORT"
        )
    return ServeError(78, f"FIELDAPP_HOST={host!r} cannot be listened on: {error.strerror}.")


def holder_of(port: int) -> str:
    """Name and id of the process that listens on the port; empty if /proc does not tell."""
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with suppress(OSError):
            for row in table.read_text().splitlines()[1:]:
                columns = row.split()
                listening, local = columns[3] == "0A", int(columns[1].rpartition(":")[2], 16)
                if listening and local == port:
                    inodes.add(f"socket:[{columns[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(file.readlink()) in inodes for file in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


# --- app ------------------------------------------------------------------------------------------


def make_app(settings: Settings) -> Flask:
    """The app, its database migrated, its demo people in; made, it has built its static files."""
    from fieldapp.app import create_app

    try:
        app = create_app(settings)
        command(app, "setup")
        if settings.env is Environment.DEVELOPMENT:
            command(app, "demo", "load", "--if-empty")
    except ClickException as error:
        raise ServeError(error.exit_code, error.format_message()) from error
    except OperationalError as error:
        raise ServeError(69, f"The database does not answer: {error.orig}") from error
    except OSError as error:
        raise file_error(settings, error) from error
    return app


def file_error(settings: Settings, error: OSError) -> ServeError:
    file = error.filename or settings.data
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ServeError(74, f"The disk is full: {file}")
    return ServeError(
        77,
        f"{file} cannot be used: {error.strerror}.",
        "FIELDAPP_DATA names the folder of database, keys and files.",
    )


def command(app: Flask, *words: str) -> None:
    """Do what `flask WORDS…` does, in this process."""
    from flask.cli import ScriptInfo

    app.cli.main(
        args=list(words),
        prog_name="flask",
        standalone_mode=False,
        obj=ScriptInfo(create_app=lambda: app),
    )


def disconnect(app: Flask) -> None:
    """Close every database connection: none may be shared between web and worker."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # only read here
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(app: Flask, settings: Settings) -> None:
    print(f"Fieldapp is at {settings.public_url or address(settings.host, settings.port)}")
    if settings.env is Environment.DEVELOPMENT:
        command(app, "demo", "accounts")
    sys.stdout.flush()  # or both children would say it again


# --- web and worker -------------------------------------------------------------------------------


def serve_web(app: Flask, settings: Settings, listener: socket.socket) -> None:
    import waitress

    # It warns of every answer that waits for a thread, which is what threads are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(
        app,
        sockets=[listener],
        threads=settings.web_threads,
        max_request_body_size=LARGEST_BODY,
        recv_bytes=65_536,  # a photo in one or two readings instead of eight
        clear_untrusted_proxy_headers=settings.proxies == 0,
        ident=None,
        _quiet=True,
    )


def work(app: Flask, listener: socket.socket) -> None:
    listener.close()
    command(app, "worker")


def start(name: str, task: Callable[[], None]) -> ForkProcess:
    """Start the task in a process of its own, which ends when this one does."""
    parent = os.getpid()
    child = multiprocessing.get_context("fork").Process(
        target=as_child, args=(parent, task), name=name
    )
    child.start()
    return child


def as_child(parent: int, task: Callable[[], None]) -> None:
    # A group of its own keeps the terminal's Ctrl-C away: web and worker are told once, by SIGTERM.
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        task()


def leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def watch(children: Sequence[ForkProcess]) -> int:
    """Wait for a signal or a death, then stop every child; 0 when it was asked for."""
    while True:
        received = signal.sigwait(WATCHED)
        if received != signal.SIGCHLD:
            stop(children)
            return 0
        dead = [child for child in children if child.exitcode is not None]
        if dead:
            stop(children)
            for child in dead:
                print(f"The {child.name} ended by itself ({ending(child)}).", file=sys.stderr)
            return 1


def ending(child: ForkProcess) -> str:
    code = child.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def stop(children: Sequence[ForkProcess]) -> None:
    """Ask every child to finish; after SECONDS_TO_FINISH end it with all it has started."""
    deadline = monotonic() + SECONDS_TO_FINISH
    for child in children:
        child.terminate()
    for child in children:
        child.join(max(0.0, deadline - monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid or 0, signal.SIGKILL)
        child.join()


if __name__ == "__main__":
    sys.exit(main())
