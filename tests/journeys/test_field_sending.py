"""What was made without a signal reaches the server once, whatever happens on the way."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import func, select

from fieldapp.models.devices import Device, Intake
from fieldapp.models.parts import Quarantined, RegistrationPart
from fieldapp.models.registrations import Registration
from tests.journeys.conftest import Live
from tests.journeys.field import Field

pytestmark = pytest.mark.journey

PUT_RECORD = "**/api/v1/registrations/*/revisions/*"


def count(column):
    return lambda session: session.scalar(select(func.count(column)))


def names(session):
    return sorted(session.scalars(select(Registration.name)))


@pytest.fixture
def wayan(live: Live) -> Field:
    return Field(live, "wayan")


def test_filled_in_without_a_signal_it_is_sent_once_when_there_is_one(wayan):
    with wayan.away():
        ids = wayan.finish(2)
        wayan.until("offline")
        waiting = [(item["sequence"], item["state"], item["tries"]) for item in wayan.items()]
        assert wayan.on_server(count(Registration.id)) == 0

    wayan.sent()

    assert waiting == [(1, "waiting", 0), (2, "waiting", 0)]
    assert wayan.on_server(names) == ["Sudarma A", "Sudarma B"]
    assert wayan.on_server(count(Quarantined.sha256)) == 4
    assert wayan.on_server(count(RegistrationPart.sha256)) == 4
    assert wayan.kept() == {"records": 0, "photos": 0, "outbox": 0, "rows": 2}
    assert {row["id"] for row in wayan.run("return field.rows.list();")} == set(ids)


def test_a_reply_that_is_lost_after_the_commit_makes_no_second_registration(wayan):
    lost = []

    def lose(route):
        if not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    wayan.page.route(PUT_RECORD, lose)
    wayan.finish()
    wayan.page.wait_for_function("() => window.field.sync.state().status === 'offline'")
    here = wayan.kept()

    wayan.flush()
    wayan.sent()

    assert lost
    assert (here["outbox"], here["records"], here["photos"]) == (1, 1, 2), "nothing was let go of"
    assert wayan.on_server(count(Registration.id)) == 1
    assert wayan.on_server(count(Intake.subject_id)) == 1


def test_a_phone_that_went_dark_in_the_middle_asks_what_the_server_holds(live, wayan):
    """The answer came when nobody was there: the receipt is fetched, the record not sent again."""
    wayan.page.route(PUT_RECORD, lambda route: (route.fetch(), None)[1])  # never answered
    wayan.run("field.sent = field.finish(1, given);", wayan.form)
    wayan.wait_for("return (await field.outbox.list())[0]?.state === 'sending';")
    while wayan.on_server(count(Intake.subject_id)) == 0:
        wayan.page.wait_for_timeout(50)
    wayan.page.close()
    asked = []

    wayan.page = wayan.tab(sending=False)
    wayan.page.on("request", lambda request: asked.append(request.url.partition("/api/v1")[2]))
    wayan.run("field.start();")
    wayan.sent()

    assert any(each.startswith("/receipts?") for each in asked)
    assert not [each for each in asked if "/revisions/" in each or "/photos/" in each]
    assert wayan.kept() == {"records": 0, "photos": 0, "outbox": 0, "rows": 1}


def test_a_session_that_ended_loses_nothing(live, wayan):
    with wayan.away():
        wayan.finish()
    live.end_sessions()

    stopped = wayan.flush()
    here = wayan.kept()
    wayan.sign_in()
    wayan.flush()

    assert stopped["status"] == "signed_out"
    assert (here["outbox"], here["records"], here["photos"]) == (1, 1, 2)
    assert wayan.on_server(names) == ["Sudarma"]


def test_two_tabs_send_each_record_once(wayan):
    other = wayan.tab()
    puts = []
    for page in (wayan.page, other):
        page.on("request", lambda request: puts.append(request.url)
                if request.method == "PUT" else None)  # fmt: skip
    with wayan.away():
        wayan.finish(6)

    wayan.sent()

    assert wayan.on_server(count(Registration.id)) == 6
    assert len(puts) == len(set(puts)) == 18, "no photo and no record went twice"


def test_two_people_on_one_phone_send_and_see_nothing_of_each_other(live, wayan):
    made = Field(live, "made", context=wayan.context, sending=False)
    with wayan.away():
        wayan.finish()
        wayan.context.clear_cookies()
        made.sign_in()

    refused = wayan.flush()
    made.run("field.start();")
    made.until("idle")

    assert refused["status"] == "other_account"
    assert made.items() == []
    assert made.kept()["records"] == 0
    assert made.on_server(count(Registration.id)) == 0, "not in another's name"
    wayan.sign_in()
    wayan.flush()
    assert wayan.on_server(names) == ["Sudarma"]


def test_what_is_edited_while_it_is_sent_goes_as_a_new_revision(wayan):
    held = []

    def hold(route):
        if held:
            route.continue_()
        held.append(route)

    wayan.page.route(PUT_RECORD, hold)
    [record_id] = wayan.finish()
    wayan.wait_for("return (await field.outbox.list())[0]?.state === 'sending';")
    while not held:
        wayan.page.wait_for_timeout(20)
    wayan.run(
        "await field.type(given, { name: 'I Sudarma' });",
        record_id,
    )
    held[0].continue_()
    wayan.sent()
    first = wayan.on_server(names)
    draft = wayan.run("return field.records.get(given);", record_id)

    wayan.run("await field.records.finish(given);", record_id)
    wayan.sent()

    assert first == ["Sudarma"], "what was frozen is what was sent"
    assert (draft["state"], draft["revision"], draft["fields"]["name"]) == ("draft", 2, "I Sudarma")
    assert draft["base"] > 0, "on top of what the server holds now"
    assert wayan.on_server(names) == ["I Sudarma"]
    assert wayan.on_server(count(Intake.subject_id)) == 2
    assert wayan.kept() == {"records": 0, "photos": 0, "outbox": 0, "rows": 1}


def test_finished_twice_before_there_is_a_signal_both_go_in_order(wayan):
    with wayan.away():
        [record_id] = wayan.finish()
        wayan.run(
            "await field.type(given, { name: 'I Sudarma' }); await field.records.finish(given);",
            record_id,
        )
        assert [(each["sequence"], each["revision"]) for each in wayan.items()] == [(1, 1), (2, 2)]

    wayan.sent()

    assert wayan.on_server(names) == ["I Sudarma"]
    assert wayan.on_server(count(Intake.subject_id)) == 2
    assert wayan.kept() == {"records": 0, "photos": 0, "outbox": 0, "rows": 1}


def test_the_server_knows_how_far_the_phone_has_counted(wayan):
    wayan.finish(3)
    wayan.sent()

    state = wayan.flush()

    assert state["held"] == {"last": 3, "missing": []}
    assert wayan.on_server(lambda session: session.scalars(select(Device.minted)).one()) == 3


def test_the_server_is_busy_and_then_is_not(wayan):
    times = []

    def busy(route):
        times.append(route.request.url)
        if len(times) == 1:
            route.fulfill(
                status=503,
                headers={"Retry-After": "1", "Content-Type": "application/problem+json"},
                body='{"code": "busy", "title": "Server sedang sibuk.", "facts": {"wait": 1}}',
            )
        else:
            route.continue_()

    wayan.page.route(PUT_RECORD, busy)
    wayan.finish()

    wayan.sent()

    assert len(times) == 2, "it was tried again by itself"
    assert wayan.on_server(count(Registration.id)) == 1


def test_what_the_server_refuses_waits_for_a_person_with_the_rule_and_its_place(wayan):
    wayan.form["street"] = "x" * 2_001
    [record_id] = wayan.finish()
    wayan.until("idle")
    wayan.flush()
    [item] = wayan.items()
    record = wayan.run("return field.records.get(given);", record_id)

    wayan.run(
        "await field.type(given, { street: 'Jl. Raya 3' }); await field.records.finish(given);",
        record_id,
    )
    wayan.sent()

    assert (item["state"], item["error"]["code"]) == ("attention", "body_wrong")
    assert item["error"]["facts"]["where"] == "fields/street"
    assert (record["state"], record["error"]["title"]) == ("attention", item["error"]["title"])
    assert wayan.flush()["held"] == {"last": 1, "missing": []}, "no hole is left in the numbers"


def test_the_numbers_on_the_icon_is_that_of_what_waits(wayan):
    wayan.run(
        "window.badges = []; navigator.setAppBadge = async (count) => badges.push(count);"
        "navigator.clearAppBadge = async () => badges.push(0);"
    )
    with wayan.away():
        wayan.finish(2)
        wayan.page.wait_for_function("() => window.badges.at(-1) === 2")

    wayan.sent()

    wayan.page.wait_for_function("() => window.badges.at(-1) === 0")


def test_filled_in_on_the_screen_without_a_signal(wayan):
    """The whole way, as a person goes it: form, outbox, a signal, home."""
    page = wayan.page
    wayan.run("field.sync.stop();")
    with wayan.away():
        page = wayan.unlock("#/registrations/new")
        page.locator("[name=name]").fill("I Wayan Sudarma")
        page.wait_for_function("() => /registrations.[0-9a-f]{8}-/.test(location.hash)")
        page.evaluate("location.hash = '#/'")
        page.get_by_role("link", name="I Wayan Sudarma").click()
        expect(page.locator("[name=name]")).to_have_value("I Wayan Sudarma")
        page.evaluate("location.hash = '#/outbox'")
        page.get_by_text("Tidak ada yang menunggu").wait_for()
        assert Axe().run(page).violations_count == 0
