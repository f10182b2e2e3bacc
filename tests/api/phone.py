"""A coordinator's phone, as the server sees it: numbers what it sends, keeps what it was told.

    phone = Phone(app, "wayan")
    ktp = phone.send_photo(picture())
    receipt = phone.send(parts={"ktp": ktp})

Every answer is held to the API's own description.
"""

from __future__ import annotations

import hashlib
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from jsonschema import Draft202012Validator
from PIL import Image
from werkzeug.test import TestResponse

from fieldapp.api import openapi
from fieldapp.api.phone import PART, ROOMS
from tests.web.browser import Browser

DOCUMENT = openapi.document([PART, *(room.PART for room in ROOMS)])


class Phone:
    """One person's app on one phone."""

    def __init__(self, app: Flask, username: str, *, device: UUID | None = None) -> None:
        self.app = app
        self.browser = Browser(app, language="en")
        self.browser.sign_in(username)
        if ("language", "en") in self.browser.page.form("/language").buttons.values():
            self.browser.submit("/language", button=("language", "en"))
        self.device = str(device or uuid4())
        self.sequence = 0
        told = self.get("/session").json
        self.account = told["user"]["id"]
        self.token = told["csrf_token"]

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, headers=headers)

    def call(self, method: str, path: str, **sent: Any) -> TestResponse:
        """One request below /api/v1; its answer is looked at."""
        headers = {
            **({} if method == "GET" else {"X-CSRFToken": self.token, "X-Account": self.account}),
            **sent.pop("headers", {}),
        }
        answer = self.browser.client.open(
            f"/api/v1{path}",
            method=method,
            headers={name: value for name, value in headers.items() if value},
            environ_overrides=self.browser.environ,
            **sent,
        )
        inspect(self.app, method, f"/api/v1{path}", answer)
        return answer

    def send_photo(self, data: bytes, *, sha256: str = "") -> str:
        """Send a photo and return its hash."""
        name = sha256 or hashlib.sha256(data).hexdigest()
        answer = self.put_photo(data, sha256=name)
        assert answer.status_code == 200, answer.text
        return name

    def put_photo(self, data: bytes, *, sha256: str = "") -> TestResponse:
        name = sha256 or hashlib.sha256(data).hexdigest()
        return self.call("PUT", f"/photos/{name}", data=data, content_type="image/jpeg")

    def next_item(self) -> dict[str, Any]:
        """The next number of this phone's outbox."""
        self.sequence += 1
        return {"device": self.device, "sequence": self.sequence, "minted": self.sequence}

    def put(self, record_id: UUID | str, revision: int, body: dict[str, Any]) -> TestResponse:
        return self.call("PUT", f"/registrations/{record_id}/revisions/{revision}", json=body)

    def send(
        self, record_id: UUID | str | None = None, *, revision: int = 1, base: int = 0, **body: Any
    ) -> dict[str, Any]:
        """Send a record and return its receipt."""
        answer = self.put(
            record_id or uuid4(), revision, {**self.next_item(), "base": base, **body}
        )
        assert answer.status_code == 200, answer.text
        receipt: dict[str, Any] = answer.json
        return receipt


def picture(seed: int = 0, size: tuple[int, int] = (900, 1200)) -> bytes:
    """A JPEG that no other seed makes."""
    out = BytesIO()
    noise = Image.effect_noise(size, 90).convert("RGB")
    noise.putpixel((0, 0), (seed % 256, seed // 256 % 256, 7))
    noise.save(out, "JPEG", quality=60)
    return out.getvalue()


def inspect(app: Flask, method: str, path: str, answer: TestResponse) -> None:
    """Hold an answer to the description of its route."""
    adapter = app.url_map.bind("localhost")
    try:
        rule, _values = adapter.match(path.partition("?")[0], method=method, return_rule=True)
    except Exception:  # no such route: only the shape of problems counts
        described: dict[str, Any] = openapi.refusals({answer.status_code})
    else:
        described = DOCUMENT["paths"][template(rule.rule)][method.lower()]["responses"]
    status = str(answer.status_code)
    assert status in described, f"{method} {path} answers {status}: {answer.text[:300]}"
    content = described[status].get("content", {})
    if not content:
        assert answer.data == b""
        return
    assert answer.mimetype in content, f"{method} {path} answers {answer.mimetype}"
    if answer.mimetype.endswith("json"):
        faults = list(
            validator(status, method, template_of(app, path, method)).iter_errors(answer.json)
        )
        assert not faults, f"{method} {path}: {faults[0].message} at {faults[0].json_path}"


def template(rule: str) -> str:
    """A rule of the router as OpenAPI writes it."""
    parts = [
        "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in rule.replace("any(id, en)", "any").split("/")
    ]
    return "/".join(parts)


def template_of(app: Flask, path: str, method: str) -> str:
    try:
        rule, _values = app.url_map.bind("localhost").match(
            path.partition("?")[0], method=method, return_rule=True
        )
    except Exception:
        return ""
    return template(rule.rule)


@cache
def validator(status: str, method: str, path: str) -> Draft202012Validator:
    if path:
        content = DOCUMENT["paths"][path][method.lower()]["responses"][status]["content"]
    else:
        content = openapi.refusals({int(status)})[status]["content"]
    schema = next(iter(content.values()))["schema"]
    return Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
