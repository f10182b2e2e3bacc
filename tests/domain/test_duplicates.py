"""The filter of known NIKs: it forgets nobody, errs seldom, and is noise without its key."""

import base64
from random import Random

import pytest

from fieldapp.domain.duplicates import PLACES, place_of, read_filter, shuffled, write_filter
from tests.domain.shared_cases import each_case

CITY, WAYAN, MADE = b"city" * 4, b"wayan" * 4, b"made" * 4


def niks(count: int, seed: int) -> list[str]:
    chance = Random(seed)
    return [f"5171{chance.randrange(10**12):012}" for _each in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 1000, 20_000])
def test_a_filter_holds_exactly_what_was_put_in(count):
    places = {place_of(nik, CITY) for nik in niks(count, 1)}

    data = write_filter(places, WAYAN)

    assert read_filter(data) == sorted(shuffled(places, WAYAN))
    assert len(read_filter(data)) == len(places)


def test_shuffling_loses_no_place():
    chance = Random(1)
    places = {chance.randrange(PLACES) for _each in range(50_000)} | {0, PLACES - 1}

    found = shuffled(places, WAYAN)

    assert len(set(found)) == len(places)
    assert all(0 <= place < PLACES for place in found)


def test_filters_of_two_people_have_no_more_in_common_than_chance():
    places = {place_of(nik, CITY) for nik in niks(20_000, 1)}

    shared = set(shuffled(places, WAYAN)) & set(shuffled(places, MADE))

    assert len(shared) < 3 * len(places) ** 2 / PLACES


def test_many_filters_tell_no_more_about_a_stranger_than_one():
    known = {place_of(nik, CITY) for nik in niks(100_000, 1)}
    strangers = niks(20_000, 2)
    wrongly = {nik for nik in strangers if place_of(nik, CITY) in known}

    told = set(strangers)
    for week in (b"week 1", b"week 2", b"week 3"):
        held = set(shuffled(known, week))
        asked = shuffled([place_of(nik, CITY) for nik in strangers], week)
        told &= {nik for nik, place in zip(strangers, asked, strict=True) if place in held}

    assert told == wrongly
    assert 0.004 < len(wrongly) / len(strangers) < 0.008, "100,000 of 2^24 places"


def test_a_whole_city_fits_on_a_phone_and_errs_as_is_said():
    chance = Random(1)
    places = {chance.randrange(PLACES) for _each in range(475_000)}

    data = write_filter(places, WAYAN)

    assert len(data) < 400_000
    assert 0.027 < len(places) / PLACES < 0.029


@each_case("duplicates", "filters")
def test_the_shared_cases_are_answered_as_written(case):
    keys = {name: base64.b64decode(case[name]) for name in ("city_key", "user_key", "filter")}
    held = set(read_filter(keys["filter"]))

    def asked(nik: str) -> bool:
        return shuffled([place_of(nik, keys["city_key"])], keys["user_key"])[0] in held

    assert [asked(nik) for nik in case["known"]] == [True] * len(case["known"])
    assert [asked(nik) for nik in case["strange"]] == [False] * len(case["strange"])


def test_what_is_no_filter_is_refused():
    with pytest.raises(ValueError):
        read_filter(b"<!doctype html>")
