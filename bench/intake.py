"""How fast does a record with its photo come in? Real HTTP, all on the disk before the answer.

    python bench/intake.py
    python bench/intake.py --records 400 --others 100000 --rounds 3 --json

An intake is a registration with a photo of 60 KB. A phone sends it in one of three ways: as a
parcel of both (`c1`, `c8`), ten of them in a parcel (`ten_c1`, `ten_c8`, what a full outbox sends
on a good line), or the photo and then the record (`apart_c1`, `apart_c8`, what it sends on a bad
one). Clients (1, then 8 at once, each with a connection that stays open) run beside waitress on the
same machine; the CPU is the server's own, user and system, of the whole process. The worker does
not run meanwhile: photos are in quarantine, sealed and synced. --others: registrations that are
there before.

Then the same form with the same photo through Django's admin on SQLite WAL, also with waitress: as
it comes (`django_c8`), which does not sync the photo, and with photos that are synced
(`django_synced_c8`). Both servers stand side by side and every way is measured once a round, so
that what else the machine does falls on all; medians of the rounds are told. Without Django
(requirements/bench.in) that part is left out.

With --json the last line is one object: each way with per_second (registrations), p50_ms, p95_ms
(of a request; of both for the two apart), server_cpu_ms (a registration); and the intakes a second
against Django's admin: ratio_to_django_admin (a parcel each, c = 8), ratio_to_django_admin_synced
(the same, the peer's photos synced too), ratio_ten_to_django_admin (ten in a parcel).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
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
from fieldapp.serve import serve_web
from fieldapp.services.regions import load_regions
from fieldapp.services.sessions import open_session

PHOTO_BYTES: Final = 60_000
THREADS: Final = 8
WARM: Final = 20
STARTS_ON: Final = date(2026, 12, 1)
TICK: Final = os.sysconf("SC_CLK_TCK")

Post = Callable[[HTTPConnection, int], None]


@dataclass(frozen=True)
class Way:
    """A way in: which server, who posts, how many at once, how many registrations a request."""

    name: str
    pid: int
    port: int
    post: Post
    clients: int
    together: int = 1


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--records", type=int, default=240, help="a way and round")
    asked.add_argument("--others", type=int, default=0)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--profile", action="store_true", help="print where the server's time goes")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder, ExitStack() as servers:
        server = fieldapp_server(Path(folder), options.others, options.profile)
        ways = fieldapp_ways(*servers.enter_context(server))
        if importlib.util.find_spec("django") is None:
            print("Django is not installed (pip install -r requirements/bench.in): left out")
        elif not options.profile:
            for name, synced in (("django_c8", False), ("django_synced_c8", True)):
                pid, port = servers.enter_context(django_server(Path(folder) / name, synced))
                ways.append(Way(name, pid, port, django_post(port), 8))
        rounds: list[dict[str, dict[str, float]]] = []
        for number in range(options.rounds):
            rounds.append({way.name: measure(way, options.records, number) for way in ways})
    found: dict[str, Any] = {
        way.name: {
            figure: round(median(each[way.name][figure] for each in rounds), 2)
            for figure in rounds[0][way.name]
        }
        for way in ways
    }
    for way in ways:
        tell(way, found[way.name])
    for ratio, ours, theirs in (
        ("ratio_to_django_admin", "c8", "django_c8"),
        ("ratio_to_django_admin_synced", "c8", "django_synced_c8"),
        ("ratio_ten_to_django_admin", "ten_c8", "django_c8"),
    ):
        if theirs in found:
            found[ratio] = round(
                median(each[ours]["per_second"] / each[theirs]["per_second"] for each in rounds), 2
            )
            print(f"{ratio}: {found[ratio]}")
    if options.json:
        print(json.dumps(found))


def tell(way: Way, figures: dict[str, float]) -> None:
    print(
        f"{way.name}: {figures['per_second']}/s, p50 {figures['p50_ms']} ms, "
        f"p95 {figures['p95_ms']} ms, {figures['server_cpu_ms']} ms of CPU each",
        flush=True,
    )


def measure(way: Way, records: int, number: int) -> dict[str, float]:
    """Send so many records by so many clients at once, of which no round sends one again."""
    each = max(1, records // way.clients // way.together)
    times: list[float] = []
    ready = threading.Barrier(way.clients + 1)

    def client(index: int) -> None:
        line = HTTPConnection("127.0.0.1", way.port, timeout=60)
        first = (number * 100 + index) * 10_000
        for at in range(max(2, WARM // way.clients)):
            way.post(line, first + 5_000 + at * way.together)
        ready.wait()
        for at in range(each):
            begun = time.perf_counter()
            way.post(line, first + at * way.together)
            times.append(time.perf_counter() - begun)
        line.close()

    threads = [threading.Thread(target=client, args=(index,)) for index in range(way.clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    cpu, begun = cpu_of(way.pid), time.perf_counter()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - begun, cpu_of(way.pid) - cpu
    assert len(times) == each * way.clients, "a client broke off"
    times.sort()
    sent = len(times) * way.together
    return {
        "per_second": round(sent / seconds, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "server_cpu_ms": round(cpu / sent * 1000, 2),
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
        served: Any = Profiled(app) if profile else app
        serve_web(served, replace(settings, web_threads=THREADS), listener)

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


def fieldapp_ways(pid: int, port: int, door: dict[str, Any]) -> list[Way]:
    """As a phone sends: in a parcel, ten in a parcel, and one after the other."""
    device = str(uuid4())
    headers = {name: door[name] for name in ("Cookie", "X-CSRFToken", "X-Account")}

    def record(number: int, sha256: str) -> bytes:
        body = {
            "device": device, "sequence": number + 1, "minted": number + 1, "base": 0,
            "fields": form_of(number, door["category"]), "parts": {"ktp": sha256},
            "consent": {"given": True, "version": consent.CURRENT},
        }  # fmt: skip
        return json.dumps(body).encode()

    def apart(start: int) -> Post:
        def post(line: HTTPConnection, number: int) -> None:
            data = photo(start + number)
            sha256 = hashlib.sha256(data).hexdigest()
            kind = {"Content-Type": "image/jpeg"}
            send(line, "PUT", f"/api/v1/photos/{sha256}", data, {**headers, **kind})
            kind = {"Content-Type": "application/json"}
            path = f"/api/v1/registrations/{uuid4()}/revisions/1"
            send(line, "PUT", path, record(start + number, sha256), {**headers, **kind})

        return post

    def parcels(start: int, together: int) -> Post:
        def post(line: HTTPConnection, number: int) -> None:
            photos = [photo(start + number + at) for at in range(together)]
            hashes = [hashlib.sha256(data).hexdigest() for data in photos]
            records = [record(start + number + at, each) for at, each in enumerate(hashes)]
            head = {
                "records": [
                    {"id": str(uuid4()), "revision": 1, "size": len(data)} for data in records
                ],
                "photos": [
                    {"sha256": sha256, "size": len(data)}
                    for sha256, data in zip(hashes, photos, strict=True)
                ],
            }
            data = b"".join([json.dumps(head).encode(), b"\n", *records, *photos])
            kind = {"Content-Type": "application/vnd.fieldapp.parcel"}
            told = json.loads(send(line, "POST", "/api/v1/parcels", data, {**headers, **kind}))
            assert all(each["status"] == 200 for each in (*told["photos"], *told["records"])), told

        return post

    return [
        Way(f"{name}c{clients}", pid, port, post(at * 100_000_000, together), clients, together)
        for at, (name, post, together, clients) in enumerate(
            (name, post, together, clients)
            for name, post, together in (
                ("", parcels, 1),
                ("ten_", parcels, 10),
                ("apart_", lambda start, _together: apart(start), 1),
            )
            for clients in (1, 8)
        )
    ]


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


def send(
    line: HTTPConnection, method: str, path: str, data: bytes, headers: dict[str, str]
) -> bytes:
    line.request(method, path, data, headers)
    answer = line.getresponse()
    told = answer.read()
    assert answer.status == 200, f"{answer.status} {told[:300]!r}"
    return told


# Django


@contextmanager
def django_server(folder: Path, synced: bool) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).parent / "django_admin.py")]
    told = [str(folder), str(port), str(THREADS), *(["synced"] if synced else [])]
    child = subprocess.Popen([*command, *told])
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
