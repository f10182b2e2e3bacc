"""The rules that the phone applies by itself are the rules that the server applies.

One page, no server: the modules are answered from the folder as the page asks for them.
"""

from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from fieldapp.adapters.tables import brackets, regency_codes
from fieldapp.domain.contributions import PERIODS, PP_50_2025
from fieldapp.domain.nik import grouped, masked
from tests.domain.shared_cases import cases

pytestmark = pytest.mark.journey

RULES = Path(__file__).parents[2] / "static" / "js" / "rules"
NOWHERE = "https://rules.invalid"  # a secure address: browsers keep their ciphers for those

SNAKE = """
  const snake = (value) => {
    if (Array.isArray(value)) return value.map(snake);
    if (value === null || typeof value !== "object") return value;
    const named = ([name, each]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(each)];
    return Object.fromEntries(Object.entries(value).map(named));
  };
"""


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/")
    if name:
        route.fulfill(body=(RULES / name).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Rules</title>", content_type="text/html")


@pytest.fixture(scope="module")
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"{NOWHERE}/")
    yield page
    context.close()


def run(page: Page, script: str, given: object = None) -> object:
    """What the body of an async function of `given` returns, in the words of Python."""
    return page.evaluate(f"async (given) => {{ {SNAKE} {script} }}", given)


def differences(given, found):
    return [
        (case["says"], result, case["expect"])
        for case, result in zip(given, found, strict=True)
        if result != case["expect"]
    ]


def test_the_phone_asks_the_filter_of_known_niks_as_the_server_wrote_it(page):
    table = cases("duplicates", "filters")

    found = run(
        page,
        """
        const { openFilter } = await import("/duplicates.js");
        const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
        return Promise.all(given.map(async (each) => {
          const known = await openFilter(bytes(each.filter),
            { cityKey: bytes(each.city_key), userKey: bytes(each.user_key) });
          return [await Promise.all(each.known.map(known)),
                  await Promise.all(each.strange.map(known))];
        }));
        """,
        table,
    )

    assert found == [[[True] * len(c["known"]), [False] * len(c["strange"])] for c in table]


@pytest.mark.parametrize(
    ("section", "parse"), [("good", "parseNik"), ("refused", "parseNik"), ("kk", "parseKk")]
)
def test_the_phone_reads_numbers_as_the_server_does(page, section, parse):
    table = cases("nik", section)

    found = run(
        page,
        f"""
        const {{ {parse} }} = await import("/nik.js");
        const {{ REGENCIES }} = await import("/regencies.js");
        return given.map(({{ text, today }}) =>
          snake({parse}(text, {{ today, regencies: REGENCIES }})));
        """,
        table,
    )

    assert differences(table, found) == []


def test_the_phone_reads_money_as_the_server_does(page):
    table = cases("money", "cases")

    found = run(
        page,
        """
        const { parseRupiah } = await import("/money.js");
        return given.map(({ text }) => parseRupiah(text));
        """,
        table,
    )

    assert differences(table, found) == []


@pytest.mark.parametrize(
    ("section", "reckon"), [("bpu", "bpuContribution"), ("pu", "puContribution")]
)
def test_the_phone_reckons_contributions_as_the_server_does(page, section, reckon):
    table = cases("contributions", section)

    found = run(
        page,
        f"""
        const {{ {reckon} }} = await import("/contributions.js");
        return given.map(({{ given: {{ risk_class: riskClass, ...rest }}, expect }}) => {{
          const result = {reckon}({{ ...rest, riskClass }});
          const facts = snake({{ ...result.lines?.[0], ...result }});
          return Object.fromEntries(Object.keys(expect).map((name) => [name, facts[name]]));
        }});
        """,
        table,
    )

    assert differences(table, found) == []


def test_the_phone_has_the_same_tables(page):
    found = run(
        page,
        """
        const { BRACKETS } = await import("/brackets.js");
        const { REGENCIES } = await import("/regencies.js");
        const { PERIODS, PP_50_2025 } = await import("/contributions.js");
        const { masked, grouped } = await import("/nik.js");
        return snake({
          brackets: BRACKETS, regencies: [...REGENCIES], periods: PERIODS,
          discounts: PP_50_2025,
          masked: masked("5171011708850012"), grouped: grouped("5171011708850012"),
        });
        """,
    )

    carried = [asdict(bracket) for bracket in brackets()]
    for bracket in carried:
        del bracket["derived"]
    assert found["brackets"] == carried
    assert set(found["regencies"]) == regency_codes()
    assert len(found["regencies"]) == len(regency_codes())
    assert tuple(found["periods"]) == PERIODS
    assert found["discounts"] == [
        {
            "rule": each.rule,
            "sector": each.sector,
            "first": f"{each.first:%Y-%m}",
            "last": f"{each.last:%Y-%m}",
            "per_cent": each.per_cent,
            "not_paid_by": sorted(each.not_paid_by, reverse=True),
        }
        for each in PP_50_2025
    ]
    assert found["masked"] == masked("5171011708850012")
    assert found["grouped"] == grouped("5171011708850012")


def test_every_day_of_every_year_is_read_alike_on_the_phone(page):
    """The phone counts its days without a time zone; one shift would move a birthday."""
    found = run(
        page,
        """
        const { parseNik } = await import("/nik.js");
        const regencies = new Set(["51.71"]);
        const wrong = [];
        const two = (number) => String(number).padStart(2, "0");
        for (let time = Date.UTC(1926, 0, 1); time < Date.UTC(2012, 0, 1); time += 86_400_000) {
          const iso = new Date(time).toISOString().slice(0, 10);
          const [year, month, day] = iso.split("-");
          for (const [sex, more] of [["male", 0], ["female", 40]]) {
            const text = `517101${two(Number(day) + more)}${month}${year.slice(2)}0001`;
            const nik = parseNik(text, { today: "2026-11-22", regencies });
            if (nik.birthDate !== iso || nik.sex !== sex) wrong.push([text, nik]);
          }
        }
        return wrong;
        """,
    )

    assert found == []
