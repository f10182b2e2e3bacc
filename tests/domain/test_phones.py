import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.phones import PhoneError, PhoneFault, parse_phone, shown


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "0812.3456.7890",
        "+62 812-3456-7890",
        "+62 0812 3456 7890",
        "6281234567890",
        "006281234567890",
        "81234567890",
        " 0812\u20113456\u20117890 ",
    ],
)
def test_a_mobile_number_is_read_however_it_is_typed(typed):
    assert parse_phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    ("typed", "kept", "seen"),
    [
        ("0812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("0811-234-567", "+62811234567", "0811-2345-67"),
        ("0812 3456 78901", "+62812345678901", "0812-3456-78901"),
        ("(0361) 123456", "+62361123456", "0361-123456"),
        ("021 555 1234", "+62215551234", "021-5551234"),
    ],
)
def test_a_number_is_shown_in_groups(typed, kept, seen):
    assert parse_phone(typed) == kept
    assert shown(kept) == seen


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ("tidak punya", {"fault": PhoneFault.LETTERS}),
        ("0812 3456 789O", {"fault": PhoneFault.LETTERS}),
        ("０８１２３４５６７８９０", {"fault": PhoneFault.LETTERS}),
        ("0812 345", {"fault": PhoneFault.LENGTH, "length": 7}),
        ("0812 3456 7890 12", {"fault": PhoneFault.LENGTH, "length": 14}),
        ("+1 202 555 0100", {"fault": PhoneFault.PREFIX}),
        ("", {"fault": PhoneFault.PREFIX}),
        ("0000000000", {"fault": PhoneFault.PREFIX}),
    ],
)
def test_what_is_no_number_is_refused_for_its_reason(typed, facts):
    with pytest.raises(PhoneError) as refusal:
        parse_phone(typed)

    assert refusal.value.facts == facts


@given(st.from_regex(r"08[1-9][0-9]{7,10}", fullmatch=True))
def test_what_is_shown_can_be_typed_again(number):
    kept = parse_phone(number)

    assert kept == f"+62{number[1:]}"
    assert parse_phone(shown(kept)) == kept
