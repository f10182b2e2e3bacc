import pytest

from fieldapp.domain.regions import Level, is_kelurahan, level_of, parents, read_places, regency_of


@pytest.mark.parametrize(
    ("code", "level", "above"),
    [
        ("51", Level.PROVINCE, ()),
        ("51.71", Level.REGENCY, ("51",)),
        ("51.71.01", Level.DISTRICT, ("51", "51.71")),
        ("51.71.01.1001", Level.VILLAGE, ("51", "51.71", "51.71.01")),
    ],
)
def test_a_code_begins_with_its_parents(code, level, above):
    assert level_of(code) is level
    assert parents(code) == above


@pytest.mark.parametrize("code", ["", "5", "5171", "51.7", "51.71.01.100", "51.71.01.1001.1", "ab"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="no region code"):
        level_of(code)


def test_a_kelurahan_is_told_from_a_desa():
    assert is_kelurahan("51.71.01.1006")
    assert not is_kelurahan("51.71.01.2007")
    assert not is_kelurahan("51.71.01")


def test_a_village_knows_its_regency_and_its_parent():
    lines = ["code,level,name", "51.71.01.1006,village,Sanur", "51,province,Bali"]

    sanur, bali = read_places(lines)

    assert regency_of(sanur.code) == "51.71"
    assert sanur.parent_code == "51.71.01"
    assert bali.parent_code is None
