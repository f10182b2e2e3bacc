"""Every component in each state, in a real browser: seen by axe, at a phone and at a desk."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.nu import complaints
from tests.web.gallery_app import ERRORS, MORE_PLACES, PAGES, PLACES, gallery_app

SMALL = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
VIEWS = [*(f"/gallery/{page}" for page in PAGES), "/errors/404"]


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The browser of all tests; each opens contexts of its own in it."""
    return chromium


def open_context(
    browser: Browser,
    size: dict[str, int],
    *,
    dark: bool = False,
    many: bool = False,
    scripts: bool = True,
) -> BrowserContext:
    """A browser whose every request is answered by the gallery, without a server."""
    client = gallery_app(MORE_PLACES if many else PLACES).test_client()
    context = browser.new_context(
        viewport=size, color_scheme="dark" if dark else "light", java_script_enabled=scripts
    )

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        reply = client.get(f"{address.path}?{address.query}")
        route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.data)

    context.route("**/*", answer)
    return context


def visit(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"http://localhost:8190{path}")
    assert said == [], path
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_component(browser, size, dark):
    context = open_context(browser, size, dark=dark)

    found = {}
    for path in VIEWS:
        results = Axe().run(visit(context, path))
        if results.violations_count:
            found[path] = results.generate_report()

    context.close()
    assert found == {}


def test_no_id_stands_twice_on_a_page(browser):
    context = open_context(browser, PHONE, many=True)

    twice = {}
    for path in VIEWS:
        twice[path] = visit(context, path).evaluate(
            """() => [...document.querySelectorAll('[id]')].map((one) => one.id)
                .filter((id, place, all) => all.indexOf(id) !== place)"""
        )

    context.close()
    assert {path: found for path, found in twice.items() if found} == {}


@pytest.mark.parametrize("size", [SMALL, PHONE, DESK], ids=["small", "phone", "desk"])
def test_no_page_scrolls_sideways(browser, size):
    context = open_context(browser, size, many=True)

    wide = [
        path
        for path in VIEWS
        if visit(context, path).evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    ]

    context.close()
    assert wide == []


def test_everything_that_is_tapped_is_large_enough_for_a_thumb(browser):
    context = open_context(browser, PHONE)

    small = {}
    for path in VIEWS:
        small[path] = visit(context, path).evaluate(
            """() => [...document.querySelectorAll(
                'button, .button, summary, select, .places a, input.control, .choice, .back'
            )].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 47.9)
              .map((one) => one.outerHTML.slice(0, 120))"""
        )

    context.close()
    assert {path: found for path, found in small.items() if found} == {}


def test_a_phone_has_four_places_and_the_rest_behind_more(browser):
    context = open_context(browser, PHONE, many=True)
    page = visit(context, "/gallery/home")

    shown = page.locator(".places > ul > li:visible").all_inner_texts()
    page.locator(".places summary").click()

    assert [text.split("\n")[0] for text in shown] == [
        "Beranda",
        "Daftar baru",
        "Berkas",
        "Lainnya",
    ]
    assert page.get_by_role("link", name="Jejak audit").is_visible()
    context.close()


def test_the_main_action_stays_at_the_bottom_of_a_phone_alone(browser):
    context = open_context(browser, PHONE)
    page = visit(context, "/gallery/form")

    action = page.locator(".main-action").bounding_box()
    places = page.locator(".places").bounding_box()

    assert action
    assert action["y"] + action["height"] == pytest.approx(PHONE["height"], abs=1)
    assert places
    assert places["y"] > PHONE["height"]
    context.close()


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browser):
    context = open_context(browser, PHONE)
    page = visit(context, "/gallery/form")

    focused_first = page.evaluate("document.activeElement.className")
    page.evaluate("document.querySelector('#identity').open = false")
    page.get_by_role("link", name="NIK:").click()

    assert focused_first == "error-summary"
    assert page.evaluate("document.activeElement.id") == "wrong-nik"
    assert page.locator("#wrong-nik").is_visible()
    context.close()


