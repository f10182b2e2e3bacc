"""The camera screen, with a camera that films a picture of our own."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont
from playwright.sync_api import Browser, Page, expect

from fieldapp.demo.faces import draw_face, looks_by_chance
from fieldapp.domain.vocabulary import Sex
from tests.conftest import CHROMIUM

FONT = next((Path(__file__).parents[2] / "static" / "fonts").rglob("*.ttf"))
LINES = (
    "PROVINSI BALI · KOTA DENPASAR",
    "NIK : 5171 0112 0585 0003",
    "Nama : I WAYAN SUDARMA",
    "Tempat/Tgl Lahir : DENPASAR, 12-05-1985",
    "Jenis Kelamin : LAKI-LAKI",
    "Alamat : JL. RAYA SESETAN NO. 12",
    "RT/RW : 001/002 · SESETAN",
    "Kecamatan : DENPASAR SELATAN",
    "Pekerjaan : JURU PARKIR",
)
FILM = (1280, 720)


def ktp() -> Image.Image:
    """A card that fills the frame of a phone held upright, as the film shows it."""
    card = Image.new("RGB", (1000, 630), "#a9cfe0")
    pen = ImageDraw.Draw(card)
    font = ImageFont.truetype(str(FONT), 40)
    for number, line in enumerate(LINES):
        pen.text((30, 30 + 64 * number), line, font=font, fill="#1d2420")
    film = Image.new("RGB", FILM, "#5a5f52")
    film.paste(card.resize((400, 252), Image.Resampling.LANCZOS), (440, 234))
    return film


def mirrored() -> Image.Image:
    film = ktp()
    ImageDraw.Draw(film).ellipse((560, 290, 720, 410), fill="white")
    return film


def face() -> Image.Image:
    looks = looks_by_chance(Random(3), sex=Sex.FEMALE)
    film = Image.new("RGB", FILM, "#8fae9a")
    portrait = Image.open(BytesIO(draw_face(looks, size=(480, 640))))
    film.paste(portrait, (400, 40))
    return film


@pytest.fixture
def filmed(chromium: Browser, tmp_path: Path) -> Iterator[Any]:
    """A browser whose camera shows a picture; `filmed(picture)` opens it."""
    browsers = []

    def opened(picture: Image.Image) -> Browser:
        path = tmp_path / "film.mjpeg"
        out = BytesIO()
        picture.save(out, "JPEG", quality=92)
        path.write_bytes(out.getvalue() * 4)
        browser = chromium.browser_type.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={path}",
            ],
        )
        browsers.append(browser)
        return browser

    yield opened
    for browser in browsers:
        browser.close()


def begin(page: Page) -> None:
    page.goto("/registrations/new")
    page.locator("label", has=page.locator("#ktp_photo")).click()


def test_a_photo_of_the_ktp_is_taken_within_the_frame_and_kept(live, filmed):
    live.browser = filmed(ktp())
    page = live.phone("wayan")
    begin(page)
    screen = page.get_by_role("dialog", name="Kamera")
    expect(screen.locator("[data-camera-told]")).to_have_text("Cukup tajam dan terang.")

    screen.get_by_role("button", name="Ambil").click()
    screen.get_by_role("button", name="Pakai foto ini").click()

    expect(screen).to_have_count(0)
    expect(page.locator("[data-photo=ktp_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    [(width, height)] = live.kept(lambda row: [(each.width, each.height) for each in row.photos])
    assert 1.5 < width / height < 1.65  # the card alone, not the table it lies on


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (ktp().filter(ImageFilter.GaussianBlur(5)), "Buram"),
        (ImageEnhance.Brightness(ktp()).enhance(0.25), "gelap"),
        (mirrored(), "memantul"),
    ],
)
def test_what_the_picture_lacks_is_said_before_and_after_the_shot(live, filmed, picture, said):
    live.browser = filmed(picture)
    page = live.phone("wayan")
    begin(page)
    told = page.locator("[data-camera-told]")
    expect(told).to_contain_text(said)

    page.get_by_role("button", name="Ambil", exact=True).click()

    expect(told).to_contain_text(said)
    expect(page.get_by_role("button", name="Ulangi")).to_be_focused()
    page.get_by_role("button", name="Ulangi").click()
    expect(page.get_by_role("button", name="Ambil", exact=True)).to_be_visible()


def test_the_camera_is_let_go_when_the_screen_closes(live, filmed):
    live.browser = filmed(face())
    page = live.phone("wayan")
    page.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (wish) => {"
        " window.asked = wish; return (window.stream = await ask(wish)); };"
    )
    page.goto("/registrations/new")
    page.locator("#consent").evaluate("section => { section.open = true; }")
    page.locator("label", has=page.locator("#face_photo")).click()
    expect(page.locator("[data-camera-told]")).to_have_text("Cukup tajam dan terang.")
    assert page.evaluate("asked.video.facingMode") == "user"

    page.keyboard.press("Escape")

    expect(page.locator(".camera")).to_have_count(0)
    assert page.evaluate("stream.getTracks().map((each) => each.readyState)") == ["ended"]
    expect(page.locator("#face_photo")).to_be_focused()
    assert page.locator("[data-photo=face_photo] img").count() == 0


def test_a_phone_that_gives_pages_no_camera_opens_its_own_chooser(live):
    page = live.phone("wayan")
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('managed'));"
        "navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput' }];"
    )

    with page.expect_file_chooser() as chooser:
        begin(page)

    assert chooser.value.element.get_attribute("id") == "ktp_photo"
