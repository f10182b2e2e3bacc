"""Wayan registers a worker on a small phone: everything he does there, and all that goes wrong."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey

NIK = "5171 0112 0585 0003"


def jpeg(width: int, height: int, quality: int = 92, orientation: int = 1) -> bytes:
    """A picture as a phone makes them: noisy, and held in some way or other."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.effect_noise((width, height), 60).convert("RGB").save(
        out, "JPEG", quality=quality, exif=exif
    )
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that would fill a gigabyte."""
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


def begin(page: Page) -> str:
    page.goto("/registrations/new")
    return page.url


def open_section(page: Page, name: str) -> None:
    page.locator(f"#{name}").evaluate("section => { section.open = true; }")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Tersimpan \d\d\.\d\d"))


def type_into(page: Page, name: str, text: str) -> None:
    page.locator(f"#{name}").click()
    page.keyboard.type(text)


def choose(page: Page, field: str, data: bytes, name: str = "foto.jpg") -> None:
    kind = {"pdf": "application/pdf"}.get(name.rpartition(".")[2], "image/jpeg")
    page.locator(f"#{field}").set_input_files({"name": name, "mimeType": kind, "buffer": data})


def draw(page: Page) -> None:
    pad = page.locator("[data-signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 80 - 50 * (step % 2))
    page.mouse.up()


def test_a_worker_is_registered_with_one_thumb(live):
    page = live.phone("wayan")
    begin(page)

    choose(page, "ktp_photo", jpeg(4000, 3000))
    expect(page.locator("[data-photo=ktp_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    type_into(page, "nik", NIK)
    expect(page.locator("[data-nik-read]")).to_have_text(
        "Laki-laki · lahir 12 Mei 1985 · 41 tahun · Kota Denpasar"
    )
    assert page.locator("[name=birth_date]").evaluate_all("all => all.map((e) => e.value)") == [
        "12", "5", "1985",
    ]  # fmt: skip
    assert page.locator("[name=sex]:checked").get_attribute("value") == "male"
    type_into(page, "name", "Sudarma")
    type_into(page, "birth_place", "Denpasar")

    page.locator("[data-next=person] button").click()
    type_into(page, "mother_name", "Ni Wayan Rasmi")
    type_into(page, "phone", "+62 812 3456 7890")

    page.locator("[data-next=address] button").click()
    type_into(page, "street", "Jalan Raya Sesetan No. 12")
    type_into(page, "village_code", "seset")
    option = page.get_by_role("option", name="Sesetan")
    expect(option).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#village_code")).to_have_attribute("aria-activedescendant", "village-0")
    page.keyboard.press("Enter")
    expect(page.locator("#village_code")).to_have_value("Sesetan, Denpasar Selatan, Kota Denpasar")

    page.locator("[data-next=work] button").click()
    type_into(page, "income", "1,5jt")
    expect(page.locator("[data-slot=monthly]")).to_have_text("Rp11.400")

    page.locator("[data-next=family] button").click()
    page.locator("#family-0-relation").select_option("spouse")
    type_into(page, "family-0-name", "Ni Made Sukerti")
    page.get_by_role("button", name="Tambah orang").click()
    page.locator("#family-2-relation").select_option("child")
    type_into(page, "family-2-name", "I Gede Adi")
    expect(page.locator("[data-heirs]")).to_contain_text("Ni Made Sukerti, I Gede Adi")

    page.locator("[data-next=consent] button").click()
    choose(page, "face_photo", jpeg(3000, 4000))
    expect(page.locator("[data-photo=face_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    page.locator("#consent_version").check()
    draw(page)
    expect(page.locator("[data-signature-status]")).to_have_text("Tanda tangan tersimpan.")
    saved(page)
    page.locator(".main-action button").click()

    page.wait_for_url(re.compile(r"check=1|/registrations/[0-9a-f-]{36}$"))
    facts = live.kept(
        lambda row: (
            row.name, row.nik, row.phone, row.village_code, row.income, len(row.family),
            row.worst, bool(row.signature_file), row.consent_version,
        )
    )  # fmt: skip
    assert facts[:6] == (
        "Sudarma", "5171011205850003", "+6281234567890", "51.71.01.1003", 1_500_000, 2,
    )  # fmt: skip
    assert facts[6] != "block"
    assert facts[7:] == (True, "2026-11")


def test_what_was_typed_survives_a_reload_and_the_back_button(live):
    page = live.phone("wayan")
    address = begin(page)
    type_into(page, "name", "Sudarma")
    page.reload()
    expect(page.locator("#name")).to_have_value("Sudarma")

    type_into(page, "birth_place", "Denpasar")
    page.goto("/registrations/")
    page.go_back()

    assert page.url == address
    expect(page.locator("#birth_place")).to_have_value("Denpasar")
    expect(page.locator("#name")).to_have_value("Sudarma")


def test_a_session_that_ends_halfway_loses_nothing(live):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "name", "Sudarma")
    saved(page)
    live.end_sessions()

    type_into(page, "birth_place", "Denpasar")
    expect(page.locator("[data-alert=ended]")).to_be_visible()
    assert page.locator("#birth_place").input_value() == "Denpasar"

    page.context.add_cookies([{"name": "fieldapp", "value": live.cookie("wayan"), "url": live.url}])
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-alert=ended]")).to_be_hidden()
    saved(page)
    page.wait_for_timeout(300)
    assert live.kept(lambda row: row.birth_place) == "Denpasar"


def test_somebody_elses_session_does_not_save_this_page(live):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "name", "Sudarma")
    saved(page)
    live.end_sessions()
    type_into(page, "birth_place", "Denpasar")
    expect(page.locator("[data-alert=ended]")).to_be_visible()

    page.context.add_cookies([{"name": "fieldapp", "value": live.cookie("ketut"), "url": live.url}])
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(500)

    assert live.kept(lambda row: row.birth_place) == ""
    assert page.locator("#birth_place").input_value() == "Denpasar"


def test_the_same_form_in_two_tabs_shows_both_values(live):
    first = live.phone("wayan")
    address = begin(first)
    type_into(first, "name", "Sudarma")
    saved(first)
    second = first.context.new_page()
    second.goto(address)
    open_section(second, "address")
    type_into(second, "street", "Jalan Pulau Saelus 7")
    saved(second)

    open_section(first, "address")
    type_into(first, "street", "Gang Mawar 3")
    expect(first.locator("[data-alert=stale]")).to_be_in_viewport()
    first.get_by_role("button", name="Tampilkan kedua versi").click()

    expect(first.get_by_text("Gang Mawar 3")).to_be_visible()
    expect(first.get_by_text("Jalan Pulau Saelus 7")).to_be_visible()
    first.get_by_role("button", name="Simpan pilihan saya").click()
    first.wait_for_url(re.compile("check=1"))
    assert live.kept(lambda row: row.street) == "Gang Mawar 3"


def test_no_signal_for_a_while_is_said_and_made_good(live):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "name", "Sudarma")
    saved(page)

    page.context.set_offline(True)
    type_into(page, "birth_place", "Denpasar")
    expect(page.locator("[data-alert=offline]")).to_be_visible()
    page.context.set_offline(False)

    expect(page.locator("[data-alert=offline]")).to_be_hidden(timeout=20_000)
    saved(page)
    assert live.kept(lambda row: row.birth_place) == "Denpasar"


def test_a_photo_of_four_megabytes_is_made_small_on_the_phone_and_upright(live):
    page = live.phone("wayan")
    begin(page)
    open_section(page, "consent")
    sent = []
    page.on(
        "request",
        lambda request: (
            sent.append(len(request.post_data_buffer or b""))
            if "/photos/" in request.url and request.method == "POST"
            else None
        ),
    )
    large = jpeg(3600, 2700, quality=88, orientation=6)
    assert len(large) > 4_000_000

    choose(page, "face_photo", large)

    expect(page.locator("[data-photo=face_photo] [data-photo-status]")).to_have_text(
        "Foto tersimpan."
    )
    assert max(sent) < 450_000
    size = live.kept(lambda row: [(each.width, each.height) for each in row.photos])
    assert size == [(960, 1280)]
    page.reload()
    open_section(page, "consent")
    shown = page.locator("[data-photo=face_photo] img")
    expect(shown).to_have_js_property("naturalWidth", 960)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7\n" + bytes(2000), "bukan foto"),
        (jpeg(1200, 900)[:60_000], "utuh"),  # a browser alone would show half of it
        (bomb(), "kamera mana pun"),
        (b"\xff\xd8\xff" + bytes(9_000_000), "terlalu besar"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_in_plain_words(live, data, said):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "name", "Sudarma")

    choose(page, "ktp_photo", data)

    expect(page.locator("[data-photo=ktp_photo] [data-photo-wrong]")).to_contain_text(said)
    assert page.locator("#name").input_value() == "Sudarma"


def test_what_is_said_of_a_refused_photo_stays_when_entries_are_saved_after_it(live):
    page = live.phone("wayan")
    begin(page)
    choose(page, "ktp_photo", b"%PDF-1.7\n" + bytes(2000))
    refused = page.locator("[data-photo=ktp_photo] [data-photo-wrong]")
    expect(refused).to_contain_text("bukan foto")

    with page.expect_response(re.compile("autosave")):
        type_into(page, "name", "Sudarma")
    saved(page)

    expect(refused).to_contain_text("bukan foto")


@pytest.mark.parametrize(
    ("nik", "said"),
    [
        ("517101120585000", "15"),
        ("5171O11205850003", "angka"),
        ("5171013102850003", "31 02 85"),
        ("5171011205850000", "0000"),
    ],
)
def test_a_nik_that_cannot_be_right_is_said_beside_it(live, nik, said):
    page = live.phone("wayan")
    begin(page)

    type_into(page, "nik", nik)
    page.keyboard.press("Tab")

    error = page.locator("[data-field=nik] .field-error")
    expect(error).to_contain_text(said)
    described = page.locator("#nik").get_attribute("aria-describedby") or ""
    assert error.get_attribute("id") in described.split()
    expect(page.locator("#nik")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(("day", "born"), [("41", "1 Mei 1985"), ("71", "31 Mei 1985")])
def test_a_woman_is_read_from_her_nik(live, day, born):
    page = live.phone("wayan")
    begin(page)

    type_into(page, "nik", f"517101{day}05850003")

    expect(page.locator("[data-nik-read]")).to_contain_text(f"Perempuan · lahir {born}")


def test_a_birth_date_that_disagrees_is_warned_about(live):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "nik", NIK)

    page.locator("#birth_date-day").fill("13")

    warning = page.locator("[data-field=birth_date] .field-warning")
    expect(warning).to_contain_text("12 Mei 1985")


@pytest.mark.parametrize(
    "name", ["Sudarma", "I " + "W" * 58, "Ni Luh Gedé Saraswatī", "<script>alert(1)</script>"]
)
def test_a_name_comes_back_letter_by_letter(live, name):
    page = live.phone("wayan")
    page.on("dialog", lambda _dialog: pytest.fail("the name was run"))
    begin(page)

    page.locator("#name").fill(name)
    saved(page)
    page.reload()

    expect(page.locator("#name")).to_have_value(name)


@pytest.mark.parametrize(
    ("typed", "monthly"), [("1.500.000,00", "Rp11.400"), ("1,5jt", "Rp11.400"), ("-5", "–")]
)
def test_the_contribution_follows_the_income_as_it_is_typed(live, typed, monthly):
    page = live.phone("wayan")
    begin(page)
    open_section(page, "work")

    page.locator("#income").fill(typed)

    expect(page.locator("[data-slot=monthly]")).to_have_text(monthly)


def test_the_discount_is_not_for_what_the_city_pays(live):
    page = live.phone("made")
    begin(page)
    open_section(page, "work")
    page.locator("#category_id").select_option(label="kelian adat")
    page.locator("#income").fill("1.000.000")

    expect(page.locator("[data-slot=monthly]")).to_have_text("Rp16.800")
    expect(page.locator("[data-when=excluded]")).to_be_visible()


def test_a_double_tap_on_done_is_one_registration(live):
    page = live.phone("wayan")
    begin(page)
    type_into(page, "name", "Sudarma")

    page.locator(".main-action button").dblclick()
    page.wait_for_url(re.compile("check=1"))

    assert live.kept(lambda row: row.name) == "Sudarma"


def test_the_form_has_nothing_that_a_screen_reader_stumbles_over(live):
    page = live.phone("wayan", reduced_motion="reduce")
    begin(page)
    type_into(page, "nik", "5171")
    page.locator("#name").fill("Sudarma")
    saved(page)
    page.locator(".main-action button").click()
    page.wait_for_url(re.compile("check=1"))
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_other_pages_have_nothing_to_stumble_over_either(live):
    page = live.phone("wayan", reduced_motion="reduce")
    address = begin(page)
    page.locator("#name").fill("Sudarma")
    saved(page)

    for path in (address.removesuffix("/form"), address.replace("/form", "/withdraw"),
                 "/registrations/", "/registrations/?q=nobody"):  # fmt: skip
        page.goto(path)
        found = Axe().run(page)

        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_form_is_filled_and_kept_without_scripts(live):
    page = live.phone("wayan", java_script_enabled=False)
    begin(page)
    page.locator("#nik").fill(NIK)
    page.locator("#name").fill("Sudarma")
    page.locator("#address > summary").click()
    page.locator("#village_code").fill("sesetan")
    page.locator("#family > summary").click()
    page.locator("#family-0-name").fill("Ni Made Sukerti")
    page.locator("#family-0-relation").select_option("spouse")
    page.get_by_role("button", name="Tambah orang").click()
    page.wait_for_url(re.compile("#family"))

    page.locator("#family > summary").click()
    expect(page.locator("#family-2-name")).to_be_visible()
    assert live.kept(lambda row: (row.name, row.village_code, len(row.family))) == (
        "Sudarma",
        "51.71.01.1003",
        1,
    )
