"""How fast does a manager see how targets stand, with a whole city enrolled?

    python bench/coverage.py --registrations 475000
    python bench/coverage.py --registrations 475000 --json

475,000 is the labour force of Denpasar. The registrations are invented inside the database, with
the triggers that keep the totals at work; then pages are fetched as a manager's browser would, the
session, the template and the compression included. --together: how many workers a coordinator
brings at once, in one place and on one day; 1 is the worst that the totals can meet. With --json
the last line is one object: dashboard_p95_ms, drilldown_p95_ms, rebuild_seconds. With an address
in FIELDAPP_TEST_DATABASE_URL (tests/postgres.py run -- …) the same is done there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from config import Environment, Settings
from fieldapp.adapters.tables import DATA, place_names, regions
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.clock import now_utc
from fieldapp.database import db, reading, transaction
from fieldapp.domain.coverage import Area, Indicator, Period
from fieldapp.domain.coverage_file import read_file
from fieldapp.domain.permissions import Role
from fieldapp.domain.regions import Level
from fieldapp.models.agencies import Agency, AgencyKind, Category
from fieldapp.models.coverage import CoverageTotal
from fieldapp.models.users import User
from fieldapp.services import coverage, sessions
from fieldapp.services.regions import load_regions

AGENCIES: Final = 12
COORDINATORS: Final = 20
"""Of each agency."""

SLOTS: Final = AGENCIES * COORDINATORS * 3
"""Each coordinator works in three villages."""

DAYS: Final = 700
ROUNDS: Final = 12

SEED: Final = {
    "sqlite": """
        WITH RECURSIVE series(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM series WHERE i < {last})
        INSERT INTO registration ({columns}) SELECT lower(hex(randomblob(16))), s.agency_id,
            s.category_id, {stage}, randomblob(16), '2026-11', 'Sudarma', 'sudarma', 'sudarma',
            s.village_code, s.coordinator_id, datetime('now', {ago}), datetime('now', {ago}),
            {fixed} FROM series JOIN bench_slot s ON s.n = (i / {together}) % {slots}""",
    "postgresql": """
        INSERT INTO registration ({columns}) SELECT gen_random_uuid(), s.agency_id, s.category_id,
            {stage}, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), '2026-11',
            'Sudarma', 'sudarma', 'sudarma', s.village_code, s.coordinator_id,
            now() - {ago}, now() - {ago}, {fixed}
        FROM generate_series(0, {last}) i JOIN bench_slot s ON s.n = (i / {together}) % {slots}""",
}
SPREAD: Final = f"(i / {{together}} / {{slots}} * 7919 + i / {{together}} * 31) % {DAYS}"
AGO: Final = {
    "sqlite": f"'-' || ({SPREAD}) || ' days'",
    "postgresql": f"make_interval(days => (({SPREAD.replace('i /', 'i::bigint /')})::integer))",
}
FIXED: Final = {
    name: value
    for names, value in (
        (("birth_place", "no_nik_reason", "street", "banjar", "banjar_key"), "''"),
        (("customary_village", "rt", "rw", "postal_code", "email", "workplace"), "''"),
        (("work_hours", "second_job", "former_kpj", "npwp", "reason"), "''"),
        (("with_jht",), "false"),
        (("months", "revision"), "1"),
        (("findings",), "'[]'"),
    )
    for name in names
}
COLUMNS: Final = (
    "id", "agency_id", "category_id", "stage", "nik_index", "consent_version", "name", "name_key",
    "sort_name", "village_code", "created_by", "created_at", "changed_at",
)  # fmt: skip
STAGE: Final = """CASE WHEN i / {together} % 100 < 85 THEN 'enrolled'
    WHEN i / {together} % 100 < 90 THEN 'approved' WHEN i / {together} % 100 < 94 THEN 'sent'
    WHEN i / {together} % 100 < 96 THEN 'returned' WHEN i / {together} % 100 < 98 THEN 'ended'
    ELSE 'draft' END"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--registrations", type=int, default=475_000)
    asked.add_argument("--together", type=int, default=8, help="enrolled on one day in one place")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    address = os.environ.get("FIELDAPP_TEST_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
        settings = Settings(env=Environment.TEST, data=Path(folder) / "data", database_url=address)
        app = create_app(settings)
        with app.app_context():
            migrate()
            agency_id = _people()
            print(f"{options.registrations} registrations, {'PostgreSQL' if address else 'SQLite'}")
            took = _registrations(options.registrations, options.together)
            print(f"put in, totals kept by triggers: {took:.1f} s")
            rebuilt = _rebuilt()
            client = _manager(app)
        areas = ("", "area=51.71", "area=51.03")
        dashboard = _p95(client, [f"/coverage/?{each}" for each in areas])
        narrower = (
            f"/coverage/?agency={agency_id}",
            f"/coverage/rows?agency={agency_id}",
            f"/coverage/rows?agency={agency_id}&area=51.71.01&stage=approved",
        )
        drilldown = _p95(client, narrower)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    if options.json:
        figures = {
            "dashboard_p95_ms": round(dashboard, 1),
            "drilldown_p95_ms": round(drilldown, 1),
            "rebuild_seconds": round(rebuilt, 2),
        }
        print(json.dumps(figures))


def _people() -> UUID:
    """Agencies, coordinators, a manager, targets; return the id of one agency."""
    now = now_utc()
    with transaction() as session:
        load_regions(session)
        branch = Agency(kind=AgencyKind.BRANCH, name="Kantor Cabang")
        agencies = [Agency(kind=AgencyKind.OPD, name=f"Dinas {n}") for n in range(AGENCIES)]
        categories = [Category(name=f"pekerja {n}") for n in range(AGENCIES)]
        session.add_all([branch, *agencies, *categories])
        session.flush()
        people = [
            User(
                username=f"k{n}-{number}",
                name=f"Koordinator {n}-{number}",
                role=Role.COORDINATOR,
                agency_id=agency.id,
                password_hash="-",  # noqa: S106 (nobody signs in)
                created_at=now,
            )
            for n, agency in enumerate(agencies)
            for number in range(COORDINATORS)
        ]
        manager = User(
            username="gede",
            name="I Gede Mahendra",
            role=Role.MANAGER,
            agency_id=branch.id,
            password_hash="-",  # noqa: S106
            must_change_password=False,
            created_at=now,
        )
        session.add_all([*people, manager])
        session.flush()
        villages = [
            each.code
            for each in regions()
            if each.level is Level.VILLAGE and each.code.startswith(("51.71", "51.03", "51.02"))
        ]
        binary = "CHAR(32)" if session.connection().dialect.name == "sqlite" else "UUID"
        session.execute(
            text(
                f"CREATE TABLE bench_slot (n INTEGER PRIMARY KEY, agency_id {binary}, "
                f"category_id {binary}, coordinator_id {binary}, village_code VARCHAR(13))"
            )
        )
        slots = [
            {
                "n": place * 3 + turn,
                "agency": str(person.agency_id).replace("-", ""),
                "category": categories[place // COORDINATORS].id.hex,
                "coordinator": person.id.hex,
                "village": villages[(place * 3 + turn * 17) % len(villages)],
            }
            for place, person in enumerate(people)
            for turn in range(3)
        ]
        session.execute(
            text(
                f"INSERT INTO bench_slot VALUES (:n, CAST(:agency AS {binary}), "  # noqa: S608
                f"CAST(:category AS {binary}), CAST(:coordinator AS {binary}), :village)"
            ),
            slots,
        )
        with (DATA / "coverage-2018-06.csv").open() as lines:
            rows, _bad = read_file(lines, regions=place_names().keys())
        coverage.import_rows(session, actor=None, rows=rows, now=now)
        year = Period.year(now.year)
        for scope in (
            coverage.Scope(Area("branch:Denpasar")),
            coverage.Scope(Area("51.71")),
            *(coverage.Scope(Area("branch:Denpasar"), agency_id=each.id) for each in agencies),
        ):
            coverage.enter_target(
                session,
                actor=None,
                indicator=Indicator.NEW_WORKERS,
                scope=scope,
                period=year,
                value=250_000 if scope.agency_id is None else 20_000,
                source="bench",
                now=now,
            )
        return agencies[0].id


def _registrations(count: int, together: int) -> float:
    start = time.perf_counter()
    with transaction() as session:
        dialect = session.connection().dialect.name
        statement = SEED[dialect].format(
            columns=", ".join((*COLUMNS, *FIXED)),
            fixed=", ".join(FIXED.values()),
            stage=STAGE.format(together=together),
            ago=AGO[dialect].format(together=together, slots=SLOTS),
            last=count - 1,
            slots=SLOTS,
            together=together,
        )
        session.connection().exec_driver_sql(statement)
    return time.perf_counter() - start


def _rebuilt() -> float:
    """Fold, count everything anew, and hold the one against the other."""
    with transaction() as session:
        start = time.perf_counter()
        changes = coverage.fold(session)
        folded = time.perf_counter() - start
    with reading() as session:
        start = time.perf_counter()
        people, differences = coverage.verify(session)
        verified = time.perf_counter() - start
    if differences:
        raise SystemExit(f"{len(differences)} totals are wrong")
    with transaction() as session:
        start = time.perf_counter()
        coverage.rebuild(session)
        rebuilt = time.perf_counter() - start
        totals = session.scalar(select(func.count()).select_from(CoverageTotal))
        if session.connection().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    print(f"{changes} changes folded into {totals} totals: {folded:.1f} s")
    print(f"verified {people}: {verified:.1f} s · rebuilt: {rebuilt:.1f} s")
    return rebuilt


def _manager(app: Flask) -> FlaskClient:
    token = token_urlsafe(32)
    with transaction() as session:
        manager = session.scalars(select(User).where(User.username == "gede")).one()
        sessions.open_session(
            session, user=manager, token=token, address="127.0.0.1", agent="bench", now=now_utc()
        )
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    client = app.test_client()
    client.set_cookie("fieldapp", str(signer.dumps({"_user_id": token})))
    return client


def _p95(client: FlaskClient, addresses: list[str] | tuple[str, ...]) -> float:
    """The 95th percentile in milliseconds, over all addresses, after a first round."""
    took: list[float] = []
    for turn in range(ROUNDS + 1):
        for address in addresses:
            start = time.perf_counter()
            answer = client.get(address)
            spent = 1000 * (time.perf_counter() - start)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answers {answer.status_code}")
            if turn:
                took.append(spent)
    took.sort()
    found = took[int(len(took) * 0.95)]
    print(f"{', '.join(addresses)}: p50 {took[len(took) // 2]:.0f} ms, p95 {found:.0f} ms")
    return found


if __name__ == "__main__":
    main()
