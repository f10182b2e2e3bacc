"""What cannot be sent is exported, taken in by a colleague, and arrives once."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from fieldapp.models.registrations import Registration, RegistrationHand
from fieldapp.models.users import User
from tests.journeys.conftest import Live
from tests.journeys.field import Field

pytestmark = pytest.mark.journey


@pytest.fixture
def wayan(live: Live) -> Field:
    """Three workers, and no signal for days."""
    wayan = Field(live, "wayan", sending=False)
    wayan.context.set_offline(True)
    wayan.finish(3)
    return wayan


def export(phone: Field, folder: Path) -> tuple[Path, str]:
    """Make the file on the screen; where it lies, and the code beside it."""
    page = phone.unlock("#/rescue")
    page.get_by_role("button", name="Buat file ekspor").click()
    shown = page.get_by_label("Kode file")
    expect(shown).not_to_be_empty(timeout=20_000)
    code = shown.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Simpan file").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path, code


def take_in(page: Page, path: Path, code: str) -> None:
    page.evaluate("location.hash = '#/rescue'")
    page.get_by_label("File ekspor").set_input_files(path)
    page.get_by_label("Kode", exact=True).fill(code)
    page.get_by_role("button", name="Terima", exact=True).click()


def count(field: Field) -> int:
    return field.on_server(lambda session: session.scalar(select(func.count(Registration.id))))


def test_a_supervisor_takes_it_in_twice_and_it_arrives_once_as_its_makers(live, wayan, tmp_path):
    path, code = export(wayan, tmp_path)
    ketut = Field(live, "ketut", sending=False)
    page = ketut.unlock()

    take_in(page, path, code.lower().replace("-", " "))
    expect(page.get_by_text("3 diterima dari I Wayan Sudiarta.")).to_be_visible(timeout=20_000)
    page.evaluate("location.hash = '#/outbox'")
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible(timeout=20_000)
    take_in(page, path, code)
    expect(page.get_by_text("3 diterima dari I Wayan Sudiarta.")).to_be_visible(timeout=20_000)
    page.evaluate("location.hash = '#/outbox'")
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible(timeout=20_000)

    assert count(wayan) == 3
    makers = ketut.on_server(
        lambda session: set(
            session.scalars(
                select(User.username).join(Registration, Registration.created_by == User.id)
            )
        )
    )
    assert makers == {"wayan"}
    hands = ketut.on_server(
        lambda session: set(
            session.scalars(
                select(User.username).join(RegistrationHand, RegistrationHand.user_id == User.id)
            )
        )
    )
    assert hands == {"wayan", "ketut"}
    assert ketut.at_rest("photos") == ketut.at_rest("outbox") == []


def test_the_phone_itself_comes_back_after_all_and_nothing_is_doubled(live, wayan, tmp_path):
    path, code = export(wayan, tmp_path)
    ketut = Field(live, "ketut", sending=False)
    page = ketut.unlock()
    take_in(page, path, code)
    page.evaluate("location.hash = '#/outbox'")
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible(timeout=20_000)

    wayan.context.set_offline(False)
    wayan.page.evaluate("location.hash = '#/outbox'")
    expect(wayan.page.get_by_text("Tidak ada yang menunggu")).to_be_visible(timeout=20_000)

    assert count(wayan) == 3


def test_a_wrong_code_another_file_and_another_agency_change_nothing(live, wayan, tmp_path):
    path, code = export(wayan, tmp_path)
    assert Axe().run(wayan.page).violations_count == 0
    made = Field(live, "made", sending=False)
    page = made.unlock("#/rescue")
    other = tmp_path / "surat.pdf"
    other.write_bytes(b"%PDF-1.7" + bytes(200))

    take_in(page, path, "0000-0000-0000-0000")
    expect(page.get_by_text("Kodenya tidak membuka file ini.")).to_be_visible(timeout=20_000)
    take_in(page, other, code)
    expect(page.get_by_text("Ini bukan file aplikasi ini.")).to_be_visible()
    take_in(page, path, code)
    expect(page.get_by_text("File ini dari instansi lain.")).to_be_visible(timeout=20_000)

    assert made.at_rest("outbox") == []


def test_signing_out_is_refused_until_what_waits_is_sent_or_exported(live, wayan, tmp_path):
    page = wayan.unlock("#/phone")
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_text("Belum keluar: masih ada yang belum terkirim.")).to_be_visible()

    export(wayan, tmp_path)
    page.get_by_label("File sudah di tangan yang aman").check()
    expect(page.get_by_text("Tercatat.")).to_be_visible()
    wayan.page.route("**/api/v1/registrations/**", lambda route: route.abort())
    wayan.page.route("**/api/v1/photos/**", lambda route: route.abort())
    wayan.context.set_offline(False)
    page.evaluate("location.hash = '#/phone'")
    page.get_by_role("button", name="Keluar").click()
    expect(page.locator("#lock")).to_be_visible()

    wayan.page.goto("/")
    expect(wayan.page.get_by_text("Anda sudah keluar.")).to_be_visible()
    states = [row["state"] for row in wayan.at_rest("outbox")]
    assert states == ["waiting"] * 3, "it goes on waiting for its owner"


def test_the_pages_with_a_signal_refuse_too(live, wayan):
    wayan.page.close()
    wayan.context.set_offline(False)
    page = wayan.context.new_page()
    page.goto("/")
    page.locator("details.menu > summary").first.click()
    page.get_by_role("button", name="Keluar").click()

    expect(page).to_have_url(f"{live.url}/phone/id/#/outbox")
    page.locator("#lock [name=pin]").fill("271828")
    page.get_by_role("button", name="Buka", exact=True).click()
    expect(page.get_by_text("Belum keluar: masih ada yang belum terkirim.")).to_be_visible()


def test_with_nothing_waiting_signing_out_is_as_ever(live):
    page = live.phone("wayan")
    page.goto("/")
    page.locator("details.menu > summary").first.click()
    page.get_by_role("button", name="Keluar").click()

    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    names = page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)")
    assert names == [], "looking made no store"
