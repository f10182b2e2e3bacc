"""Every page that links lead to, as each role: no dead link, valid markup, nothing out of reach."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from urllib.parse import urldefrag, urlsplit
from uuid import UUID, uuid4

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, UUIDConverter
from werkzeug.routing.exceptions import RequestRedirect

from fieldapp.adapters.storage import Storage
from fieldapp.database import reading, transaction
from fieldapp.domain.api_tokens import Scope
from fieldapp.domain.permissions import Role
from fieldapp.domain.permits import Demands, PermitType
from fieldapp.domain.press import DocumentKind
from fieldapp.jobs import press
from fieldapp.models.agencies import Agency, Category
from fieldapp.models.batches import Verdict
from fieldapp.models.cards import Card
from fieldapp.models.companies import PaperKind
from fieldapp.models.users import User
from fieldapp.services import api_tokens, decisions, devices, jobs, permits, warning_letters
from fieldapp.services.work_calendar import work_calendar
from tests.companies import a_company, attach
from tests.filing import collect, register, send
from tests.lost_pin import asked
from tests.nu import complaints
from tests.web.browser import Browser
from tests.world import PASSWORD, PEOPLE, World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WALKERS = tuple(PEOPLE)
NOT_PAGES = (".pdf", ".csv", ".xlsx", ".json", "/phone/id/")
# The app is many views in one document, looked at in tests/web/test_phone.py.


@pytest.fixture
def wayans(app: Flask) -> dict[str, UUID]:
    """What Wayan's agency has: a row in each state, batches, a print and a job; ids by name."""
    with app.app_context():
        with transaction() as session:
            world = World(session)
            rows = [register(session, world.wayan, NOW, serial=n) for n in range(1, 8)]
            batch, _ = send(session, world.wayan, rows[:4], NOW)
            verdicts = (Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT)
            decisions.decide(
                session,
                actor=world.ketut,
                batch=batch,
                verdicts=[
                    decisions.RowVerdict(row.id, verdict, "Foto KTP buram.")
                    for row, verdict in zip(rows, verdicts, strict=False)
                ],
                now=NOW,
            )
            filling = collect(session, world.wayan, rows[4:6], NOW)
            job = jobs.enqueue(
                session,
                actor=world.putu,
                kind="print_batch",
                args={"kind": "card_sheet", "batch_id": str(batch.id), "by_banjar": True},
                total=1,
                agency_id=world.wayan.agency_id,
                now=NOW,
            )
            ids = {
                "registration_id": rows[6].id,
                "batch_id": batch.id,
                "filling_id": filling.id,
                "job_id": job.id,
                "agency_id": world.wayan.agency_id,
                "category_id": session.scalars(
                    select(Category.id).where(Category.name == "juru parkir")
                ).one(),
                "user_id": session.scalars(select(User.id).where(User.username == "ketut")).one(),
            }
            ids |= outside(session, world, app.extensions["fieldapp.storage"])
            putu, approved = world.putu, rows[0].id
        ids["document_id"] = press.print_one(
            app.extensions["fieldapp.house"],
            actor=putu,
            kind=DocumentKind.CARD,
            registration_id=approved,
            now=NOW,
        ).document_id
        with transaction() as session:
            ids["card_id"] = session.scalars(select(Card.id)).one()
    return ids


def outside(session: Session, world: World, storage: Storage) -> dict[str, UUID]:
    """What the agency has besides workers: a company with its paper, check and letter; a phone."""
    theirs = replace(world.putu, agency_id=world.wayan.agency_id, reaches_all=False)
    company = a_company(session, theirs, now=NOW)
    paper = attach(session, storage, theirs, company, PaperKind.CERTIFICATE, now=NOW)
    judged = permits.check(
        session,
        actor=world.komang,
        company=company,
        permit_type=PermitType.BUSINESS,
        application="OSS 1",
        demands=Demands(),
        valid_days=30,
        now=NOW,
    )
    letter = warning_letters.issue(
        session,
        actor=theirs,
        company=company,
        demands=Demands(),
        calendar=work_calendar(session, NOW.date(), date(2026, 12, 31)),
        now=NOW,
    )
    device = devices.announce(
        session,
        actor=world.wayan,
        device_id=uuid4(),
        name="HP Wayan",
        app_version="1",
        minted=0,
        now=NOW,
    )
    token, _ = api_tokens.add(
        session,
        actor=world.luh,
        name="OSS",
        scopes=list(Scope),
        user=session.scalars(select(User).where(User.username == "komang")).one(),
        days=30,
        now=NOW,
    )
    session.flush()
    return {
        "company_id": company.id,
        "paper_id": paper.id,
        "check_id": judged.id,
        "letter_id": letter.id,
        "device_id": device.id,
        "token_id": token.id,
        "recovery_id": asked(session, world.wayan, now=NOW).id,
    }


