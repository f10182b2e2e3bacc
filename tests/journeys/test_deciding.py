"""Ketut decides on what Wayan sent: by keyboard at a desk, with a thumb on a phone."""

from __future__ import annotations

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fieldapp.database import reading, transaction
from fieldapp.models.batches import Batch, Verdict
from fieldapp.models.registrations import Registration
from fieldapp.services import decisions
from fieldapp.services.decisions import RowVerdict
from tests.conftest import NOW
from tests.filing import register, send
from tests.world import World

pytestmark = pytest.mark.journey

DESK = {"width": 1280, "height": 800}
NAMES = ("I Wayan Sudarma", "Ni Made Suartini", "Sudarma", "I Ketut Rai Mahendra")


@pytest.fixture
def batch(app) -> tuple[UUID, list[UUID]]:
    """Four workers whom Wayan sent; nobody's photo is there yet, so each has findings."""
    with app.app_context(), transaction() as session:
        world = World(session)
        rows = [
            register(session, world.wayan, NOW, serial=serial, name=name)
            for serial, name in enumerate(NAMES, start=1)
        ]
        sent, _sending = send(session, world.wayan, rows, NOW)
        return sent.id, [row.id for row in rows]


def stages(live, ids: list[UUID]) -> list[str]:
    with live.app.app_context(), reading() as session:
        return [session.get(Registration, each).stage.value for each in ids]


def no_sideways_scroll(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def axe_finds_nothing(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_batch_is_decided_by_keyboard_alone(live, batch):
    _batch_id, ids = batch
    page = live.phone("ketut", viewport=DESK)
    page.goto("/")
    page.get_by_role("link", name="Mulai dengan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Putuskan")
    axe_finds_nothing(page)

    page.keyboard.press("?")
    expect(page.locator("[data-shortcuts]")).to_have_attribute("open", "")
    page.keyboard.press("j")
    expect(page.locator(f"#row-{ids[0]}")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(f"#row-{ids[1]}")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator(f"#reason-{ids[1]}")).to_be_focused()
    page.keyboard.type("Foto jari ke arah kamera")
    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{ids[2]}")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.type("Bukan juru parkir")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    expect(page.locator(f"#row-{ids[2]}")).to_be_focused()

    page.get_by_role("button", name="Simpan 3 keputusan").click()

    expect(
        page.get_by_text("1 baris disetujui, 1 baris dikembalikan, 1 baris ditolak.")
    ).to_be_visible()
    assert stages(live, ids) == ["approved", "returned", "submitted", "rejected"]


def test_a_batch_is_decided_with_a_thumb(live, batch):
    batch_id, ids = batch
    page = live.phone("ketut")
    page.goto(f"/batches/{batch_id}/decide")
    assert no_sideways_scroll(page)
    axe_finds_nothing(page)

    card = page.locator(f"#row-{ids[0]}")
    card.get_by_text("Kembalikan", exact=True).tap()
    expect(card.get_by_label("Alasan, bila dikembalikan atau ditolak")).to_be_visible()
    page.get_by_role("button", name="Simpan 1 keputusan").tap()
    expect(page.get_by_text("Tulis alasannya, agar bisa diperbaiki.")).to_be_visible()
    card.get_by_label("Alasan, bila dikembalikan atau ditolak").fill("Foto KTP tidak terbaca")
    page.get_by_role("button", name="Simpan 1 keputusan").tap()

    expect(page.get_by_text("1 baris dikembalikan.")).to_be_visible()
    assert stages(live, ids)[0] == "returned"


def test_the_slower_of_two_supervisors_is_told_and_loses_nothing(live, batch):
    batch_id, ids = batch
    page = live.phone("ketut", viewport=DESK)
    page.goto(f"/batches/{batch_id}/decide")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("x")
    page.keyboard.type("Bukan juru parkir")
    with live.app.app_context(), transaction() as session:
        decisions.decide(
            session,
            actor=World(session).ketut,
            batch=session.get(Batch, batch_id),
            verdicts=[RowVerdict(ids[0], Verdict.RETURN, "KTP lama")],
            now=NOW,
        )

    page.get_by_role("button", name="Simpan 2 keputusan").click()

    expect(page.get_by_text("Ada yang lebih dulu memutuskan.")).to_be_visible()
    expect(page.get_by_text("(KTP lama)")).to_be_visible()
    assert stages(live, ids)[:2] == ["returned", "submitted"]
    page.get_by_role("button", name="Simpan 1 keputusan").click()
    expect(page.get_by_text("1 baris ditolak.")).to_be_visible()
    assert stages(live, ids)[:2] == ["returned", "rejected"]


def test_wayan_sends_a_batch_and_reads_why_a_worker_came_back(live, app, batch):
    batch_id, ids = batch
    with app.app_context(), transaction() as session:
        world = World(session)
        register(session, world.wayan, NOW, serial=11, name="I Nyoman Gejir")
        register(session, world.wayan, NOW, serial=12, name="Ni Luh Asih", mother_name="")
        decisions.decide(
            session,
            actor=world.ketut,
            batch=session.get(Batch, batch_id),
            verdicts=[RowVerdict(ids[0], Verdict.RETURN, "Foto KTP tidak terbaca")],
            now=NOW,
        )
    page = live.phone("wayan")
    page.goto("/")
    expect(page.get_by_text("Foto KTP tidak terbaca")).to_be_visible()
    axe_finds_nothing(page)

    page.get_by_role("link", name="Buat berkas").tap()
    expect(page.get_by_role("heading", name="Buat berkas")).to_be_visible()
    axe_finds_nothing(page)
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Masukkan ke berkas").tap()
    expect(page.get_by_role("button", name="Kirim 2 pekerja")).to_be_visible()
    axe_finds_nothing(page)
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Kirim 2 pekerja").tap()

    expect(page.get_by_text("2 pekerja dikirim.")).to_be_visible()
    page.goto("/batches")
    axe_finds_nothing(page)
    assert no_sideways_scroll(page)


@pytest.mark.parametrize("who", ["ketut", "putu", "komang", "gede", "luh"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_home_of_each_role_is_whole(live, batch, who, size):
    page = live.phone(who, **({"viewport": DESK} if size == "desk" else {}))

    page.goto("/")

    axe_finds_nothing(page)
    assert no_sideways_scroll(page)
