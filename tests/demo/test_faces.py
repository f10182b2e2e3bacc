"""Drawn faces, cards and signatures: good enough for every check, and nobody's."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from fieldapp.adapters.photos import normalise, print_size, signature
from fieldapp.demo.faces import Looks, draw_card, draw_face, draw_signature, face_pool
from fieldapp.demo.people import DemoPerson, People
from fieldapp.domain.photos import PhotoKind, photo_faults
from fieldapp.domain.regions import read_places
from fieldapp.domain.vocabulary import Sex

Pool = tuple[tuple[Looks, bytes], ...]


@pytest.fixture(scope="module")
def pool() -> Pool:
    return face_pool(Random(1), 24)


@pytest.fixture(scope="module")
def ketut() -> DemoPerson:
    regions = Path(__file__).parents[2] / "fieldapp" / "data" / "regions.csv"
    with regions.open(encoding="utf-8") as lines:
        people = People(Random(1), places=read_places(lines), today=date(2026, 11, 22))
    return people.person("juru parkir", sex=Sex.MALE)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_the_same_seed_draws_the_same_faces(pool: Pool) -> None:
    assert face_pool(Random(1), 24) == pool
    assert draw_face(pool[3][0]) == pool[3][1]


def test_every_face_is_a_small_jpeg_in_the_size_of_the_card(pool: Pool) -> None:
    for _, jpeg in pool:
        picture = opened(jpeg)
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (300, 400))
        assert len(jpeg) < 25_000


def test_no_two_faces_look_the_same(pool: Pool) -> None:
    faces = [opened(jpeg) for _, jpeg in pool]

    for here, face in enumerate(faces):
        for other in faces[:here]:
            difference = ImageChops.difference(face, other).convert("L")
            assert ImageStat.Stat(difference).mean[0] > 1


def test_there_are_men_and_women_young_and_old_with_udeng_flower_and_scarf(pool: Pool) -> None:
    looks = [each for each, _ in pool]

    assert sum(each.sex is Sex.MALE for each in looks) == len(looks) / 2
    assert 0 < sum(each.elder for each in looks) < len(looks) / 2
    assert {"", "udeng", "cap", "scarf"} == {each.headwear for each in looks}
    assert any(each.flower for each in looks)
    assert len({each.skin for each in looks}) >= 5
    assert not any(each.moustache for each in looks if each.sex is Sex.FEMALE)


def test_no_face_is_faulted_by_the_checks_of_photos(pool: Pool) -> None:
    for _, jpeg in pool:
        photo = normalise(jpeg, kind=PhotoKind.FACE)
        assert photo_faults(photo.quality, PhotoKind.FACE) == ()
        assert opened(print_size(photo.jpeg)).size == (300, 400)


def test_a_card_passes_the_checks_and_differs_from_person_to_person(
    pool: Pool, ketut: DemoPerson
) -> None:
    card = draw_card(ketut, pool[0][1])
    other = draw_card(ketut, pool[2][1])

    photo = normalise(card, kind=PhotoKind.KTP)
    assert photo_faults(photo.quality, PhotoKind.KTP) == ()
    assert (photo.width, photo.height) == (1000, 630)
    assert len(card) < 200_000
    assert card != other


def test_a_drawn_signature_is_taken_as_one() -> None:
    drawn = {draw_signature(Random(seed)) for seed in range(40)}

    assert len(drawn) == 40
    for png in drawn:
        result = signature(png)
        assert 120 < result.width <= 480
        assert 40 < result.height <= 180
        assert len(png) < 60_000
