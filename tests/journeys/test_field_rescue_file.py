"""A rescue file is read by who has the code, whole or not at all.

One page and no server: the module writes a file and reads it again.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

pytestmark = pytest.mark.journey

STATIC = Path(__file__).parents[2] / "static" / "js"
NOWHERE = "https://rules.invalid"

STAGE = """
  const { newCode, readFile, tidyCode, writeFile } = await import("/phone/rescue.js");
  const hashOf = async (bytes) => Array.from(
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
    (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pictures = [new Uint8Array(60_000).fill(7), new Uint8Array([1, 2, 3])];
  const photos = await Promise.all(pictures.map(async (each) => ({ sha256: await hashOf(each) })));
  const byHash = new Map(photos.map(({ sha256 }, at) => [sha256, pictures[at]]));
  const what = { from: { id: "w", name: "I Wayan Sudiarta" }, items: [{ id: "s", revision: 1,
    name: "Sudarma", body: { parts: { ktp: photos[0].sha256 } } }], photos };
  const code = newCode();
  const rounds = 1000; // the real number is tried in the journeys
  const file = await writeFile(what, { code, rounds, photo: async (sha256) => byHash.get(sha256) });
  const read = async (from, typed = code) => {
    try {
      const { what: found, photos: all } = await readFile(from, typed);
      const sizes = [];
      for await (const { bytes } of all()) sizes.push(bytes.length);
      return { found, sizes };
    } catch (error) {
      return error.code ?? String(error);
    }
  };
  const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
"""


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/")
    if name:
        route.fulfill(body=(STATIC / name).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Rescue</title>", content_type="text/html")


@pytest.fixture(scope="module")
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"{NOWHERE}/")
    yield page
    context.close()


def run(page: Page, script: str) -> object:
    return page.evaluate(f"async () => {{ {STAGE} {script} }}")


def test_what_was_written_is_read_with_its_photos(page):
    found = run(page, "return await read(file);")

    assert found["found"]["items"][0]["name"] == "Sudarma"
    assert found["sizes"] == [60_000, 3]


def test_the_code_forgives_small_letters_spaces_and_look_alikes(page):
    found = run(
        page,
        """
        const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o")
          .replaceAll("1", "l");
        return { code, sizes: (await read(file, typed)).sizes };
        """,
    )

    assert found["sizes"] == [60_000, 3]
    assert len(found["code"]) == 19
    assert found["code"].count("-") == 3


def test_no_two_codes_are_alike_and_another_one_opens_nothing(page):
    found = run(
        page,
        """
        const codes = new Set(Array.from({ length: 500 }, newCode));
        return [codes.size, await read(file, newCode())];
        """,
    )

    assert found == [500, "wrong_code"]


def test_nothing_of_a_person_can_be_read_in_the_file(page):
    found = run(
        page,
        """
        const text = new TextDecoder("latin1").decode(await bytesOf(file));
        return ["Sudarma", "Wayan", "items", photos[0].sha256].filter((each) =>
          text.includes(each));
        """,
    )

    assert found == []


@pytest.mark.parametrize(
    "harm",
    [
        "return await read(new Blob([bytes.slice(0, bytes.length - 10)]));",
        "return await read(new Blob([bytes.slice(0, bytes.length - 19 - 16)]));",
        "bytes[bytes.length - 1] ^= 1; return await read(new Blob([bytes]));",
        # the two photos change places: each is whole, and in the wrong one's place
        """
        const last = 16 + 3 + 16, first = 16 + 60_000 + 16, start = bytes.length - last - first;
        return await read(new Blob([bytes.slice(0, start), bytes.slice(start + first),
          bytes.slice(start, start + first)]));
        """,
    ],
)
def test_a_file_that_is_not_whole_is_never_taken_for_one_that_is(page, harm):
    assert run(page, f"const bytes = await bytesOf(file); {harm}") == "damaged"


def test_any_other_file_is_told_from_a_wrong_code(page):
    found = run(
        page,
        """
        const bytes = await bytesOf(file);
        bytes[200] ^= 1;
        return [await read(new Blob(["%PDF-1.7 and so on, at some length"])),
          await read(new Blob([])), await read(new Blob([bytes]))];
        """,
    )

    assert found == ["not_a_file", "not_a_file", "wrong_code"]
