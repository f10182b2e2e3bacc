"""The administrator sees which phones are behind, and what is missing of each."""

from __future__ import annotations

from uuid import uuid4

from tests.api.phone import Phone
from tests.nu import complaints
from tests.web.browser import Browser


def luh(app):
    browser = Browser(app)
    browser.sign_in("luh")
    return browser


def test_a_phone_that_is_behind_stands_first_with_what_is_missing(app):
    whole, behind = Phone(app, "made"), Phone(app, "wayan")
    whole.send(fields={"name": "Nyoman"})
    behind.send(fields={"name": "Sudarma"})
    behind.sequence = 4
    behind.send(fields={"name": "Darma"})
    told = behind.call(
        "POST", "/devices",
        json={"id": behind.device, "name": "Ponsel Wayan", "app_version": "1.4", "minted": 7},
    ).json  # fmt: skip

    page = luh(app).get("/devices/")
    numbers = page.follow("Ponsel Wayan")

    assert told["device"]["missing"] == [2, 3, 4, 6, 7]
    assert "I Wayan Sudiarta" in page.rows[0]
    assert "1.4" in page.rows[0]
    assert "I Made Artana" in page.rows[1]
    assert "2, 3, 4, 6, 7" in numbers.text


def test_the_phones_that_are_behind_can_be_seen_alone(app):
    Phone(app, "made").send(fields={"name": "Nyoman"})

    page = luh(app).get("/devices/?show=behind")

    assert page.rows == []
    assert page.status == 200


def test_a_phone_whose_receipts_were_lost_asks_what_is_held_of_it(app):
    wayan = Phone(app, "wayan")
    receipts = [wayan.send(fields={"name": "Sudarma"}) for _each in range(3)]

    told = wayan.get(f"/receipts?device={wayan.device}&after=1").json
    stranger = Phone(app, "made").get(f"/receipts?device={wayan.device}")
    nobody = wayan.get(f"/receipts?device={uuid4()}")

    assert [each["id"] for each in told["receipts"]] == [r["registration"] for r in receipts[1:]]
    assert (told["last"], told["missing"], told["more"]) == (3, [], False)
    assert [stranger.status_code, nobody.status_code] == [404, 404]


def test_the_pages_of_phones_are_sound(app):
    Phone(app, "wayan").send(fields={"name": "Sudarma"})
    browser = luh(app)
    index = browser.get("/devices/")
    show = browser.get(next(href for href in index.links.values() if href.startswith("/devices/")
                            and len(href) > 30))  # fmt: skip

    assert complaints({"index": index.body.decode(), "show": show.body.decode()}) == []