def test_a_form_tapped_twice_is_sent_once(browser):
    context = open_context(browser, PHONE)
    page = visit(context, "/gallery/form")
    page.evaluate(
        """() => {
            window.sent = 0;
            document.addEventListener('submit', (event) => {
                if (!event.defaultPrevented) window.sent += 1;
                event.preventDefault();
            });
        }"""
    )

    button = page.get_by_role("button", name="Simpan dan kirim")
    button.click()
    button.click(force=True)

    assert page.evaluate("window.sent") == 1
    assert button.get_attribute("aria-disabled") == "true"
    context.close()


def test_rows_are_walked_and_decided_by_keyboard(browser):
    context = open_context(browser, DESK)
    page = visit(context, "/gallery/decide")
    page.evaluate(
        """document.querySelector('[data-shortcut=r]')
            .addEventListener('click', () => { window.pressed = 'r'; })"""
    )

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("r")
    page.keyboard.press("?")

    assert (first, second) == ("I Ketut Rai", "Ni Made Sri Wahyuni")
    assert page.evaluate("window.pressed") == "r"
    assert page.locator(".shortcuts").get_attribute("open") is not None
    context.close()


def test_letters_typed_into_a_field_are_no_shortcuts(browser):
    context = open_context(browser, DESK)
    page = visit(context, "/gallery/list")

    page.keyboard.press("/")
    page.keyboard.type("jaka?")

    assert page.locator("#filter-q").input_value() == "jaka?"
    assert page.locator(".shortcuts").get_attribute("open") is None
    context.close()


def test_a_chosen_photo_is_shown_at_once_and_only_one_file_is_sent(browser):
    context = open_context(browser, PHONE)
    page = visit(context, "/gallery/form")
    picture = {
        "name": "ktp.svg",
        "mimeType": "image/svg+xml",
        "buffer": b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="5"/>',
    }

    page.set_input_files("#ktp", picture)
    page.set_input_files("#ktp-file", picture)
    preview = page.locator("[data-photo=ktp] img")
    preview.wait_for(state="visible")
    page.wait_for_function("document.querySelector('[data-photo=ktp] img').naturalWidth === 8")

    assert page.evaluate("document.querySelector('#ktp').files.length") == 0
    assert page.evaluate("document.querySelector('#ktp-file').files.length") == 1
    context.close()


def test_the_markup_of_every_component_is_valid():
    client = gallery_app(MORE_PLACES).test_client()
    paths = [*(f"/gallery/{page}" for page in PAGES), *(f"/errors/{code}" for code in ERRORS)]

    pages = {path: client.get(path).get_data(as_text=True) for path in paths}

    assert complaints(pages) == []


def test_without_scripts_the_browsers_own_file_control_is_seen_whole(browser):
    context = open_context(browser, PHONE, scripts=False)
    page = visit(context, "/gallery/form")

    control = page.locator("#ktp").bounding_box()

    assert page.locator("#ktp").evaluate("one => getComputedStyle(one).opacity") == "1"
    assert control
    assert control["x"] + control["width"] <= PHONE["width"]
    context.close()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_says_what_happened_what_is_kept_and_what_to_do(code, language):
    client = gallery_app().test_client()

    page = client.get(f"/errors/{code}?language={language}").get_data(as_text=True)

    inside = page.split("<main", 1)[1].split("</main>", 1)[0]
    assert page.count("<h1>") == 1
    assert inside.count("<p>") == 3
    assert ("Nothing" in page or "kept" in page) == (language == "en")


def test_a_person_without_places_sees_no_empty_bar():
    client = gallery_app(()).test_client()

    page = client.get("/gallery/home").get_data(as_text=True)

    assert 'class="places"' not in page
    assert 'class="frame"' not in page
    assert "Selamat pagi" in page
