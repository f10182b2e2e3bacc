"""Wayan works where there is no signal: he opens the app, registers a worker, loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Response
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from fieldapp.database import reading
from fieldapp.domain.permissions import Permission
from fieldapp.models.parts import RegistrationPart
from fieldapp.models.registrations import Registration
from fieldapp.web.gate import needs
from tests.conftest import CHROMIUM
from tests.journeys.conftest import PHONE, Live
from tests.journeys.test_registering import choose, draw, jpeg, open_section, type_into

pytestmark = pytest.mark.journey

PIN = "271828"
NIK = "5171 0112 0585 0003"
# Nothing listens on this port: whatever asks the network for anything is refused.
NOWHERE = ("--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>")

Phones = Callable[..., Page]


@pytest.fixture
def phone(live: Live, tmp_path: Path) -> Iterator[Phones]:
    """Opens the browser of a phone, closing it first; what it keeps stays there.

    signal: whether this time there is one. Without one the browser has no network at all.
    """
    opened: dict[str, BrowserContext] = {}

    def open_phone(*, signal: bool = True, username: str = "wayan", **options: Any) -> Page:
        if username in opened:
            opened.pop(username).close()
        context = live.browser.browser_type.launch_persistent_context(
            tmp_path / f"phone-{username}",
            executable_path=CHROMIUM,
            args=["--no-sandbox", *(() if signal else NOWHERE)],
            base_url=live.url,
            viewport=options.pop("viewport", PHONE),
            has_touch=True,
            locale="id-ID",
            **options,
        )
        opened[username] = context
        if signal:
            cookie = live.cookie(username)
            context.add_cookies([{"name": "fieldapp", "value": cookie, "url": live.url}])
        page = context.pages[0]
        page.on("pageerror", live._complain)
        page.on("console", live._overheard)
        return page

    yield open_phone
    for context in opened.values():
        context.close()


def start(page: Page) -> None:
    """The first start, with a signal: a PIN is chosen, and everything is fetched for later."""
    page.goto("/phone/")
    page.locator("#lock-first").fill(PIN)
    page.locator("#lock-again").fill(PIN)
    page.locator("[data-lock=choose] [data-lock-go]").click()
    at(page, "home")
    ready(page)


def ready(page: Page) -> None:
    """Until the phone can do without a signal."""
    last = monotonic() + 30
    while not page.evaluate(READY):
        assert monotonic() < last, "the phone is not ready"
        page.wait_for_timeout(100)


READY = """async () => {
  const kept = await caches.keys();
  if (!kept.some((name) => name.startsWith("phone-"))) return false;
  if (!navigator.serviceWorker.controller) return false;
  const app = document.querySelector("script[type=module]").src;
  const { accounts, openStore } = await import(app.replace("app.js", "store.js"));
  const [{ id }] = await accounts();
  const store = await openStore(id);
  const names = await store.keys("reference");
  return ["reference", "words:id"].every((name) => names.includes(name));
}"""


def unlock(page: Page, hash: str = "#/") -> None:  # noqa: A002
    page.goto(f"/phone/{hash}")
    page.locator("#lock-pin").fill(PIN)
    page.locator("[data-lock=open] [data-lock-go]").click()


def at(page: Page, view: str) -> None:
    expect(page.locator("[data-view]")).to_have_attribute("data-shown", view, timeout=20_000)


def begin(page: Page) -> None:
    page.locator("[data-place=new]").click()
    at(page, "form")


def kept(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(
        re.compile(r"Tersimpan di ponsel \d\d\.\d\d"), timeout=10_000
    )
    expect(page.locator("#registration[data-keeping]")).to_have_count(0)


def arrived(live: Live, page: Page) -> Any:
    """What the server holds of the one worker, once it has come."""
    last = monotonic() + 30
    while monotonic() < last:
        with live.app.app_context(), reading() as session:
            row = session.scalars(select(Registration)).one_or_none()
            if row is not None:
                parts = select(RegistrationPart.kind).filter_by(registration_id=row.id)
                return (
                    row.name, row.nik, row.village_code, row.income, len(row.family or []),
                    row.consent_version, {kind.value for kind in session.scalars(parts)},
                )  # fmt: skip
        page.wait_for_timeout(100)
    pytest.fail("nothing has arrived")


def axe_finds_nothing(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def fill_all(page: Page) -> None:
    """Everything that a form needs, as Wayan types it."""
    type_into(page, "nik", NIK)
    page.keyboard.press("Tab")
    type_into(page, "name", "Sudarma")
    type_into(page, "birth_place", "Denpasar")
    open_section(page, "person")
    type_into(page, "mother_name", "Ni Wayan Rasmi")
    type_into(page, "phone", "+62 812 3456 7890")
    open_section(page, "address")
    type_into(page, "street", "Jalan Raya Sesetan No. 12")
    type_into(page, "village_code", "seset")
    expect(page.get_by_role("option", name="Sesetan")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    open_section(page, "work")
    type_into(page, "income", "1,5jt")
    expect(page.locator("[data-slot=monthly]")).to_have_text("Rp11.400")
    open_section(page, "family")
    page.locator("#family-0-relation").select_option("spouse")
    type_into(page, "family-0-name", "Ni Made Sukerti")
    expect(page.locator("[data-heirs]")).to_contain_text("Ni Made Sukerti")
    open_section(page, "consent")
    page.locator("#consent_version").check()


def test_a_worker_is_registered_without_a_signal_and_is_still_there_when_the_phone_was_closed(
    live, phone
):
    start(phone())

    page = phone(signal=False)
    unlock(page)
    at(page, "home")
    expect(page.locator("[data-signal]")).to_be_visible()
    begin(page)
    fill_all(page)
    open_section(page, "ktp")
    choose(page, "ktp_photo", jpeg(3000, 2000))
    expect(page.locator("[data-photo=ktp_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan di ponsel ini."
    )
    open_section(page, "consent")
    choose(page, "face_photo", jpeg(2000, 3000))
    expect(page.locator("[data-photo=face_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan di ponsel ini."
    )
    draw(page)
    expect(page.locator("[data-signature-status]")).to_have_text(
        "Tanda tangan tersimpan di ponsel ini."
    )
    kept(page)

    page = phone(signal=False)
    unlock(page)
    page.locator("[data-list=drafts] a", has_text="Sudarma").click()
    at(page, "form")
    open_section(page, "ktp")
    expect(page.locator("#nik")).to_have_value(NIK)
    expect(page.locator("[data-photo=ktp_photo] img")).to_have_js_property("naturalWidth", 1280)
    expect(page.locator("#village_code")).to_have_value("Sesetan, Denpasar Selatan, Kota Denpasar")
    expect(page.locator("#family-0-name")).to_have_value("Ni Made Sukerti")
    expect(page.locator("#consent_version")).to_be_checked()
    open_section(page, "consent")
    expect(page.locator("[data-signature-kept]")).to_be_visible()
    page.locator(".main-action button").click()
    at(page, "home")
    expect(page.locator("[data-unsent]")).to_have_text("1")

    page = phone()
    unlock(page)
    at(page, "home")
    row = arrived(live, page)
    assert row == (
        "Sudarma", "5171011205850003", "51.71.01.1003", 1_500_000, 1, "2026-11",
        {"ktp", "face", "signature"},
    )  # fmt: skip
    expect(page.locator("[data-unsent]")).to_be_hidden()


def test_what_is_wrong_is_said_beside_the_field_without_a_signal(live, phone):
    start(phone())
    page = phone(signal=False, reduced_motion="reduce")
    unlock(page, "#/registrations/new")
    at(page, "form")

    type_into(page, "nik", "5171 0112 0585 000")
    page.keyboard.press("Tab")
    expect(page.locator("[data-field=nik] .field-error")).to_contain_text("15")
    page.locator("#nik").fill("5171 0112 0585 0003")
    page.locator("#birth_date-day").fill("13")
    expect(page.locator("[data-field=birth_date] .field-warning")).to_contain_text("12 Mei 1985")
    open_section(page, "work")
    page.locator("#income").fill("100jt")
    expect(page.locator("[data-field=income] .field-warning")).to_be_visible()
    page.locator(".main-action button").click()

    summary = page.locator("[data-form=wrong]")
    expect(summary).to_contain_text("Nama ibu kandung: Mohon diisi.")
    summary.get_by_role("link", name="Nama ibu kandung").click()
    expect(page.locator("#mother_name")).to_be_focused()
    page.evaluate("document.querySelectorAll('form details').forEach((e) => { e.open = true; })")
    axe_finds_nothing(page)
    page.locator("[data-place=home]").click()
    at(page, "home")
    expect(page.locator("[data-list=drafts] a")).to_have_count(1)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    axe_finds_nothing(page)
    page.goto("/phone/#/phone")
    unlock(page, "#/phone")
    at(page, "phone")
    axe_finds_nothing(page)


def test_a_reload_and_the_lock_take_nothing_of_what_was_typed(live, phone):
    page = phone()
    start(page)
    begin(page)
    type_into(page, "name", "Sudarma")
    kept(page)
    address = page.url

    type_into(page, "birth_place", "Denpasar")
    kept(page)
    page.reload()
    page.locator("#lock-pin").fill(PIN)
    page.keyboard.press("Enter")
    at(page, "form")
    assert page.url == address
    expect(page.locator("#name")).to_have_value("Sudarma")
    expect(page.locator("#birth_place")).to_have_value("Denpasar")

    page.locator("#birth_place").fill("Gianyar")
    page.evaluate("document.getElementById('birth_place').dataset.untouched = 'yes'")
    lock_from_elsewhere(page)
    expect(page.locator("#lock[open]")).to_be_visible()
    page.locator("#lock-pin").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("#lock[open]")).to_have_count(0)
    expect(page.locator("#birth_place")).to_have_attribute("data-untouched", "yes")
    expect(page.locator("#birth_place")).to_have_value("Gianyar")


def lock_from_elsewhere(page: Page) -> None:
    """Another tab of this phone is locked, and this one with it."""
    page.evaluate(
        """async () => {
          const app = document.querySelector("script[type=module]").src;
          const { accounts } = await import(app.replace("app.js", "store.js"));
          const [{ id }] = await accounts();
          new BroadcastChannel(`fieldapp-lock-${id}`).postMessage("lock");
        }"""
    )


def test_a_page_that_cannot_be_had_leads_to_what_works(live, phone):
    start(phone())

    page = phone(signal=False)
    page.goto("/registrations/")

    page.locator("#lock-pin").fill(PIN)
    page.keyboard.press("Enter")
    at(page, "home")
    expect(page.locator("[data-notice=elsewhere]")).to_be_visible()
    expect(page.locator("[data-elsewhere]")).to_have_attribute("href", "/registrations/")
    assert page.url.endswith("/phone/id/#/")

    page.goto("/registrations/new")
    page.locator("#lock-pin").fill(PIN)
    page.keyboard.press("Enter")
    at(page, "form")


def test_a_new_version_is_offered_and_waits_until_it_is_wanted(live, phone):
    page = phone()
    start(page)
    begin(page)
    type_into(page, "name", "Sudarma")
    kept(page)
    before = page.evaluate("caches.keys()")

    live.app.extensions.pop("fieldapp.shell")
    live.app.jinja_env.globals["settings_name"] = "Fieldapp 2"
    page.evaluate("navigator.serviceWorker.getRegistration().then((each) => each.update())")

    expect(page.locator("[data-notice=update]")).to_be_visible(timeout=30_000)
    assert set(before) < set(page.evaluate("caches.keys()"))
    assert page.title().endswith("Fieldapp")
    expect(page.locator("#name")).to_have_value("Sudarma")
    page.locator("[data-update-now]").click()
    page.locator("#lock-pin").fill(PIN, timeout=30_000)
    page.keyboard.press("Enter")
    at(page, "form")
    expect(page.locator("#name")).to_have_value("Sudarma")
    assert page.title().endswith("Fieldapp 2")


def test_a_new_version_that_does_not_arrive_whole_changes_nothing(live, phone):
    page = phone()
    start(page)
    live.app.extensions.pop("fieldapp.shell")
    live.app.jinja_env.globals["settings_name"] = "Fieldapp 2"
    live.app.view_functions["phone_app.bundle"] = _half_a_bundle

    page.evaluate(
        "navigator.serviceWorker.getRegistration().then((each) => each.update()).catch(() => {})"
    )
    page.wait_for_timeout(1500)

    expect(page.locator("[data-notice=update]")).to_be_hidden()
    assert page.evaluate("navigator.serviceWorker.controller.state") == "activated"
    page = phone(signal=False)
    unlock(page)
    at(page, "home")
    assert page.title().endswith("Fieldapp")


@needs(Permission.PUBLIC)
def _half_a_bundle(**_address: object) -> Response:
    return Response(b'{"headers": {}, "files": [["/phone/id/", "text/html", 9]]}\nhalf')
