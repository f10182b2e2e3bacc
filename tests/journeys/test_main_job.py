"""The main job, from a phone to printed paper: four people, four real sign-ins, one worker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldapp.database import reading
from fieldapp.services import audit
from tests.documents.reading import fonts_of, opened, pictures_on, sizes_mm, squeezed, text_of
from tests.journeys.test_registering import (
    begin,
    choose,
    draw,
    jpeg,
    open_section,
    saved,
    type_into,
)
from tests.world import PASSWORD

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parents[2]
NAME = "I Wayan Sudarma Putra"


def sign_in(live, username: str) -> Page:
    """Through the sign-in page, on a phone of 360 pixels."""
    context = live.browser.new_context(
        base_url=live.url, viewport={"width": 360, "height": 740}, locale="id-ID"
    )
    live.contexts.append(context)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def register(page: Page) -> None:
    """Wayan fills in everything that a complete form needs."""
    begin(page)
    choose(page, "ktp_photo", jpeg(1600, 1200))
    expect(page.locator("[data-photo=ktp_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    type_into(page, "nik", "5171011205850003")
    type_into(page, "name", NAME)
    type_into(page, "birth_place", "Denpasar")
    page.locator("[data-next=person] button").click()
    type_into(page, "mother_name", "Ni Wayan Rasmi")
    type_into(page, "phone", "0812 3456 7890")
    page.locator("[data-next=address] button").click()
    type_into(page, "street", "Jalan Raya Sesetan No. 12")
    type_into(page, "banjar", "Br. Kaja")
    type_into(page, "village_code", "seset")
    page.get_by_role("option", name="Sesetan").click()
    page.locator("[data-next=work] button").click()
    type_into(page, "income", "1.500.000")
    page.locator("[data-next=family] button").click()
    page.locator("[data-next=consent] button").click()
    choose(page, "face_photo", jpeg(1200, 1600))
    expect(page.locator("[data-photo=face_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    open_section(page, "consent")
    page.locator("#consent_version").check()
    draw(page)
    saved(page)
    page.locator(".main-action button").click()
    page.wait_for_url(re.compile(r"/registrations/[0-9a-f-]{36}$"))


def work(live) -> None:
    """The worker, as a process of its own, does what waits."""
    settings = live.app.extensions["fieldapp.settings"]
    environment = {
        **os.environ,
        "FLASK_APP": "wsgi",
        "FIELDAPP_ENV": "test",
        "FIELDAPP_DATA": str(settings.data),
        "FIELDAPP_DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "flask", "worker", "--once"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)


def download(page: Page) -> bytes:
    """The file behind the link that opens it."""
    address = page.get_by_role("link", name="Buka file").get_attribute("href")
    answer = page.request.get(address or "")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def print_batch(live, page: Page, kind: str) -> bytes:
    """Putu prints one kind of paper of the batch and waits for it."""
    page.goto("/press/")
    page.get_by_label(kind, exact=True).check()
    page.get_by_role("button", name="Lihat yang akan dicetak").click()
    listed = page.get_by_role("heading", name="Berkas yang mana?")
    if listed.is_visible():
        page.get_by_role("link", name="B-").click()
    page.get_by_role("button", name="Cetak untuk 1 pekerja").click()
    page.wait_for_url(re.compile("/press/jobs/"))
    work(live)
    page.wait_for_url(re.compile("/press/documents/"))
    return download(page)


def test_a_worker_goes_from_a_phone_to_a_printed_form_and_card(live, tmp_path):
    wayan = sign_in(live, "wayan")
    register(wayan)
    registration = wayan.url
    wayan.goto("/batches/new")
    wayan.get_by_role("button", name="Masukkan ke berkas").click()
    wayan.get_by_role("button", name="Kirim 1 pekerja").click()
    expect(wayan.locator("main")).to_contain_text("Diajukan")

    ketut = sign_in(live, "ketut")
    ketut.get_by_role("link", name="Mulai dengan").click()
    expect(ketut.locator("main")).to_contain_text(NAME)
    ketut.get_by_label("Setujui", exact=True).first.check()
    ketut.locator(".main-action button").click()
    expect(ketut.locator("[data-flashes]")).not_to_be_empty()

    putu = sign_in(live, "putu")
    form = print_batch(live, putu, "Formulir pendaftaran")
    listed = print_batch(live, putu, "Daftar berkas")
    cards = print_batch(live, putu, "Kartu, sepuluh selembar A4")
    putu.goto(registration)
    putu.get_by_role("button", name="Cetak kartu").click()
    number = "2026-000001"

    text = squeezed(text_of(form, tmp_path))
    for wanted in (
        NAME, "5171011205850003", "Ni Wayan Rasmi", "0812-3456-7890", "Sesetan",
        "Denpasar Selatan", "Rp1.500.000", "I Wayan Sudiarta", "Ni Ketut Suryani", number,
        "bukan formulir resmi BPJS Ketenagakerjaan",
    ):  # fmt: skip
        assert squeezed(wanted) in text
    assert sizes_mm(form) == [pytest.approx((210, 297), abs=0.1)]
    assert all(fonts_of(form).values())

    assert sizes_mm(listed)[0] == pytest.approx((297, 210), abs=0.1)
    assert NAME in text_of(listed, tmp_path)
    assert number.partition("-")[0] in text_of(listed, tmp_path)

    assert sizes_mm(cards) == [pytest.approx((210, 297), abs=0.1)] * 2
    printed = squeezed(text_of(cards, tmp_path))
    assert squeezed(NAME) in printed
    assert number in printed
    assert "5171011205850003" not in printed
    assert squeezed("Ni Wayan Rasmi") not in printed

    with live.app.app_context(), reading() as session:
        held, fault = audit.verify(session)
    assert fault is None
    assert held > 10


def test_a_draft_with_hardly_anything_in_it_prints_as_a_watermarked_draft(live, tmp_path):
    wayan = sign_in(live, "wayan")
    begin(wayan)
    type_into(wayan, "name", "Sudarma")
    saved(wayan)
    wayan.goto(wayan.url.removesuffix("/form"))

    with wayan.expect_navigation():
        wayan.get_by_role("button", name="Draf formulir").click()
    answer = wayan.request.get(wayan.url)

    text = text_of(answer.body(), tmp_path)
    assert "Sudarma" in text
    assert "belum bernomor" in text
    assert "Januari" not in text.partition("Tanggal lahir")[2].partition("Nama ibu")[0]
    with opened(answer.body()) as pdf:
        assert pictures_on(pdf.pages[0]) == []
