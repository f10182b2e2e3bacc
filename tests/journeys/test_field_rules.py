"""What the phone finds by itself is what the server finds: the same entries, asked of both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from fieldapp.domain.findings import REQUIRED, RegistrationFacts, judge
from fieldapp.domain.forms import FIELDS, read_entries
from fieldapp.domain.heirs import HeirRank, first_heirs
from fieldapp.domain.nik import parse_nik
from fieldapp.domain.photos import PhotoKind, PhotoQuality
from fieldapp.domain.vocabulary import Relation
from fieldapp.services.reference import reference, villages

pytestmark = pytest.mark.journey

SCRIPTS = Path(__file__).parents[2] / "static" / "js"
NOWHERE = "https://rules.invalid"
TODAY = date(2026, 11, 22)
WHOLE = {
    "nik": "5171 0112 0585 0003", "name": "Sudarma", "birth_place": "Denpasar",
    "birth_date": "12-5-1985", "sex": "male", "mother_name": "Ni Wayan Rasmi",
    "street": "Jalan Raya Sesetan No. 12", "village_code": "Sesetan, Denpasar Selatan",
    "category_id": "0f5bbd09-6d7b-4f5b-8c0e-1a4c3b9a2f10", "income": "1,5jt", "payer": "own",
    "starts_on": "1-12-2026", "phone": "0812 3456 7890",
}  # fmt: skip

ENTRIES = {
    "nik": ["5171 0112 0585 0003", "517101120585000", "5171O11205850003", "5.17101E+15", "0"],
    "kk": ["5171011205850003", "123", "5171014105850003"],
    "name": ["Sudarma", "  I  Wayan\tSudarma ", "Sudarm4", "Su@darma", "...", "I" * 121,
             "Ni Luh Gedé", "IB. Made`", "Ñ’a-(b)/c", "الاسم"],
    "mother_name": ["Ni Wayan Rasmi", "2"],
    "birth_date": ["12-5-1985", "12/05/1985", "12.5.1985", "12 Mei 1985", "12-mei-1985",
                   "1985-05-12", "12051985", "31-2-1985", "12-13-1985", "12--1985", "kemarin",
                   "1-1-1899", "12 Foo 1985", "29-2-2023", "29-2-2024", "0-0-0000"],
    "phone": ["0812 3456 7890", "+62 812-3456-7890", "62812 3456 7890", "8123456789", "0361 123456",
              "0812", "12345", "+1 555 1234", "08I2", "(0361) 234.567", "+620812345678"],
    "street": ["Gang Mawar 3", "a" * 121, "x\x07y", "Jalan\u200bX"],
    "banjar": ["Br. Kaja", "b" * 61],
    "rt": ["1", "012", "1234", "x"],
    "rw": [" 7 "],
    "village_code": ["51.71.01.1003", "Sesetan", "kel. sesetan", "Sesetan, Denpasar Selatan",
                     "Sesetan, Denpasar Selatan, Kota Denpasar", "Atlantis", "Abang", "Batuan",
                     "Desa Kesiman", "Dangin Puri Kelod"],
    "postal_code": ["80222", "8022", "08022", "80 222"],
    "email": ["a@b.id", "a@b", "a b@c.id", "a@b..id"],
    "former_kpj": ["1234-567-8901", "123", "12345abcdef"],
    "npwp": ["12.345.678.9-012.345", "1234567890123456", "12"],
    "income": ["1.500.000", "1,5jt", "-5", "abc", "1500", "1.000.000.000.000"],
    "no_nik_reason": ["hilang"],
    "work_hours": ["08.00–16.00", "x" * 41],
    "starts_on": ["1-12-2026"],
    "family": [
        [{"relation": "spouse", "name": "Ni Made", "birth_date": "1-2-1990", "sex": "female"}],
        [{"relation": "spouse", "name": "", "birth_date": "", "sex": ""}],
        [{"relation": "", "name": "Ni Made", "birth_date": "", "sex": ""}],
        [{"relation": "child", "name": "Adi", "birth_date": "31-2-2010", "sex": ""}],
        [{"relation": "child", "name": "4di", "birth_date": "", "sex": ""}],
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"{NOWHERE}/")
    yield page
    context.close()


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/")
    if name:
        route.fulfill(body=(SCRIPTS / name).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Rules</title>", content_type="text/html")


def on_the_phone(page: Page, script: str, given: object) -> Any:
    """What the body of an async function makes of `given.cases`, the rules being at hand."""
    prepared = """
      const { readEntries, villagesByName } = await import("/rules/entries.js");
      const { judge, heirsOf } = await import("/rules/findings.js");
      const look = { today: given.today, byName: villagesByName(given.villages) };
    """
    told = {
        "cases": given,
        "today": TODAY.isoformat(),
        "villages": _villages(),
        "required": ["nik", *REQUIRED],
    }
    return page.evaluate(f"async (given) => {{ {prepared} {script} }}", told)


def _villages() -> list[Any]:
    tree: dict[str, dict[str, list[list[str]]]] = {}
    for each in villages().values():
        tree.setdefault(each.regency, {}).setdefault(each.district, []).append(
            [each.code, each.name]
        )
    return [[regency, list(map(list, parts.items()))] for regency, parts in tree.items()]


def plain(value: Any) -> Any:
    """A value of Python as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def test_each_entry_is_read_alike_on_the_phone_and_by_the_server(page):
    cases = [(name, text) for name, texts in ENTRIES.items() for text in texts]
    assert set(ENTRIES) <= set(FIELDS)

    found = on_the_phone(
        page,
        """
        return given.cases.map(([name, text]) => {
          const { values, faults } = readEntries({ [name]: text }, look);
          return faults[name] ? { fault: faults[name].fault } : { value: values[name] ?? null };
        });
        """,
        cases,
    )

    expected = []
    for name, text in cases:
        read = read_entries({name: text}, reference(TODAY))
        error = read.errors.get(name)
        value = plain(read.values[name])
        expected.append({"fault": error.fault.value} if error else {"value": value})
    differing = [
        (case, phone, server)
        for case, phone, server in zip(cases, found, expected, strict=True)
        if phone != server
    ]
    assert differing == []


