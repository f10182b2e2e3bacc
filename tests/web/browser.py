"""A browser without a screen: signs in, follows links, fills forms, and looks at every page.

    page = Browser(app).sign_in("wayan")
    browser = page.browser
    page = browser.get("/account/sessions")
    page = browser.submit("password", present="…", new="…", again="…")

Forms are those of the page seen last. What a form holds already is sent with it, its CSRF token
included; a field that the form does not have is an error of the test. Each page fetched is looked
at: one h1, a title, a label for each input, ids that are there once, no code inside the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urldefrag

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.world import PASSWORD

PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)


class Browser:
    """One person's browser, with cookies of its own. `page` is what it shows now.

    language is what the browser chose before; after signing in, pages speak the account's own,
    which is Indonesian for everybody in the world of the tests.
    """

    def __init__(
        self,
        app: Flask,
        *,
        agent: str = PHONE,
        address: str = "10.1.1.1",
        language: str = "en",
        base_url: str = "http://localhost",
    ) -> None:
        self.client: FlaskClient = app.test_client()
        self.base_url = base_url
        self.environ = {
            "HTTP_USER_AGENT": agent,
            "HTTP_REFERER": f"{base_url}/",
            "REMOTE_ADDR": address,
        }
        self.client.set_cookie("language", language)
        self.page: Page

    def sign_in(self, username: str, password: str = PASSWORD, *, next: str = "") -> Page:  # noqa: A002
        """Sign in through the sign-in page, and arrive."""
        self.get(f"/sign-in?next={next}" if next else "/sign-in")
        return self.submit("sign-in", username=username, password=password)

    def sign_out(self) -> Page:
        """Sign out with the button of the menu."""
        return self.submit("/sign-out")

    def get(self, url: str, **headers: str) -> Page:
        """Fetch a page, following redirects, and look at it."""
        return self._shown(self.client.get(url, **self._sent(headers)))

    def post(self, url: str, data: Any = None, **headers: str) -> Page:
        """Send what no form of ours would send."""
        return self._shown(self.client.post(url, data=data, **self._sent(headers)))

    def submit(
        self,
        form: str | int = 0,
        *,
        button: str | tuple[str, str] | None = None,
        **fields: Any,
    ) -> Page:
        """Fill and send a form of the page: by its id, its action or its place on the page.

        Fields are given by name: a text, a list for several values, True or False for a tick,
        `(BytesIO, "face.jpg")` for a file, None to send nothing. button: the words on the button
        to press, or its (name, value).
        """
        chosen = self.page.form(form)
        data = chosen.filled(fields, button)
        if chosen.method == "get":
            return self.get(chosen.action, query_string=data)
        more = {"content_type": "multipart/form-data"} if chosen.carries_files else {}
        return self._shown(self.client.post(chosen.action, data=data, **self._sent(more)))

    def _sent(self, more: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"base_url": self.base_url, "follow_redirects": True, **more}
        return {"environ_overrides": self.environ, **asked}

    def _shown(self, response: TestResponse) -> Page:
        self.page = Page(self, response)
        self.page.inspect()
        return self.page


class Page:
    """What a browser shows."""

    def __init__(self, browser: Browser, response: TestResponse) -> None:
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.url = response.request.full_path.rstrip("?")
        self.path = response.request.path
        self.body = response.get_data()

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.url}: {self.h1 if self.is_html else self.mimetype}>"

    @property
    def mimetype(self) -> str:
        return self.response.mimetype

    @property
    def is_html(self) -> bool:
        return self.mimetype == "text/html"

    @cached_property
    def tree(self) -> Any:
        return html.document_fromstring(self.body.decode())

    @cached_property
    def h1(self) -> str:
        return words(self.tree.find(".//h1"))

    @cached_property
    def title(self) -> str:
        return words(self.tree.find(".//title"))

    @cached_property
    def text(self) -> str:
        """All words of the content, without the bars around it."""
        return words(self.tree.find(".//main"))

    @cached_property
    def errors(self) -> dict[str, str]:
        """The errors under the fields, by the name of the field."""
        return {
            block.get("data-field"): words(error)
            for block in self.tree.iterfind(".//*[@data-field]")
            for error in block.xpath(".//p[contains(@class, 'field-error')]")
        }

    @cached_property
    def messages(self) -> str:
        """What flashes say."""
        return " ".join(words(each) for each in self.tree.iterfind(".//*[@data-flashes]"))

    @cached_property
    def banners(self) -> str:
        return " ".join(words(e) for e in self.tree.xpath("//*[contains(@class, 'banner ')]"))

    @cached_property
    def links(self) -> dict[str, str]:
        """Addresses by their words; of several with the same words the first."""
        found: dict[str, str] = {}
        for link in self.tree.iterfind(".//a[@href]"):
            found.setdefault(words(link), link.get("href"))
        return found

    @cached_property
    def rows(self) -> list[str]:
        """The words of each row of the lists."""
        return [words(row) for row in self.tree.iterfind(".//tbody/tr")]

    @cached_property
    def forms(self) -> list[Form]:
        return [Form(each, self.url) for each in self.tree.iterfind(".//form")]

    def form(self, wanted: str | int = 0) -> Form:
        """A form by id, by action (with or without its query) or by place."""
        if isinstance(wanted, int):
            return self.forms[wanted]
        for form in self.forms:
            if wanted in (form.id, form.action, form.action.partition("?")[0]):
                return form
        known = ", ".join(f"#{form.id} {form.action}" for form in self.forms)
        raise AssertionError(f"no form {wanted!r} on {self!r}; there are: {known}")

    def follow(self, text: str) -> Page:
        """Click the link with these words."""
        for said, href in self.links.items():
            if text in said:
                return self.browser.get(urldefrag(href)[0])
        raise AssertionError(f"no link {text!r} on {self!r}; there are: {list(self.links)}")

    def inspect(self) -> None:
        """What must be true of every page."""
        if not self.is_html:
            return
        found = faults(self.tree)
        assert not found, f"{self!r}: " + "; ".join(found)


class Form:
    """A form as the browser would send it."""

    def __init__(self, element: Any, url: str) -> None:
        self.element = element
        self.id: str = element.get("id", "")
        self.method: str = element.get("method", "get").lower()
        self.action: str = urldefrag(element.get("action") or url)[0]
        self.carries_files = element.get("enctype") == "multipart/form-data"
        root = element.getroottree()
        outside = root.xpath("//*[@form=$id]", id=self.id) if self.id else []
        self.controls = [
            *element.xpath(".//input|.//select|.//textarea|.//button"),
            *(each for each in outside if each.tag != "form"),
        ]

    @property
    def fields(self) -> MultiDict[str, Any]:
        """What stands in the form now."""
        data: MultiDict[str, Any] = MultiDict()
        for control in self.controls:
            name, kind = control.get("name"), control.get("type", "text")
            if not name or control.get("disabled") is not None or control.tag == "button":
                continue
            if control.tag == "select":
                data.setlist(name, data.getlist(name) + chosen(control))
            elif control.tag == "textarea":
                data.add(name, (control.text or "").removeprefix("\n"))
            elif kind in ("checkbox", "radio"):
                if control.get("checked") is not None:
                    data.add(name, control.get("value", "on"))
            elif kind not in ("submit", "button", "image", "reset", "file"):
                data.add(name, control.get("value", ""))
        return data

    @property
    def names(self) -> set[str]:
        return {control.get("name") for control in self.controls if control.get("name")}

    @property
    def buttons(self) -> dict[str, tuple[str, str]]:
        """Name and value of each button, by its words."""
        return {
            words(control): (control.get("name", ""), control.get("value", ""))
            for control in self.controls
            if control.tag == "button" and control.get("type", "submit") == "submit"
        }

    def options(self, name: str) -> dict[str, str]:
        """The values of a select by their words."""
        return {
            words(option): option.get("value", words(option))
            for control in self.controls
            if control.get("name") == name
            for option in control.iter("option")
        }

    def filled(
        self, fields: Mapping[str, Any], button: str | tuple[str, str] | None
    ) -> MultiDict[str, Any]:
        """The form with these fields filled in."""
        strange = fields.keys() - self.names
        assert not strange, f"the form has no {sorted(strange)}; it has {sorted(self.names)}"
        data = self.fields
        for name, value in fields.items():
            data.poplist(name)
            if value is True:
                data.add(name, self._value_of_tick(name))
            elif isinstance(value, list):
                data.setlist(name, value)
            elif value is not None and value is not False:
                data.add(name, value)
        if button is not None:
            name, value = self._pressed(button)
            if name:
                data.add(name, value)
        return data

    def _pressed(self, button: str | tuple[str, str]) -> tuple[str, str]:
        if isinstance(button, tuple):
            assert button in self.buttons.values(), f"no button {button}: {self.buttons}"
            return button
        for said, pair in self.buttons.items():
            if button in said:
                return pair
        raise AssertionError(f"no button {button!r}; there are: {list(self.buttons)}")

    def _value_of_tick(self, name: str) -> str:
        for control in self.controls:
            if control.get("name") == name and control.get("type") == "checkbox":
                return str(control.get("value", "on"))
        raise AssertionError(f"{name} is no tick")


def words(element: Any) -> str:
    """The words of an element as one line; empty for nothing."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())


