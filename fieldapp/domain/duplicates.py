"""A filter of the NIKs that are registered, to warn of doubles without signal (ADR 0012).

Two steps, so that no number of filters tells more than one. A NIK falls into one of 2^24 places by
a key that all phones share; several NIKs share a place, and that loss is the same in every filter.
Then a key of the person and the week shuffles the places: without it the filter is noise, and
filters of two people cannot be compared. What is kept is the sorted gaps, Rice coded.

`static/js/rules/duplicates.js` reads what is written here; both are held to
`tests/domain/cases/duplicates.json`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Final

BITS: Final = 24
PLACES: Final = 1 << BITS
MARK: Final = b"FDF1"
"""Format: mark, then count (4 bytes) and Rice parameter (1), then the gaps as bits."""
_HALF: Final = BITS // 2
_LOW: Final = (1 << _HALF) - 1
_ROUNDS: Final = 4


def place_of(nik: str, city_key: bytes) -> int:
    """The place of a NIK (sixteen digits), the same for every phone."""
    return int.from_bytes(hmac.digest(city_key, nik.encode(), "sha256")[: BITS // 8], "big")


def shuffled(places: Iterable[int], user_key: bytes) -> list[int]:
    """The places as this key has them: a permutation, a Feistel network of four rounds."""
    one, two, three, four = _tables(user_key)
    found = []
    for place in places:
        left, right = place >> _HALF, place & _LOW
        left ^= one[right]
        right ^= two[left]
        left ^= three[right]
        right ^= four[left]
        found.append(left << _HALF | right)
    return found


def write_filter(places: Iterable[int], user_key: bytes) -> bytes:
    """The filter of these places for the holder of a key."""
    known = sorted(set(shuffled(places, user_key)))
    parameter = _parameter(len(known))
    head = MARK + len(known).to_bytes(4, "big") + bytes([parameter])
    low = (1 << parameter) - 1
    bits = "".join(
        "1" * (gap >> parameter) + "0" + format(gap & low, f"0{parameter}b") for gap in _gaps(known)
    )
    bits += "0" * (-len(bits) % 8)
    return head + (int(bits, 2).to_bytes(len(bits) // 8, "big") if bits else b"")


def read_filter(data: bytes) -> list[int]:
    """The shuffled places in a filter. Raises ValueError for anything else."""
    if data[:4] != MARK or len(data) < 9:
        raise ValueError("not a filter of known NIKs")
    count, parameter = int.from_bytes(data[4:8], "big"), data[8]
    bits = "".join(f"{byte:08b}" for byte in data[9:])
    found, at, last = [], 0, -1
    for _each in range(count):
        ones = bits.index("0", at) - at
        at += ones + 1 + parameter
        last += (ones << parameter | int(bits[at - parameter : at] or "0", 2)) + 1
        found.append(last)
    return found


def _gaps(known: list[int]) -> Iterator[int]:
    last = -1
    for place in known:
        yield place - last - 1
        last = place


def _parameter(count: int) -> int:
    """The Rice parameter that suits gaps of this mean, at least 1."""
    mean = PLACES / max(1, count)
    return max(1, int(mean * 0.6931).bit_length() - 1)


def _tables(user_key: bytes) -> list[list[int]]:
    """Four tables of 4,096 numbers of twelve bits, from one stretch of PBKDF2."""
    size = 2 << _HALF
    stream = hashlib.pbkdf2_hmac("sha256", user_key, b"shuffle", 1, _ROUNDS * size)
    return [
        [int.from_bytes(stream[at : at + 2], "big") & _LOW for at in range(start, start + size, 2)]
        for start in range(0, _ROUNDS * size, size)
    ]
