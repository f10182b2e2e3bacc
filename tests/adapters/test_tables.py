from collections import Counter

from fieldapp.adapters.tables import DATA, agencies, regency_codes, regions
from fieldapp.domain.regions import Level, level_of
from fieldapp.domain.vocabulary import Segment


def test_all_of_indonesia_and_the_villages_of_bali_are_carried():
    levels = Counter(place.level for place in regions())

    assert levels == {
        Level.PROVINCE: 38,
        Level.REGENCY: 514,
        Level.DISTRICT: 57,
        Level.VILLAGE: 716,
    }
    assert "51.71" in regency_codes()


def test_every_place_has_the_level_of_its_code_and_a_parent_that_is_carried_too():
    codes = {place.code for place in regions()}

    assert len(codes) == len(regions())
    assert all(level_of(place.code) is place.level for place in regions())
    assert {place.parent_code for place in regions()} - {None} <= codes


def test_the_agencies_of_denpasar_supervise_whom_the_press_says():
    paid_by_the_city = [each for each in agencies() if each.year == 2025]
    parking = next(each for each in agencies() if each.category == "juru parkir")

    assert len(agencies()) == 16
    assert parking.agency == "Perumda Bhukti Praja Sewakadarma"
    assert (parking.people, parking.verified, parking.segment) == (992, False, Segment.BPU)
    assert len(paid_by_the_city) > 10


def test_the_data_says_whose_it_is():
    assert "idn-area-data 4.0.1, data under ODbL 1.0" in (DATA / "README.md").read_text("utf-8")
