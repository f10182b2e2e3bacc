"""The page on which a supervisor lets a colleague's phone open again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from fieldapp.clock import now_utc
from fieldapp.database import reading, transaction
from fieldapp.domain.recoveries import RecoveryState
from fieldapp.models.audit import AuditEntry
from fieldapp.models.recoveries import Recovery
from tests.lost_pin import LostPin, asked
from tests.nu import complaints
from tests.web.browser import Browser, Page
from tests.world import World


def ask(app, username: str) -> LostPin:
    with app.app_context(), transaction() as session:
        return asked(session, getattr(World(session), username), now=now_utc())


def state(app) -> RecoveryState:
    with app.app_context(), reading() as session:
        return session.scalars(select(Recovery)).one().state


def forge(browser: Browser, pin: LostPin) -> Page:
    """What the page did not offer."""
    token = browser.page.form("/sign-out").fields["csrf_token"]
    fields = {"csrf_token": token, f"{pin.id}-check": pin.check}
    return browser.post(f"/devices/recoveries/{pin.id}/approve", fields)


@pytest.fixture
def ketut(app):
    browser = Browser(app)
    browser.sign_in("ketut")
    return browser


def test_the_supervisor_types_the_number_and_the_phone_may_open(app, ketut):
    pin = ask(app, "wayan")
    page = ketut.get("/devices/recoveries/")

    after = ketut.submit(f"/devices/recoveries/{pin.id}/approve", **{f"{pin.id}-check": pin.check})

    assert "I Wayan Sudiarta" in page.text
    assert "Chrome, Android" in page.text
    assert pin.check not in page.text, "it comes from the phone, by its owner's voice"
    assert state(app) is RecoveryState.APPROVED
    assert "boleh dibuka lagi" in after.text
    assert "I Wayan Sudiarta" in after.rows[0]


def test_a_wrong_number_is_said_beside_the_field_and_opens_nothing(app, ketut):
    pin, other = ask(app, "wayan"), ask(app, "wayan")
    ketut.get("/devices/recoveries/")

    page = ketut.submit(f"/devices/recoveries/{pin.id}/approve", **{f"{pin.id}-check": other.check})
    empty = ketut.submit(f"/devices/recoveries/{pin.id}/approve", **{f"{pin.id}-check": ""})

    assert page.status == empty.status == 422
    assert page.text.count("Bukan ini nomor di ponsel itu") == 1
    assert "Ketik nomor yang tampil di ponsel" in empty.text
    with app.app_context(), reading() as session:
        assert {row.state for row in session.scalars(select(Recovery))} == {RecoveryState.WAITING}


def test_a_refused_phone_stays_shut(app, ketut):
    pin = ask(app, "wayan")
    ketut.get("/devices/recoveries/")

    page = ketut.submit(f"/devices/recoveries/{pin.id}/refuse")

    assert state(app) is RecoveryState.REFUSED
    assert "tetap terkunci" in page.text


def test_a_supervisor_is_not_offered_their_own_phone_and_cannot_forge_it(app, ketut):
    pin = ask(app, "ketut")
    page = ketut.get("/devices/recoveries/")

    forged = forge(ketut, pin)

    assert "orang lain yang memutuskan" in page.text
    assert "Izinkan ponsel ini dibuka lagi" not in page.text
    assert forged.status == 403
    assert state(app) is RecoveryState.WAITING


def test_phones_of_another_agency_do_not_exist_here(app, ketut):
    pin = ask(app, "made")
    page = ketut.get("/devices/recoveries/")

    forged = forge(ketut, pin)

    assert "I Made Artana" not in page.text
    assert forged.status == 404
    assert state(app) is RecoveryState.WAITING


def test_of_two_decisions_at_the_same_moment_one_counts(app, ketut):
    pin = ask(app, "wayan")
    other = Browser(app)
    other.sign_in("ketut")
    for browser in (ketut, other):
        browser.get("/devices/recoveries/")

    with ThreadPoolExecutor(2) as pool:
        agreed = pool.submit(forge, ketut, pin)
        token = other.page.form("/sign-out").fields["csrf_token"]
        refused = pool.submit(
            other.post, f"/devices/recoveries/{pin.id}/refuse", {"csrf_token": token}
        )

    statuses = sorted([agreed.result().status, refused.result().status])
    assert statuses == [200, 409]
    with app.app_context(), reading() as session:
        decided = session.scalar(
            select(func.count(AuditEntry.seq)).where(
                AuditEntry.action.in_(["recovery.approve", "recovery.refuse"])
            )
        )
        assert decided == 1


def test_the_page_is_valid_with_and_without_somebody_who_waits(app, ketut):
    empty = ketut.get("/devices/recoveries/")
    ask(app, "wayan")
    full = ketut.get("/devices/recoveries/")

    assert complaints({"empty": empty.body.decode(), "full": full.body.decode()}) == []
