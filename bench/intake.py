"""How fast does a record with its photo come in? Real HTTP, all on the disk before the answer.

    python bench/intake.py
    python bench/intake.py --records 400 --others 100000 --json

An intake is what a phone does: a photo of 60 KB, then the record that names it. Clients (1, then 8
at once, each with a connection that stays open) run beside waitress on the same machine; the CPU is
the server's own, user and system, of the whole process. The worker does not run meanwhile: photos
are in quarantine, sealed and synced. --others: registrations that are there before. Then the same
form with the same photo through Django's admin on SQLite WAL, also with waitress; without Django
(requirements/bench.in) that part is left out. With --json the last line is one object: `c1` and
`c8` with per_second, p50_ms, p95_ms, server_cpu_ms; and ratio_to_django_admin, of the intakes a
second at c = 8.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import logging
import multiprocessing
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert

from config import Settings
from fieldapp.adapters.tables import regions
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.clock import now_utc
from fieldapp.database import db, transaction
from fieldapp.demo.people import DemoPerson, People
from fieldapp.domain import consent
from fieldapp.domain.names import fold, sort_key
from fieldapp.domain.permissions import Role
from fieldapp.domain.registrations import Stage
from fieldapp.domain.vocabulary import Payer, Segment
from fieldapp.models.agencies import Agency, AgencyCategory, AgencyKind, Category
from fieldapp.models.registrations import Registration
from fieldapp.models.sealed import encode
from fieldapp.models.users import User
from fieldapp.services.regions import load_regions
from fieldapp.services.sessions import open_session

PHOTO_BYTES: Final = 60_000
THREADS: Final = 8
WARM: Final = 20
STARTS_ON: Final = date(2026, 12, 1)
TICK: Final = os.sysconf("SC_CLK_TCK")

Post = Callable[[HTTPConnection, int], None]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--records", type=int, default=400)
    asked.add_argument("--others", type=int, default=0)
    asked.add_argument("--profile", action="store_true", help="print where the server's time goes")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
        with fieldapp_server(Path(folder), options.others, options.profile) as (pid, port, door):
            for clients in (1, 8):
                post = fieldapp_post(door, start=clients * 1_000_000)
                found[f"c{clients}"] = measure(pid, port, post, clients, options.records)
                tell(f"Fieldapp, c = {clients}", found[f"c{clients}"])
        if importlib.util.find_spec("django") is None:
            print("Django is not installed (pip install -r requirements/bench.in): left out")
        elif not options.profile:
            with django_server(Path(folder)) as (pid, port):
                theirs = measure(pid, port, django_post(port), 8, options.records // 2)
                tell("Django admin, c = 8", theirs)
                found["django_c8"] = theirs
                ratio = found["c8"]["per_second"] / theirs["per_second"]
                found["ratio_to_django_admin"] = round(ratio, 2)
                print(f"{ratio:.2f} times Django's admin")
    if options.json:
        print(json.dumps(found))


def tell(who: str, figures: dict[str, float]) -> None:
    print(
        f"{who}: {figures['per_second']}/s, p50 {figures['p50_ms']} ms, "
        f"p95 {figures['p95_ms']} ms, {figures['server_cpu_ms']} ms of CPU each",
        flush=True,
    )


def measure(pid: int, port: int, post: Post, clients: int, records: int) -> dict[str, float]:
    """Send so many records by so many clients at once."""
    each = records // clients
    times: list[float] = []
    ready = threading.Barrier(clients + 1)

    def client(number: int) -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        for at in range(max(2, WARM // clients)):
            post(line, number * 100_000 + 50_000 + at)
        ready.wait()
        for at in range(each):
            begun = time.perf_counter()
            post(line, number * 100_000 + at)
            times.append(time.perf_counter() - begun)
        line.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    cpu, begun = cpu_of(pid), time.perf_counter()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - begun, cpu_of(pid) - cpu
    assert len(times) == each * clients, "a client broke off"
    times.sort()
    return {
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "server_cpu_ms": round(cpu / len(times) * 1000, 2),
    }


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def photo(seed: int) -> bytes:
    """As many bytes as a photo that was shrunk on a phone; nothing decodes them here."""
    return b"\xff\xd8\xff" + Random(seed).randbytes(PHOTO_BYTES - 3)


# Fieldapp


@contextmanager
def fieldapp_server(
    folder: Path, others: int, profile: bool
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The app under waitress in a process of its own, and what a signed-in phone knows."""
    settings = Settings(data=folder / "data", phone_requests_a_minute=10**9)
    app = create_app(settings)
    token = secrets.token_urlsafe(32)
    with app.app_context():
        migrate()
        category_id = people(token, others)
        db.session.remove()
        db.engine.dispose()
    cookie = app.session_interface.get_signing_serializer(app).dumps({"_user_id": token})  # type: ignore[attr-defined]
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]

    def serve() -> None:
        import waitress

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        served: Any = app
        if profile:
            served = Profiled(app)
        waitress.serve(served, sockets=[listener], threads=THREADS, _quiet=True)

    child = multiprocessing.get_context("fork").Process(target=serve)
    child.start()
    listener.close()
    try:
        yield child.pid or 0, port, sign_in(port, f"fieldapp={cookie}") | {"category": category_id}
    finally:
        child.terminate()
        child.join()


