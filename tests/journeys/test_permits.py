"""The permit officer at the counter, on a small phone and at a desk; axe looks at each page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from fieldapp.clock import now_utc
from fieldapp.database import transaction
from tests.companies import a_company
from tests.world import World

DESK = {"width": 1280, "height": 800}
PICTURES = os.environ.get("FIELDAPP_TEST_PICTURES", "")


@pytest.fixture
def counter(live):
    """A company without papers is kept."""
    with live.app.app_context(), transaction() as session:
        a_company(session, World(session).putu, now=now_utc())
    return live


def look(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing to scroll sideways, one h1; and a picture if wished."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{name} is {width} pixels too wide"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_company_is_searched_checked_and_its_result_is_at_hand(counter, screen):
    options = {} if screen == "phone" else {"viewport": DESK}
    page = counter.phone("komang", **options)
    page.goto("/")
    look(page, f"{screen}-home")

    page.get_by_role("searchbox").fill("sanur bahri")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("link", name="PT Sanur Bahari Mandiri")).to_be_visible()
    look(page, f"{screen}-search")
    page.get_by_role("link", name="PT Sanur Bahari Mandiri").click()

    expect(page.get_by_text("Belum ada sertifikat kepesertaan.")).to_be_visible()
    look(page, f"{screen}-check")
    page.get_by_role("button", name="Periksa dan catat").click()
    expect(page.get_by_role("link", name="Pilih izinnya.")).to_be_visible()
    page.get_by_label("Izin usaha").check()
    page.get_by_label("Nomor permohonan").fill("OSS/2026/0042")
    page.get_by_role("button", name="Periksa dan catat").click()

    expect(page.get_by_role("heading", name="Belum layak")).to_be_visible()
    expect(page.get_by_text("OSS/2026/0042")).to_be_visible()
    look(page, f"{screen}-result")
    page.goto("/permits/checks")
    look(page, f"{screen}-checks")
    page.goto("/companies/")
    look(page, f"{screen}-companies")
    page.get_by_role("link", name="PT Sanur Bahari Mandiri").click()
    expect(page.get_by_role("heading", name="PT Sanur Bahari Mandiri")).to_be_visible()
    look(page, f"{screen}-company")


def test_the_clerk_hands_in_a_photo_of_a_receipt_and_the_officer_verifies_it(counter, tmp_path):
    photo = tmp_path / "bukti.jpg"
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(photo, "JPEG")
    clerk = counter.phone("putu")
    clerk.goto("/companies/?q=sanur")
    clerk.get_by_role("link", name="PT Sanur Bahari Mandiri").click()
    clerk.get_by_role("link", name="Tambah bukti bayar").click()
    expect(clerk.get_by_label("Bulan terakhir dibayar")).to_be_visible()
    look(clerk, "phone-paper")
    clerk.get_by_label("Berkas").set_input_files(str(photo))
    clerk.get_by_label("Nomor", exact=True).fill("26110001")
    clerk.get_by_label("Bulan terakhir dibayar").fill("Oktober 2026")
    clerk.get_by_role("button", name="Serahkan berkas").click()
    expect(clerk.get_by_text("Menunggu diperiksa").first).to_be_visible()

    officer = counter.phone("komang")
    officer.goto("/")
    officer.get_by_role("link", name="Lihat berkasnya").click()
    officer.get_by_role("link", name="PT Sanur Bahari Mandiri").first.click()
    expect(officer.get_by_role("button", name="Asli dan sesuai")).to_be_visible()
    look(officer, "phone-verify")
    officer.get_by_role("button", name="Asli dan sesuai").click()

    expect(officer.get_by_text("Berkas sudah diperiksa.")).to_be_visible()
    expect(officer.get_by_text("Oktober 2026").first).to_be_visible()
