"""Putu's morning in the press room: choose, look, print, and go on after a jam."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, func, select

from fieldapp.database import reading, transaction
from fieldapp.models.cards import Card
from fieldapp.models.photos import Photo
from fieldapp.models.registrations import Registration
from tests.conftest import NOW
from tests.documents.reading import codes_on, opened, sizes_mm
from tests.journeys.test_main_job import sign_in, work
from tests.printing import approved_batch, give_faces

pytestmark = pytest.mark.journey

PEOPLE = 33


def file_behind(page: Page, name: str) -> bytes:
    """The file that a link leads to."""
    answer = page.request.get(page.get_by_role("link", name=name).get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def test_a_clerk_prints_cards_and_goes_on_after_a_jam(live, tmp_path):
    batch_id = approved_batch(live.app, NOW, PEOPLE)
    give_faces(live.app, batch_id, NOW)
    with live.app.app_context(), transaction() as session:
        poor = select(Registration.id).where(Registration.name == "Sudarma 9").scalar_subquery()
        session.execute(delete(Photo).where(Photo.registration_id == poor))

    page = sign_in(live, "putu")
    page.goto("/press/printer")
    page.get_by_label("Pada sisi pendek, seperti kalender dinding").check()
    page.get_by_label("Belakang, ke kanan").fill("0,5")
    page.get_by_role("button", name="Ingat printer ini").click()
    expect(page.locator("main")).to_contain_text("Tersimpan di peramban ini")

    page.goto("/press/")
    page.get_by_label("Kartu, sepuluh selembar A4").check()
    page.get_by_label("Berkas", exact=True).select_option(str(batch_id))
    page.get_by_role("button", name="Lihat yang akan dicetak").click()
    expect(page.get_by_role("heading", name="1 pekerja masih kurang datanya")).to_be_visible()
    expect(page.get_by_role("link", name="Sudarma 9", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("belakang digeser 0,5 mm ke kanan")
    first = file_behind(page, "Lihat lembar pertama")
    page.get_by_label("Tinggalkan mereka").check()
    page.get_by_role("button", name="Cetak", exact=True).click()
    page.wait_for_url(re.compile("/press/jobs/"))
    expect(page.locator("main")).to_contain_text("Menunggu giliran")

    colleague = sign_in(live, "putu")
    colleague.goto(f"/press/choice?kind=card&printed=all&batch={batch_id}")
    expect(colleague.locator("main")).to_contain_text("sedang mencetak yang sama")

    work(live)
    page.wait_for_url(re.compile("/press/documents/"))
    expect(page.locator("main")).to_contain_text("Tidak ikut tercetak")
    whole = file_behind(page, "Buka file")
    page.get_by_label(re.compile("Teruskan mulai lembar")).fill("4")
    page.get_by_role("button", name="Lihat siapa di lembar itu").click()
    expect(page.locator("main")).to_contain_text("Lembar 4 dimulai dengan")
    with page.expect_response(re.compile(r"/documents/[0-9a-f-]+\.pdf$")) as told:
        page.get_by_role("button", name="File mulai lembar 4 sampai akhir").click()
    rest = page.request.get(told.value.url).body()

    a4 = pytest.approx((210, 297), abs=0.1)
    assert sizes_mm(first) == [a4] * 2
    assert sizes_mm(whole) == [a4] * 8
    assert sizes_mm(rest) == [a4] * 2
    codes = codes_on(whole, tmp_path)
    assert len(set(codes)) == PEOPLE - 1
    assert set(codes_on(rest, tmp_path)) == set(codes[30:])
    with opened(rest) as pdf:
        assert len(pdf.pages) == 2
    with live.app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Card.id))) == PEOPLE - 1