def chosen(select: Any) -> list[str]:
    options = list(select.iter("option"))
    picked = [option for option in options if option.get("selected") is not None]
    if not picked and select.get("multiple") is None:
        picked = options[:1]
    return [option.get("value", words(option)) for option in picked]


def faults(tree: Any) -> list[str]:
    """What is wrong with a page that a browser would be too polite to say."""
    found = []
    headings = tree.findall(".//h1")
    if len(headings) != 1 or not words(headings[0]):
        found.append(f"{len(headings)} h1 with words")
    if not words(tree.find(".//title")):
        found.append("no title")
    if not tree.get("lang"):
        found.append("no language")
    ids = Counter(element.get("id") for element in tree.iterfind(".//*[@id]"))
    found += [f"id {each!r} is there {count} times" for each, count in ids.items() if count > 1]
    found += [f"{describe(control)} has no label" for control in unlabelled(tree)]
    for reference in ("aria-describedby", "aria-labelledby", "for"):
        for element in tree.iterfind(f".//*[@{reference}]"):
            missing = [each for each in element.get(reference).split() if each not in ids]
            found += [f"{describe(element)}: {reference} names {each!r}" for each in missing]
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style" or (element.tag == "script" and inline(element)):
            found.append(f"<{element.tag}> in the page")
        found += [
            f"{describe(element)} carries {name}"
            for name in element.attrib
            if name == "style" or re.match(r"on[a-z]+$", name)
        ]
    for form in tree.iterfind(".//form"):
        sent = {control.get("name") for control in form.iter("input")}
        if form.get("method", "").lower() == "post" and "csrf_token" not in sent:
            found.append(f"{describe(form)} carries no CSRF token")
    return found


def unlabelled(tree: Any) -> list[Any]:
    labelled = {label.get("for") for label in tree.iterfind(".//label[@for]")}
    inside = {control for label in tree.iterfind(".//label") for control in label.iter()}
    silent = ("hidden", "submit", "button", "image", "reset")
    return [
        control
        for control in tree.xpath("//input|//select|//textarea")
        if control.get("type", "text") not in silent
        and control.get("id") not in labelled
        and control not in inside
        and not control.get("aria-label")
        and not control.get("aria-labelledby")
    ]


def inline(script: Any) -> bool:
    return script.get("src") is None and script.get("type") not in (
        "application/json",
        "application/ld+json",
    )


def describe(element: Any) -> str:
    known = " ".join(f'{k}="{element.get(k)}"' for k in ("id", "name", "action") if element.get(k))
    return f"<{element.tag}{' ' + known if known else ''}>"
