"""People of the demonstration: each of them could walk in, and none of them is anybody."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from fieldapp.demo.people import PROFILES, DemoPerson, People
from fieldapp.domain.ages import age_on
from fieldapp.domain.names import tidy_name
from fieldapp.domain.nik import parse_kk, parse_nik
from fieldapp.domain.phones import parse_phone
from fieldapp.domain.regions import Level, Place, read_places
from fieldapp.domain.vocabulary import MaritalStatus, Relation, Sex

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def places() -> tuple[Place, ...]:
    regions = Path(__file__).parents[2] / "fieldapp" / "data" / "regions.csv"
    with regions.open(encoding="utf-8") as lines:
        return read_places(lines)


@pytest.fixture(scope="module")
def regencies(places: tuple[Place, ...]) -> frozenset[str]:
    return frozenset(place.code for place in places if place.level is Level.REGENCY)


def city(places: tuple[Place, ...], seed: int = 7) -> People:
    return People(Random(seed), places=places, today=TODAY)


@pytest.fixture(scope="module")
def everybody(places: tuple[Place, ...]) -> list[DemoPerson]:
    people = city(places)
    return [person for category in PROFILES for person in people.group(category, 250)]


def test_the_same_seed_makes_the_same_people(places: tuple[Place, ...]) -> None:
    first, again, other = (list(city(places, seed).group("petani", 50)) for seed in (7, 7, 8))

    assert first == again
    assert first != other


def test_every_nik_can_be_read_and_agrees_with_birth_date_and_sex(
    everybody: list[DemoPerson], regencies: frozenset[str]
) -> None:
    for person in everybody:
        nik = parse_nik(person.nik, today=TODAY, regencies=regencies)
        assert (nik.birth_date, nik.sex) == (person.birth_date, person.sex)
        assert parse_kk(person.kk, today=TODAY, regencies=regencies).recorded_on <= TODAY


def test_no_two_share_a_nik_a_family_card_or_a_telephone(everybody: list[DemoPerson]) -> None:
    for which in ("nik", "kk", "phone"):
        assert len({getattr(person, which) for person in everybody}) == len(everybody)


def test_most_were_first_registered_in_denpasar_and_some_far_away(
    everybody: list[DemoPerson],
) -> None:
    provinces = Counter(person.nik[:2] for person in everybody)
    denpasar = sum(person.nik.startswith("5171") for person in everybody) / len(everybody)

    assert 0.65 < denpasar < 0.9
    assert {"51", "35", "52", "53"} <= set(provinces)


def test_names_telephones_and_villages_pass_the_rules_of_the_form(
    everybody: list[DemoPerson], places: tuple[Place, ...]
) -> None:
    villages = {place.code for place in places if place.level is Level.VILLAGE}

    for person in everybody:
        assert tidy_name(person.name) == person.name
        assert tidy_name(person.mother_name) == person.mother_name
        assert len(person.name) <= 60
        assert parse_phone(person.phone) == person.phone
        assert person.village_code in villages
        assert person.postal_code.isdecimal()
        assert len(person.postal_code) == 5
        assert len(person.street) <= 60


def test_names_say_the_sex_where_balinese_names_do(everybody: list[DemoPerson]) -> None:
    for person in everybody:
        name = person.name.upper()
        if name.startswith(("NI ", "IDA AYU", "IA.", "DESAK", "BAIQ", "SITI")):
            assert person.sex is Sex.FEMALE
        if name.startswith(("IDA BAGUS", "IB.", "I WAYAN", "I KETUT", "LALU")):
            assert person.sex is Sex.MALE


def test_there_are_ranks_abbreviations_single_names_and_newcomers(
    everybody: list[DemoPerson],
) -> None:
    names = [person.name for person in everybody]

    for start in ("I Wayan", "Ni ", "Ida Bagus", "IB.", "Ida Ayu", "Anak Agung", "A.A.", "I Gusti"):
        assert any(name.startswith(start) for name in names), start
    for start in ("I Gst.", "I Dewa", "Desak", "Cokorda", "Lalu", "Siti"):
        assert any(name.startswith(start) for name in names), start
    assert any(" " not in name for name in names)
    assert any(name.isupper() for name in names)


def test_children_are_named_in_the_order_of_their_birth(everybody: list[DemoPerson]) -> None:
    second_names = {"Made", "Kadek", "Nengah"}
    seen = 0
    for person in everybody:
        children = [each for each in person.family if each.relation is Relation.CHILD]
        assert children == sorted(children, key=lambda child: child.birth_date)
        for child in children:
            assert 16 < age_on(person.birth_date, child.birth_date) < 50
            assert child.birth_date <= TODAY
        if len(children) > 1 and children[1].name.startswith(("I ", "Ni ")):
            words = set(children[1].name.split()[:4])
            seen += bool(words & second_names)
    assert seen > 100


def test_nobody_is_without_family_and_the_single_have_no_spouse(
    everybody: list[DemoPerson],
) -> None:
    for person in everybody:
        relations = [each.relation for each in person.family]
        assert relations
        assert (Relation.SPOUSE in relations) == (person.marital_status is MaritalStatus.MARRIED)


def test_incomes_are_usual_for_the_work_and_ages_allow_enrolment(
    everybody: list[DemoPerson],
) -> None:
    for person in everybody:
        low, high = PROFILES[person.category].income
        assert low <= person.income <= high
        assert 18 <= age_on(person.birth_date, TODAY) < 65


def test_of_992_parking_attendants_206_are_over_60(places: tuple[Place, ...]) -> None:
    group = list(city(places).group("juru parkir", 992))

    over_60 = [person for person in group if age_on(person.birth_date, TODAY) > 60]
    assert len(over_60) == 206
    assert all(age_on(person.birth_date, TODAY) < 65 for person in over_60)


def test_of_360_kelian_adat_17_have_turned_65(places: tuple[Place, ...]) -> None:
    group = list(city(places).group("kelian adat", 360, past_65=17))

    turned = [person for person in group if age_on(person.birth_date, TODAY) >= 65]
    assert (len(group), len(turned)) == (360, 17)
    assert {person.sex for person in group} == {Sex.MALE}
    assert not any(person.nik.startswith(("35", "52", "53")) for person in group)


@pytest.mark.parametrize("age", [15, 17, 18, 64, 65, 80])
def test_an_age_that_is_asked_for_is_kept_on_any_day(places: tuple[Place, ...], age: int) -> None:
    for today in (date(2026, 11, 22), date(2028, 2, 29), date(2027, 1, 1), date(2026, 12, 31)):
        people = People(Random(3), places=places, today=today)
        for _ in range(200):
            assert age_on(people.person("petani", age=age).birth_date, today) == age


def test_a_look_alike_is_the_same_person_to_the_eye_under_another_nik(
    places: tuple[Place, ...], regencies: frozenset[str]
) -> None:
    people = city(places)
    respelt = 0
    for person in people.group("juru parkir", 200):
        alike = people.look_alike(person)

        nik = parse_nik(alike.nik, today=TODAY, regencies=regencies)
        assert alike.nik != person.nik
        assert nik.birth_date == alike.birth_date != person.birth_date
        swapped = (person.birth_date.day, person.birth_date.month)
        year_off = alike.birth_date.year == person.birth_date.year + 1
        assert (alike.birth_date.month, alike.birth_date.day) == swapped or year_off
        assert tidy_name(alike.name) == alike.name
        respelt += alike.name != person.name
    assert respelt > 150


def test_the_whole_list_of_the_city_is_made_in_seconds(places: tuple[Place, ...]) -> None:
    people = city(places)

    began = time.process_time()
    made = list(people.group("non-ASN", 10_717))

    assert len({person.nik for person in made}) == 10_717
    assert time.process_time() - began < 5