class Profiled:
    """Adds up where the time goes, and tells at the end."""

    def __init__(self, app: Any) -> None:
        import cProfile

        self.app = app
        self.profile = cProfile.Profile()
        self.lock = threading.Lock()
        signal.signal(signal.SIGTERM, self.tell)

    def __call__(self, environ: Any, start: Any) -> Any:
        with self.lock:
            return self.profile.runcall(self.app, environ, start)

    def tell(self, _signal: int, _frame: object) -> None:
        import pstats

        pstats.Stats(self.profile).sort_stats("cumulative").print_stats(90)
        pstats.Stats(self.profile).sort_stats("tottime").print_stats(45)
        sys.stdout.flush()
        os._exit(0)


def sign_in(port: int, cookie: str) -> dict[str, Any]:
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    for _attempt in range(100):
        try:
            line.request("GET", "/api/v1/session", headers={"Cookie": cookie})
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    answer = line.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200, told
    return {
        "Cookie": str(answer.getheader("Set-Cookie")).partition(";")[0],
        "X-CSRFToken": told["csrf_token"],
        "X-Account": told["user"]["id"],
    }


def people(token: str, others: int) -> str:
    """An agency, its coordinator with a session, and whoever is registered already."""
    now = now_utc()
    with transaction() as session:
        load_regions(session)
        agency = Agency(kind=AgencyKind.OPD, name="Dinas Kebudayaan", active=True)
        category = Category(name="kelian adat")
        session.add_all([agency, category])
        session.flush()
        session.add(
            AgencyCategory(
                agency_id=agency.id, category_id=category.id, segment=Segment.BPU, payer=Payer.APBD
            )
        )
        user = User(
            username="wayan", name="I Wayan Sudiarta", role=Role.COORDINATOR, agency_id=agency.id,
            password_hash="", must_change_password=False, created_at=now,
        )  # fmt: skip
        session.add(user)
        session.flush()
        open_session(session, user=user, token=token, address="127.0.0.1", agent="bench", now=now)
        made = People(Random(1), places=regions(), today=now.date())
        for _chunk in range(0, others, 1000):
            session.execute(
                insert(Registration),
                [
                    row_of(person, agency, category, user, now)
                    for person in made.group("kelian adat", 1000)
                ],
            )
        return str(category.id)


def row_of(
    person: DemoPerson, agency: Agency, category: Category, user: User, now: datetime
) -> dict[str, Any]:
    row_id = uuid4()
    return {
        "id": row_id, "agency_id": agency.id, "category_id": category.id, "stage": Stage.DRAFT,
        "name": person.name, "name_key": fold(person.name), "sort_name": sort_key(person.name),
        "birth_date": person.birth_date, "sex": person.sex, "village_code": person.village_code,
        "consent_version": consent.CURRENT, "findings": [], "with_jht": False, "months": 1,
        "created_by": user.id, "created_at": now, "changed_at": now, "revision": 1,
        **encode(Registration, row_id, nik=person.nik, income=person.income),
    }  # fmt: skip


