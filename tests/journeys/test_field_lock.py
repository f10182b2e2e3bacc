"""The lock of the app: set once, over the page, slow to guess, and opened again by a supervisor."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from fieldapp.database import reading
from fieldapp.domain.recoveries import RecoveryState
from fieldapp.models.audit import AuditEntry
from fieldapp.models.recoveries import Recovery
from tests.journeys.conftest import Live

pytestmark = pytest.mark.journey

PIN = "271828"
NEW_PIN = "314159"


def press(page: Page, name: str) -> None:
    page.locator("#lock").get_by_role("button", name=name, exact=True).click()


def set_pin(page: Page, first: str = PIN, again: str = PIN) -> None:
    page.locator("#lock-first").fill(first)
    page.locator("#lock-again").fill(again)
    press(page, "Simpan PIN")


def unlock(page: Page, pin: str = PIN) -> None:
    page.locator("#lock-pin").fill(pin)
    press(page, "Buka")


def open_app(page: Page) -> None:
    """For the first time on this phone."""
    page.goto("/phone/id/")
    set_pin(page)
    expect(page.locator("#lock")).to_be_hidden()


@pytest.fixture
def wayans(live: Live) -> Page:
    return live.phone("wayan")


def test_the_first_pin_is_chosen_twice_and_not_a_weak_one(wayans):
    wayans.add_init_script(
        "window.asked = 0;"
        "navigator.storage.persist = async () => { window.asked += 1; return true; };"
    )
    wayans.goto("/phone/id/")
    error = wayans.locator("#lock-first-error")

    set_pin(wayans, "123456", "123456")
    expect(error).to_contain_text("sulit ditebak")
    set_pin(wayans, PIN, "271829")
    expect(wayans.locator("#lock-again-error")).to_contain_text("tidak sama")
    asked_before = wayans.evaluate("window.asked")
    set_pin(wayans)

    expect(wayans.locator("#lock")).to_be_hidden()
    expect(wayans.get_by_role("heading", level=1)).to_be_visible()
    assert (asked_before, wayans.evaluate("window.asked")) == (0, 1), "the store is to be kept"


def test_without_a_signal_no_pin_can_be_set_and_the_phone_says_why(wayans):
    wayans.goto("/phone/id/")
    wayans.locator("#lock-first").wait_for()
    wayans.route("**/api/v1/recoveries/key", lambda route: route.abort())
    wayans.reload()

    expect(wayans.locator("#lock")).to_contain_text("perlu sinyal sekali saja")
    wayans.unroute("**/api/v1/recoveries/key")
    press(wayans, "Coba lagi")

    expect(wayans.locator("#lock-first")).to_be_visible()


def test_after_a_pause_the_lock_lies_over_the_page_and_what_was_typed_is_beneath(wayans):
    wayans.clock.install()
    open_app(wayans)
    wayans.evaluate("() => { location.hash = '#/registrations/new'; }")
    name = wayans.locator("input[name=name]")
    name.evaluate("(input) => { input.closest('details').open = true; }")
    name.fill("Sudarma yang belum selesai")
    wayans.wait_for_function("() => /registrations\\/[0-9a-f]{8}-/.test(location.hash)")
    kept(wayans)
    address = wayans.url

    wayans.clock.fast_forward("04:50")
    still_open = wayans.locator("#lock").is_hidden()
    wayans.clock.fast_forward("00:15")
    expect(wayans.locator("#lock-pin")).to_be_focused()
    for _ in range(3):
        wayans.keyboard.press("Escape")
    wayans.keyboard.press("Tab")
    expect(wayans.locator("#lock")).to_be_visible()
    covered = wayans.evaluate(
        "() => document.elementFromPoint(innerWidth / 2, 10).closest('#lock') !== null"
    )
    beneath = name.input_value()
    unlock(wayans)

    assert still_open
    assert covered
    assert beneath == "Sudarma yang belum selesai"
    expect(wayans.locator("#lock")).to_be_hidden()
    expect(name).to_have_value("Sudarma yang belum selesai")
    assert wayans.url == address
    name.fill("Sudarma")
    expect(wayans.locator("[data-saved-text]")).to_contain_text(re.compile("simpan", re.I))


def test_going_back_does_not_go_around_the_lock(wayans):
    open_app(wayans)
    wayans.evaluate("() => { location.hash = '#/outbox'; }")
    wayans.wait_for_function(
        "() => document.querySelector('[data-view]').dataset.shown === 'outbox'"
    )
    wayans.evaluate("() => { location.hash = '#/phone'; }")
    wayans.get_by_role("button", name="Kunci sekarang").click()

    wayans.go_back()
    expect(wayans.locator("#lock-pin")).to_be_visible()
    unlock(wayans)

    wayans.wait_for_function(
        "() => document.querySelector('[data-view]').dataset.shown === 'outbox'"
    )
    expect(wayans.locator("#lock")).to_be_hidden()


def test_whoever_uses_the_app_is_not_locked_out_of_it(wayans):
    wayans.clock.install()
    open_app(wayans)

    for _ in range(4):
        wayans.clock.fast_forward("04:00")
        wayans.keyboard.press("Shift")

    expect(wayans.locator("#lock")).to_be_hidden()


def test_a_phone_that_slept_is_locked_when_it_wakes(wayans):
    """No timer runs while a phone sleeps; the clock has gone on when it wakes."""
    wayans.clock.install()
    open_app(wayans)

    wayans.clock.set_system_time("2030-01-01T00:00:00")
    wayans.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(wayans.locator("#lock-pin")).to_be_visible()


def test_wrong_pins_are_told_and_slow_down_over_a_reload(wayans):
    open_app(wayans)
    wayans.reload()
    error = wayans.locator("#lock-pin-error")

    for _ in range(5):
        wayans.locator("#lock-pin").fill("999111")
        press(wayans, "Buka")
        expect(wayans.locator("#lock-pin")).to_have_value("")
        expect(error).to_be_visible()
    expect(error).to_contain_text("dalam")
    wayans.reload()

    expect(error).to_contain_text("dalam")
    expect(wayans.locator("#lock").get_by_role("button", name="Buka", exact=True)).to_be_disabled()


def test_locking_one_tab_locks_the_other(wayans):
    open_app(wayans)
    other = wayans.context.new_page()
    other.goto("/phone/id/")
    unlock(other)
    expect(other.locator("#lock")).to_be_hidden()

    wayans.evaluate("() => { location.hash = '#/phone'; }")
    wayans.get_by_role("button", name="Kunci sekarang").click()

    expect(other.locator("#lock-pin")).to_be_visible()


def test_the_pin_and_the_pause_are_changed_on_the_page_of_the_phone(wayans):
    open_app(wayans)
    wayans.evaluate("() => { location.hash = '#/phone'; }")
    wayans.locator("[data-lock-idle]").select_option("900000")
    wayans.get_by_text("Ganti PIN").first.click()
    wayans.locator("#lock-old").fill("999111")
    wayans.locator("#lock-new").fill(NEW_PIN)
    wayans.locator("#lock-new-again").fill(NEW_PIN)
    change = wayans.locator("[data-lock-change]").get_by_role("button", name="Ganti PIN")
    change.click()
    expect(wayans.locator("#lock-old-error")).to_contain_text("tidak cocok")
    wayans.locator("#lock-old").fill(PIN)
    change.click()
    expect(wayans.locator("[data-lock-said]")).to_have_text("PIN sudah diganti.")
    wayans.reload()

    unlock(wayans, PIN)
    expect(wayans.locator("#lock-pin-error")).to_be_visible()
    unlock(wayans, NEW_PIN)
    expect(wayans.locator("#lock")).to_be_hidden()
    wayans.evaluate("() => { location.hash = '#/phone'; }")
    expect(wayans.locator("[data-lock-idle]")).to_have_value("900000")


def kept(page):
    """What was typed is on the disk: a reload in the same breath would be too early."""
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan di ponsel")
    expect(page.locator("#registration[data-keeping]")).to_have_count(0)


def test_a_forgotten_pin_opens_again_through_a_supervisor_and_nothing_is_lost(live, wayans):
    open_app(wayans)
    wayans.evaluate("() => { location.hash = '#/registrations/new'; }")
    name = wayans.locator("input[name=name]")
    name.evaluate("(input) => { input.closest('details').open = true; }")
    name.fill("Sudarma")
    wayans.wait_for_function("() => /registrations\\/[0-9a-f]{8}-/.test(location.hash)")
    kept(wayans)
    wayans.reload()
    press(wayans, "Saya lupa PIN")
    press(wayans, "Minta kepada penyelia")
    shown = wayans.locator(".lock-number")
    expect(shown).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    number = shown.inner_text()
    wayans.reload()
    expect(shown).to_have_text(number)

    ketuts = live.phone("ketut")
    ketuts.goto("/devices/recoveries/")
    field = ketuts.get_by_label("Nomor di ponsel")
    field.fill("000 000" if number != "000 000" else "000 001")
    ketuts.get_by_role("button", name="Izinkan ponsel ini dibuka lagi").click()
    expect(ketuts.locator(".field-error")).to_contain_text("Bukan ini nomor")
    press(wayans, "Lihat lagi")
    expect(wayans.locator("[data-lock-state=waiting]")).to_be_visible()
    ketuts.get_by_label("Nomor di ponsel").fill(number)
    ketuts.get_by_role("button", name="Izinkan ponsel ini dibuka lagi").click()
    expect(ketuts.locator("[data-flashes]")).to_contain_text("boleh dibuka lagi")
    press(wayans, "Lihat lagi")
    wayans.locator("#lock-renewed").fill(NEW_PIN)
    wayans.locator("#lock-renewed-again").fill(NEW_PIN)
    press(wayans, "Simpan PIN")
    expect(wayans.locator("#lock")).to_be_hidden()

    expect(wayans.locator("[data-view]")).to_contain_text("Sudarma")
    wayans.wait_for_timeout(300)
    with live.app.app_context(), reading() as session:
        row = session.scalars(select(Recovery)).one()
        deeds = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("recovery."))
            .order_by(AuditEntry.seq)
        ).all()
        assert (row.state, row.wrapped, row.released) == (RecoveryState.TAKEN, None, None)
        assert deeds == ["recovery.ask", "recovery.approve", "recovery.take"]
    wayans.reload()
    unlock(wayans, PIN)
    expect(wayans.locator("#lock-pin-error")).to_be_visible()
    unlock(wayans, NEW_PIN)
    expect(wayans.locator("#lock")).to_be_hidden()


def test_a_pin_that_comes_back_to_mind_is_enough(wayans):
    open_app(wayans)
    wayans.reload()
    press(wayans, "Saya lupa PIN")
    press(wayans, "Minta kepada penyelia")
    expect(wayans.locator(".lock-number")).to_be_visible()
    press(wayans, "Kembali ke PIN")
    unlock(wayans)

    expect(wayans.locator("#lock")).to_be_hidden()
    wayans.reload()
    expect(wayans.locator("#lock-pin")).to_be_visible()


def test_two_people_on_one_phone_each_have_a_pin_and_see_their_own(live, wayans):
    open_app(wayans)
    wayans.evaluate("() => { location.hash = '#/registrations/new'; }")
    name = wayans.locator("input[name=name]")
    name.evaluate("(input) => { input.closest('details').open = true; }")
    name.fill("Sudarma")
    wayans.wait_for_function("() => /registrations\\/[0-9a-f]{8}-/.test(location.hash)")
    kept(wayans)
    wayans.context.add_cookies(
        [{"name": "fieldapp", "value": live.cookie("made"), "url": live.url}]
    )

    wayans.goto("/phone/id/#/")
    wayans.reload()
    wayans.get_by_role("button", name=re.compile("I Made Artana")).click()
    set_pin(wayans, NEW_PIN, NEW_PIN)
    expect(wayans.locator("#lock")).to_be_hidden()
    expect(wayans.get_by_role("heading", level=1)).to_contain_text("Made")

    assert "Sudarma" not in wayans.locator("[data-view]").inner_text()
    wayans.reload()
    wayans.get_by_role("button", name=re.compile("I Made Artana")).click()
    press(wayans, "Bukan Anda?")
    wayans.get_by_role("button", name=re.compile("I Wayan Sudiarta")).click()
    unlock(wayans, NEW_PIN)
    expect(wayans.locator("#lock-pin-error")).to_be_visible()
    unlock(wayans, PIN)
    expect(wayans.locator("[data-view]")).to_contain_text("Sudarma")


@pytest.mark.parametrize("part", ["open", "choose", "forgotten", "asked", "renew", "signal"])
def test_each_part_of_the_lock_can_be_used_by_everybody(wayans, part):
    wayans.goto("/phone/id/")
    wayans.locator("#lock-first").wait_for()
    wayans.evaluate(
        "(name) => { for (const each of document.querySelectorAll('#lock [data-lock]'))"
        " each.hidden = each.dataset.lock !== name; }",
        part,
    )

    found = Axe().run(wayans, context="#lock")

    assert found.response["violations"] == []