def test_no_link_is_dead_and_every_page_is_valid(app, wayans):
    pages: dict[str, str] = {}

    for walker in WALKERS:
        pages |= walked(app, walker)

    assert len(pages) > 60
    assert complaints(pages) == []


def walked(app: Flask, username: str) -> dict[str, str]:
    """Each kind of page that this person's links lead to, once."""
    browser = Browser(app)
    browser.sign_in(username)
    waiting, seen, pages = deque(["/"]), {"/"}, {}
    kinds: dict[tuple[str, str], int] = {}
    while waiting:
        url = waiting.popleft()
        page = browser.get(url)
        assert page.status == 200, f"{username}: {url} answers {page.status}"
        if not page.is_html:
            continue
        pages[f"{username} {url}"] = page.body.decode()
        for address in page.links.values():
            path, query = urlsplit(urldefrag(address)[0]).path, urlsplit(address).query
            if not path.startswith("/") or path.endswith(NOT_PAGES) or address in seen:
                continue
            kind = endpoint(app, path), query.partition("=")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 2:
                seen.add(address)
                waiting.append(urldefrag(address)[0])
    return pages


def endpoint(app: Flask, path: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(path)[0])
    except RequestRedirect as moved:
        return endpoint(app, urlsplit(moved.new_url).path)


STRANGERS = {role: f"stranger-{role}".replace("_", "-") for role in Role}


@pytest.fixture
def strangers(app: Flask) -> None:
    """Somebody of each role at Dinas Koperasi, who has no business with parking attendants."""
    with app.app_context(), transaction() as session:
        theirs = World(session).agency("cooperatives").id
        known = session.scalars(select(User).where(User.username == "wayan")).one()
        session.add_all(
            User(
                username=username,
                name=f"Orang lain ({role})",
                role=role,
                agency_id=theirs,
                password_hash=known.password_hash,
                must_change_password=False,
                created_at=NOW,
            )
            for role, username in STRANGERS.items()
        )
        assert session.get(Agency, theirs) is not None


MADE_UP = {"session_id"}
"""One's own sessions: the table of gates and the tests of accounts try those of others."""

OF_ALL = {"agency_id", "category_id"}
"""An administrator reads the names of all agencies and categories; they are no secret.

That only the branch changes them is proved in tests/web/test_administration.py.
"""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_agencys_ids_lead_nowhere_in_any_address(app, wayans, strangers, method):
    tried: set[str] = set()
    picture = a_picture()
    for role, username in STRANGERS.items():
        browser = Browser(app)
        page = browser.sign_in(username, PASSWORD)
        token = page.form("/sign-out").fields["csrf_token"]
        account = {"X-CSRFToken": token, "X-Account": account_of(app, username)}
        for rule in app.url_map.iter_rules():
            names = {n for n, c in rule._converters.items() if isinstance(c, UUIDConverter)}
            if not names or names <= OF_ALL or names & MADE_UP or method not in rule.methods:
                continue
            parts = {name: wayans[name] for name in names}
            others = {n: other(rule._converters[n]) for n in rule.arguments - names}
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {**parts, **others}, method=method
            )

            sent = {"csrf_token": token, "photo": (BytesIO(picture), "foto.jpg")}
            answer = browser.client.open(
                path, method=method, data=sent if method == "POST" else {}, headers=account
            )

            assert answer.status_code in (403, 404), f"{role} {path}: {answer.status_code}"
            tried.add(rule.endpoint)
    assert len(tried) > 15


def account_of(app: Flask, username: str) -> str:
    with app.app_context(), reading() as session:
        return str(session.scalars(select(User.id).where(User.username == username)).one())


def a_picture() -> bytes:
    out = BytesIO()
    Image.effect_noise((640, 640), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def other(converter: BaseConverter) -> object:
    """Something for a part of an address that is no id: the first that the rule allows."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, IntegerConverter) else "x"