def fieldapp_post(door: dict[str, Any], *, start: int) -> Post:
    """A photo, then its record, as a phone sends them."""
    device = str(uuid4())
    headers = {name: door[name] for name in ("Cookie", "X-CSRFToken", "X-Account")}

    def post(line: HTTPConnection, number: int) -> None:
        data = photo(start + number)
        sha256 = hashlib.sha256(data).hexdigest()
        send(line, f"/api/v1/photos/{sha256}", data, {**headers, "Content-Type": "image/jpeg"})
        body = {
            "device": device, "sequence": number + 1, "minted": number + 1, "base": 0,
            "fields": form_of(number, door["category"]), "parts": {"ktp": sha256},
            "consent": {"given": True, "version": consent.CURRENT},
        }  # fmt: skip
        send(
            line, f"/api/v1/registrations/{uuid4()}/revisions/1", json.dumps(body).encode(),
            {**headers, "Content-Type": "application/json"},
        )  # fmt: skip

    return post


def form_of(number: int, category: str) -> dict[str, Any]:
    chance = Random(number)
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(60, 99)
    return {
        "nik": f"517101{day:02}{month:02}{year:02}{number % 9998 + 1:04}",
        "name": " ".join(chance.sample(
            ["I Wayan", "Sudiarta", "Made", "Artana", "Nyoman", "Rai", "Ketut", "Suardana"], 3)),
        "birth_place": "Denpasar",
        "birth_date": f"{day:02}-{month:02}-19{year}",
        "sex": "male",
        "marital_status": "married",
        "mother_name": "Ni Wayan Rasmi",
        "phone": "0812 3456 7890",
        "street": "Jalan Raya Sesetan No. 12",
        "banjar": "Br. Kaja",
        "village_code": "51.71.01.1003",
        "category_id": category,
        "workplace": "Pasar Badung",
        "income": "1.500.000",
        "payer": "apbd",
        "months": "1",
        "starts_on": f"{STARTS_ON:%d-%m-%Y}",
        "family": [{"relation": "spouse", "name": "Ni Made Sukerti", "birth_date": "", "sex": ""}],
    }  # fmt: skip


def send(line: HTTPConnection, path: str, data: bytes, headers: dict[str, str]) -> None:
    line.request("PUT", path, data, headers)
    answer = line.getresponse()
    told = answer.read()
    assert answer.status == 200, f"{answer.status} {told[:300]!r}"


# Django


@contextmanager
def django_server(folder: Path) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "django").mkdir()
    command = [sys.executable, str(Path(__file__).parent / "django_admin.py")]
    child = subprocess.Popen([*command, str(folder / "django"), str(port), str(THREADS)])
    try:
        for _attempt in range(200):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield child.pid, port
    finally:
        child.terminate()
        child.wait()


def django_post(port: int) -> Post:
    """The form of the admin with its photo, as a browser sends it."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", "/admin/login/")
    answer = line.getresponse()
    answer.read()
    csrf = str(answer.getheader("Set-Cookie")).partition(";")[0]
    token = csrf.partition("=")[2]
    login = {"username": "admin", "password": "admin", "csrfmiddlewaretoken": token, "next": "/"}
    line.request(
        "POST", "/admin/login/", urlencode(login),
        {"Cookie": csrf, "Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    answer = line.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    cookies = "; ".join(
        re.findall(r"((?:csrftoken|sessionid)=[^;]+)", str(answer.headers.get_all("Set-Cookie")))
    )
    token = re.findall(r"csrftoken=([^;]+)", cookies)[0]
    boundary = "----measured"

    def post(open_line: HTTPConnection, number: int) -> None:
        form = form_of(number, "kelian adat") | {"csrfmiddlewaretoken": token, "stage": "draft"}
        form["category"], form["family"] = form.pop("category_id"), json.dumps(form["family"])
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form.items()
        )
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; '
            f'filename="{number}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        data = f"{parts}{head}".encode() + photo(number) + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Cookie": cookies, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        open_line.request("POST", "/admin/auth/registration/add/", data, headers)
        answer = open_line.getresponse()
        told = answer.read()
        assert answer.status == 302, f"{answer.status} {told[:2000]!r}"

    return post


if __name__ == "__main__":
    main()
