"""The API's own description: sound, and of every route there is."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from fieldapp.words.errors import ERRORS
from tests.api.phone import DOCUMENT, Phone, template
from tests.web.browser import Browser


def test_the_description_is_openapi(app):
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_description_is_served_to_everybody(app):
    answer = Browser(app).client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert set(answer.json["paths"]) >= set(DOCUMENT["paths"])


def test_every_route_is_described_and_nothing_else(app):
    served = {
        (template(rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint.startswith("phone.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    paths = DOCUMENT["paths"].items()
    described = {(path, method) for path, methods in paths for method in methods}

    assert described == served


def test_every_code_of_a_problem_has_its_words(app):
    wayan = Phone(app, "wayan")

    told = wayan.get("/problems").json

    assert told.keys() == ERRORS.keys()
    assert all(text.strip() for text in told.values())


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "not_found")),
        ("DELETE", "/registrations", (405, "method_not_allowed")),
    ],
)
def test_what_is_not_there_is_a_problem_too(app, method, path, expected):
    answer = Phone(app, "wayan").call(method, path)

    assert (answer.status_code, answer.json["code"]) == expected
    assert answer.mimetype == "application/problem+json"
