"""What the server hands out as the app: whole, the same for everybody, and known by its bytes."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from PIL import Image

from fieldapp.web.views.phone import modules
from tests.code.test_templates import TEMPLATES
from tests.nu import complaints
from tests.web.browser import Browser

STATIC = TEMPLATES.parent / "static"
DOCUMENTS = ("/phone/id/", "/phone/en/")
PEOPLE = ("wayan", "ketut")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def shell_of(client: FlaskClient) -> dict[str, Any]:
    """What the service worker is told of its release."""
    text = client.get("/sw.js").text
    found = re.search(r"self\.SHELL = (.*);", text)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def bundle_of(client: FlaskClient) -> tuple[dict[str, str], dict[str, bytes]]:
    """What the service worker fetches in one piece: headers of pages, and files by address."""
    head, _, rest = client.get(shell_of(client)["bundle"]).data.partition(b"\n")
    told = json.loads(head)
    files, at = {}, 0
    for address, _kind, length in told["files"]:
        files[address] = rest[at : at + length]
        at += length
    assert at == len(rest)
    return told["headers"], files


@pytest.mark.parametrize("address", [*DOCUMENTS, "/phone/", "/sw.js", "/manifest.webmanifest"])
def test_what_the_app_consists_of_is_asked_after_each_time_and_sent_once(client, address):
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in first.headers
    assert (again.status_code, again.data) == (304, b"")


def test_the_document_is_the_same_for_whoever_asks(app, client):
    strange = {address: client.get(address).data for address in DOCUMENTS}

    for username in PEOPLE:
        browser = Browser(app)
        browser.sign_in(username)

        assert {a: browser.client.get(a).data for a in DOCUMENTS} == strange


def test_the_document_is_the_same_whoever_asked_first(app):
    browser = Browser(app)
    browser.sign_in("wayan")

    page = browser.client.get("/phone/id/").text

    assert "Wayan" not in page
    assert "Sewakadarma" not in page
    assert "csrf" not in page


def test_each_language_speaks_for_itself(client):
    indonesian, english = (html.fromstring(client.get(each).data) for each in DOCUMENTS)

    assert (indonesian.get("lang"), english.get("lang")) == ("id", "en")
    assert "Tersimpan di ponsel" in html.tostring(indonesian, encoding="unicode")
    assert "Kept on this phone" in html.tostring(english, encoding="unicode")


def test_the_app_opens_in_the_language_of_the_browser(client):
    client.set_cookie("language", "en")

    assert 'data-address="/phone/en/"' in client.get("/phone/").text
    assert client.get("/phone/xx/").status_code == 404


def test_the_document_is_valid_and_carries_no_code(client):
    pages = {address: client.get(address).text for address in (*DOCUMENTS, "/phone/")}

    assert complaints(pages) == []
    for text in pages.values():
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"\s(?:on\w+|style)=", text)


def test_the_worker_keeps_everything_that_the_document_asks_for(client):
    told = shell_of(client)

    page = html.fromstring(client.get("/phone/id/").data)
    wanted = {
        *page.xpath("//script/@src"),
        *page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"),
    }
    assert wanted <= {*told["bundled"], *told["others"]}
    for address in told["others"]:
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_bundle_holds_what_would_be_fetched_one_by_one(client):
    headers, files = bundle_of(client)

    assert list(files) == shell_of(client)["bundled"]
    for address, data in files.items():
        with client.get(address) as answer:
            assert answer.data == data, address
            if address in DOCUMENTS:
                assert {name: answer.headers[name] for name in headers} == headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(("encoding", "unpack"), [("gzip", gzip.decompress), ("", bytes)])
def test_the_bundle_is_sent_packed_as_the_browser_can_unpack_it(client, encoding, unpack):
    address = shell_of(client)["bundle"]

    answer = client.get(address, headers={"Accept-Encoding": encoding})

    assert unpack(answer.data) == client.get(address).data
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "br"
    assert len(packed.data) < len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)


def test_the_worker_keeps_every_module_that_another_one_imports(client):
    names = modules(STATIC / "js")
    imports = re.compile(r"(?:from|import)\s*\(?\s*\"(\.{1,2}/[^\"]+)\"")

    for name in names:
        script = STATIC / name
        for each in imports.findall(script.read_text("utf-8")):
            found = (script.parent / each).resolve()
            assert found.is_file(), f"{name} imports {each}"
            assert found.relative_to(STATIC).as_posix() in names, f"{name} imports {each}"
    views = {path.stem for path in (STATIC / "js/phone/views").glob("*.js")}
    templates = {path.stem[1:] for path in (TEMPLATES / "phone").glob("_*.html")}
    assert views <= templates


def test_the_worker_takes_only_the_bundle_of_its_own_release(client):
    told = shell_of(client)

    digest = b64encode(sha256(client.get(told["bundle"]).data).digest()).decode()

    assert told["integrity"] == f"sha256-{digest}"
    assert client.get("/phone/bundle/0123456789ab").status_code == 404


def test_another_document_is_another_release(app, client, monkeypatch):
    before = shell_of(client)
    app.extensions.pop("fieldapp.shell")
    monkeypatch.setitem(app.jinja_env.globals, "settings_name", "Fieldapp 2")

    after = shell_of(client)

    assert before["release"] != after["release"]
    assert before["bundle"] != after["bundle"]


def test_the_manifest_names_icons_that_are_there_and_as_large_as_it_says(client):
    told = client.get("/manifest.webmanifest").json
    assert told is not None

    purposes = set()
    for icon in told["icons"]:
        with client.get(icon["src"]) as answer:
            picture, mimetype = answer.data, answer.mimetype
        assert mimetype == icon["type"]
        if icon["type"] == "image/png":
            assert "x".join(map(str, Image.open(BytesIO(picture)).size)) == icon["sizes"]
            purposes.add((icon["sizes"], icon["purpose"]))
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= purposes
    assert told["start_url"] == "/phone/"
    assert told["display"] == "standalone"
    assert (told["lang"], client.get("/manifest.webmanifest?language=en").json["lang"]) == (
        "id",
        "en",
    )


def test_a_maskable_icon_has_its_sign_within_the_circle_that_is_left(client):
    picture = Image.open(STATIC / "icons" / "maskable-512.png").convert("RGB")
    ground = picture.getpixel((0, 0))

    outside = {
        picture.getpixel((x, y))
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if (x - 256) ** 2 + (y - 256) ** 2 > 205**2
    }

    assert outside == {ground}


@pytest.mark.parametrize(
    ("username", "offered"), [("wayan", True), ("ketut", True), ("putu", False)]
)
def test_those_who_register_are_led_to_the_app(app, username, offered):
    browser = Browser(app)
    page = browser.sign_in(username)

    assert ("/phone/" in page.links.values()) is offered
    assert (b"js/phone/soon.js" in page.body) is offered


def test_what_is_no_page_may_do_nothing_at_all_in_a_browser(client):
    answer = client.get("/api/v1/words/id")

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_phone_is_told_no_words_that_it_never_needs(client):
    told = client.get("/api/v1/words/id").json

    assert {"nik_length", "entry_family", "village_unclear"} <= told["faults"].keys()
    assert not {name for name in told["faults"] if name.startswith(("company", "figure", "card"))}