def test_a_name_that_several_villages_have_offers_the_same_ones(page):
    looked_up = reference(TODAY)
    unclear = sorted(name for name, found in looked_up.by_name.items() if len(found) > 1)
    assert len(unclear) > 10

    found = on_the_phone(
        page,
        """
        const read = (text) => readEntries({ village_code: text }, look).faults.village_code;
        return given.cases.map((text) => [read(text).fault, ...read(text).choices]);
        """,
        unclear,
    )

    assert found == [
        ["village_unclear", *(village.label for village in looked_up.by_name[name])]
        for name in unclear
    ]


CHANGES: list[Mapping[str, Any]] = [
    {},
    {"nik": ""},
    {"nik": "", "no_nik_reason": "hilang"},
    {"nik": "517101120585"},
    {"name": "", "mother_name": "", "street": ""},
    {"birth_date": "13-5-1985"},
    {"birth_date": "1-12-1961", "nik": ""},
    {"birth_date": "2-12-1961", "nik": ""},
    {"birth_date": "1-12-2011", "nik": ""},
    {"birth_date": "2-12-2011", "nik": ""},
    {"birth_date": "1-12-2008", "nik": ""},
    {"birth_date": "2-12-2008", "nik": ""},
    {"birth_date": "29-2-2008", "starts_on": "28-2-2026", "nik": ""},
    {"birth_date": ""},
    {"birth_date": "31-2-1985"},
    {"sex": "female"},
    {"village_code": "51.02.01.2001"},
    {"village_code": "Atlantis"},
    {"name": "I" * 61},
    {"income": "100.000"},
    {"income": "20jt"},
    {"income": "tidak tentu"},
    {"phone": ""},
    {"phone": "12"},
    {"starts_on": "", "payer": "", "category_id": ""},
]


def test_what_the_phone_finds_is_what_the_server_finds(page):
    usual = (500_000, 5_000_000)
    cases = [{**WHOLE, **change} for change in CHANGES]

    found = on_the_phone(
        page,
        """
        const category = { usual_income_from: 500000, usual_income_to: 5000000 };
        return given.cases.map((fields) => {
          const { values, faults } = readEntries(fields, look);
          values.consent_version = "2026-11";
          const photos = ["ktp"];
          const { required, today } = given;
          return judge({ values, faults, required, category, photos, today })
            .map(({ code, field, weight, key }) => [code, field, weight, key]);
        });
        """,
        cases,
    )

    for fields, phone in zip(cases, found, strict=True):
        assert phone == as_the_server(fields, usual), fields


def as_the_server(fields: Mapping[str, Any], usual: tuple[int, int]) -> list[list[str]]:
    read = read_entries(fields, reference(TODAY))
    values = dict(read.values)
    values["nik"] = (
        parse_nik(values["nik"], today=TODAY, regencies=reference(TODAY).regencies)
        if values["nik"]
        else None
    )
    good = PhotoQuality(width=1280, height=960, mean_luma=128.0, sharpness=500.0, glare=0.0)
    findings = judge(
        RegistrationFacts(
            today=TODAY,
            consent_version="2026-11",
            unreadable=read.errors,
            usual_income=usual,
            photos={PhotoKind.KTP: good},
            **{k: v for k, v in values.items() if k in RegistrationFacts.__dataclass_fields__},
        )
    )
    return [[each.code.value, each.field, each.weight.value, each.key] for each in findings]


@pytest.mark.parametrize(
    "relations",
    [["spouse", "parent"], ["parent", "sibling", "grandparent"], ["sibling"], ["parent_in_law"],
     ["other"], []],
)  # fmt: skip
def test_the_same_family_members_are_named_as_heirs(page, relations):
    family = [{"relation": each, "name": f"Orang {at}"} for at, each in enumerate(relations)]

    found = on_the_phone(page, "return heirsOf(given.cases);", family)

    rank, first = first_heirs(Relation(each) for each in relations)
    by_law = rank not in (HeirRank.NAMED_IN_A_WILL, HeirRank.ESTATE_OFFICE)
    assert found == [m["name"] for m in family if by_law and Relation(m["relation"]) in first]
