"""What a password must be."""

import secrets

import pytest

from fieldapp.adapters.passwords import common, fits, hashed
from fieldapp.domain.first_password import first_password
from fieldapp.domain.passwords import PasswordFault, Strength, password_fault, strength


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("pendek", PasswordFault.TOO_SHORT),
        ("", PasswordFault.TOO_SHORT),
        ("x" * 201, PasswordFault.TOO_LONG),
        ("i.wayan.sudiarta", PasswordFault.USERNAME),
        ("I.Wayan.Sudiarta1", PasswordFault.USERNAME),
        ("1234567890", PasswordFault.COMMON),
        ("Denpasar2026!", PasswordFault.COMMON),
        ("omswastiastu", PasswordFault.COMMON),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("abcdefghijkl", PasswordFault.COMMON),
        ("9876543210", PasswordFault.COMMON),
        ("canang sari di meja", None),
        ("pasar-badung-1958", None),
    ],
)
def test_the_first_fault_of_a_password_is_named(password, fault):
    found = password_fault(password, username="i.wayan.sudiarta", common=common())

    assert found is fault


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("kembangkopi", Strength.FAIR),
        ("kembang kopi 7", Strength.GOOD),
        ("canang sari di meja", Strength.STRONG),
        ("abababababababababab", Strength.FAIR),
    ],
)
def test_the_strength_of_a_password_is_a_word(password, word):
    assert strength(password) is word


def test_first_passwords_keep_their_own_rules():
    passwords = [first_password(secrets.choice) for _ in range(200)]

    assert {password_fault(each, username="wayan", common=common()) for each in passwords} == {None}
    assert {strength(each) for each in passwords} == {Strength.STRONG}


def test_first_passwords_differ():
    assert len({first_password(secrets.choice) for _ in range(200)}) == 200


def test_a_password_is_the_same_whichever_keyboard_typed_it():
    composed, decomposed = "café di Sanur", "cafe\u0301 di Sanur"

    assert password_fault(composed, username="", common=()) is None
    assert fits(hashed(composed), decomposed)
