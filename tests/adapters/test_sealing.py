"""Sealing: what is moved, changed or foreign does not open."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer, SealError, SealFault

NIK = b"5171012501850003"
PLACE = "registration.nik_sealed.7"


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Sealer(Keyring.in_memory())


@given(plain=st.binary(max_size=300), place=st.text(max_size=40))
def test_whatever_is_sealed_opens_in_its_place(plain: bytes, place: str) -> None:
    sealer = Sealer(Keyring.in_memory())

    sealed = sealer.seal(plain, context=place)

    assert sealer.unseal(sealed, context=place) == plain


def test_a_sealed_value_shows_nothing_and_is_never_the_same_twice(sealer: Sealer) -> None:
    sealed = {sealer.seal(NIK, context=PLACE) for _ in range(50)}

    assert len(sealed) == 50
    assert not any(NIK in each for each in sealed)
    assert {len(each) for each in sealed} == {1 + 4 + 12 + 16 + 16}


def test_a_value_moved_to_another_row_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(NIK, context=PLACE)

    with pytest.raises(SealError) as refused:
        sealer.unseal(sealed, context="registration.nik_sealed.8")

    assert refused.value.facts["fault"] is SealFault.NOT_AUTHENTIC
    assert refused.value.facts["context"] == "registration.nik_sealed.8"


def test_every_single_changed_byte_is_noticed(sealer: Sealer) -> None:
    sealed = sealer.seal(NIK, context=PLACE)

    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealError):
            sealer.unseal(bytes(changed), context=PLACE)


def test_every_cut_is_noticed(sealer: Sealer) -> None:
    sealed = sealer.seal(NIK, context=PLACE)

    for length in range(len(sealed)):
        with pytest.raises(SealError):
            sealer.unseal(sealed[:length], context=PLACE)


def test_a_value_of_another_installation_names_the_unknown_key(sealer: Sealer) -> None:
    other = Keyring.in_memory()
    sealed = Sealer(other).seal(NIK, context=PLACE)

    with pytest.raises(SealError) as refused:
        sealer.unseal(sealed, context=PLACE)

    assert refused.value.facts["fault"] is SealFault.UNKNOWN_KEY
    assert refused.value.facts["key_id"] == other.current_id


def test_an_error_never_carries_the_value(sealer: Sealer) -> None:
    sealed = sealer.seal(NIK, context=PLACE)

    with pytest.raises(SealError) as refused:
        sealer.unseal(sealed, context="elsewhere")

    assert NIK.decode() not in str(refused.value)
    assert sealed.hex() not in str(refused.value)


def test_a_blind_index_is_equal_for_equal_values_of_one_purpose_only(sealer: Sealer) -> None:
    index = sealer.blind("5171012501850003", purpose="nik")

    assert index == sealer.blind("5171012501850003", purpose="nik")
    assert index != sealer.blind("5171012501850004", purpose="nik")
    assert index != sealer.blind("5171012501850003", purpose="kk")
    assert index != Sealer(Keyring.in_memory()).blind("5171012501850003", purpose="nik")
    assert len(index) == 16


def test_the_tail_finds_the_last_four_digits_and_is_not_the_whole(sealer: Sealer) -> None:
    tail = sealer.tail_blind("5171012501850003", purpose="nik")

    assert tail == sealer.tail_blind("0003", purpose="nik")
    assert tail != sealer.tail_blind("0004", purpose="nik")
    assert tail != sealer.blind("0003", purpose="nik")


def test_a_blind_index_outlives_a_new_data_key() -> None:
    keyring = Keyring.in_memory()
    sealer = Sealer(keyring)
    before = sealer.blind("5171012501850003", purpose="nik")

    keyring.add_data_key()

    assert sealer.blind("5171012501850003", purpose="nik") == before


def test_five_thousand_values_are_sealed_in_a_fifth_of_a_second(sealer: Sealer) -> None:
    began = time.process_time()

    for row in range(5000):
        sealer.seal(NIK, context=f"registration.nik_sealed.{row}")

    assert time.process_time() - began < 0.2


def test_threads_share_one_sealer() -> None:
    sealer = Sealer(Keyring.in_memory())

    def there_and_back(row: int) -> bool:
        plain = str(row).encode() * 50
        return sealer.unseal(sealer.seal(plain, context=str(row)), context=str(row)) == plain

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(4000)))
