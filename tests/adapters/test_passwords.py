"""Passwords as they are stored."""

from time import perf_counter

from argon2 import PasswordHasher

from fieldapp.adapters.passwords import common, fits, hashed, outdated


def test_a_password_fits_its_hash_and_no_other():
    stored = hashed("canang sari di meja")

    assert fits(stored, "canang sari di meja")
    assert not fits(stored, "canang sari di Meja")
    assert not fits(None, "canang sari di meja")
    assert not fits("no hash at all", "canang sari di meja")


def test_a_hash_says_its_parameters():
    assert hashed("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_of_other_parameters_is_outdated():
    older = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")

    assert outdated(older)
    assert not outdated(hashed("x"))


def test_where_there_is_no_account_it_takes_as_long():
    stored = hashed("canang sari di meja")
    fits(None, "warm up")

    known, unknown = quickest(stored), quickest(None)

    assert 1 / 3 < known / unknown < 3


def test_the_carried_passwords_are_written_as_they_are_compared():
    assert all(each == each.casefold().strip() for each in common())
    assert len(common()) > 100


def quickest(stored: str | None) -> float:
    """Seconds of the quickest of five: what else the machine does only makes it slower."""
    times = []
    for _ in range(5):
        begun = perf_counter()
        fits(stored, "a wrong password")
        times.append(perf_counter() - begun)
    return min(times)
