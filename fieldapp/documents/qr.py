"""QR symbols, fast enough for a batch: version by length, error correction M, one fixed mask.

What never changes within a version (finders, timing, format) is taken once from segno's symbol of
that version; the words of the code are then laid over it. Addresses in capitals, as cards carry
them, take a tenth of a millisecond; any other text is left to segno altogether. The standard lets
an encoder use any mask, and signed content looks random under each.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import segno
from PIL import Image
from segno import consts

from fieldapp.documents.engine import DocumentError

MOST_MODULES: Final = 57
MASK: Final = 2
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QUIET_MODULES: Final = 4

# Version: bytes of correction a block, and the data bytes of each block (ISO/IEC 18004, level M).
BLOCKS: Final = {
    1: (10, (16,)), 2: (16, (28,)), 3: (26, (44,)), 4: (18, (32,) * 2), 5: (24, (43,) * 2),
    6: (16, (27,) * 4), 7: (18, (31,) * 4), 8: (22, (38, 38, 39, 39)),
    9: (22, (36, 36, 36, 37, 37)), 10: (26, (43, 43, 43, 43, 44)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol without its quiet zone; `rows`: a bit a module, 1 is dark, rows filled to bytes."""

    modules: int
    rows: bytes


@lru_cache(maxsize=8192)
def symbol_of(text: str) -> Symbol:
    """The symbol of a text; raises DocumentError if a card is too small for it."""
    values = _values(text)
    if values is not None:
        for version, (_, blocks) in BLOCKS.items():
            length_bits = 9 if version < 10 else 11
            if 4 + length_bits + (len(text) // 2 * 11 + len(text) % 2 * 6) <= 8 * sum(blocks):
                return _drawn(version, _codewords(values, version, length_bits))
    try:
        found = segno.make_qr(text, error="m", mask=MASK, boost_error=False)
    except segno.DataOverflowError as error:
        raise DocumentError(reason="qr_too_long") from error
    modules = int(found.symbol_size(border=0)[0])
    if modules > MOST_MODULES:
        raise DocumentError(reason="qr_too_long")
    return Symbol(modules, b"".join(_packed(bytes(row)) for row in found.matrix))


def modules_of(text: str) -> int:
    """Modules across the symbol of a text."""
    return symbol_of(text).modules


def picture_of(symbol: Symbol) -> bytes:
    """A PNG of one pixel a module, with the quiet zone."""
    drawn = Image.frombytes("1", (symbol.modules, symbol.modules), bytes(
        byte ^ 0xFF for byte in symbol.rows
    ))  # fmt: skip
    side = symbol.modules + 2 * QUIET_MODULES
    whole = Image.new("1", (side, side), 1)
    whole.paste(drawn, (QUIET_MODULES, QUIET_MODULES))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


_PLACES: Final = {letter: place for place, letter in enumerate(ALPHABET)}


def _values(text: str) -> list[int] | None:
    try:
        return [_PLACES[letter] for letter in text] if text else None
    except KeyError:
        return None


def _packed(row: bytes) -> bytes:
    width = -(-len(row) // 8)
    bits = int(row.translate(_DIGITS), 2) << (8 * width - len(row))
    return bits.to_bytes(width, "big")


_DIGITS: Final = bytes(48 + (value & 1) for value in range(256))


def _codewords(values: Sequence[int], version: int, length_bits: int) -> bytes:
    """Data and correction of all blocks, interleaved."""
    correction, blocks = BLOCKS[version]
    room = 8 * sum(blocks)
    bits, used = 0b0010, 4
    bits = bits << length_bits | len(values)
    used += length_bits
    pairs = len(values) // 2
    for index in range(0, 2 * pairs, 2):
        bits = bits << 11 | (values[index] * 45 + values[index + 1])
    used += 11 * pairs
    if len(values) % 2:
        bits, used = bits << 6 | values[-1], used + 6
    end = min(4, room - used)
    end += -(used + end) % 8
    bits, used = bits << end, used + end
    data = bits.to_bytes(used // 8, "big")
    data += b"\xec\x11" * ((room // 8 - len(data)) // 2 + 1)
    data = data[: room // 8]
    parts, at = [], 0
    for size in blocks:
        parts.append(data[at : at + size])
        at += size
    steps = _steps(correction)
    shift, cut = 8 * (correction - 1), (1 << 8 * (correction - 1)) - 1
    fixes = []
    for part in parts:
        rest = 0
        for byte in part:
            rest = (rest & cut) << 8 ^ steps[rest >> shift ^ byte]
        fixes.append(rest.to_bytes(correction, "big"))
    longest = max(blocks)
    out = bytearray(part[index] for index in range(longest) for part in parts if index < len(part))
    out += bytes(fix[index] for index in range(correction) for fix in fixes)
    return bytes(out)


@lru_cache(maxsize=16)
def _steps(count: int) -> tuple[int, ...]:
    """What dividing by the generator of so many correction bytes adds for each leading byte."""
    powers, logs = [1] * 512, [0] * 256
    value = 1
    for exponent in range(255):
        powers[exponent], logs[value] = value, exponent
        value <<= 1
        if value & 0x100:
            value ^= 0x11D
    powers[255:510] = powers[:255]
    generator = [1]
    for exponent in range(count):
        scaled = [powers[logs[each] + exponent] if each else 0 for each in generator]
        generator = [high ^ low for high, low in zip([*generator, 0], [0, *scaled], strict=True)]
    return tuple(
        int.from_bytes(
            bytes(
                powers[logs[each] + logs[lead]] if lead and each else 0 for each in generator[1:]
            ),
            "big",
        )
        for lead in range(256)
    )


@lru_cache(maxsize=16)
def _frame(version: int) -> tuple[int, int, Any, int]:
    """Modules across, what is dark without data (mask included), and where each bit goes.

    The order is a getter that takes, from the bits of the code followed by one 0, the bit of every
    module, row by row, each row filled to whole bytes.
    """
    plain = segno.make_qr("0", error="m", version=version, mask=MASK, boost_error=False)
    kinds = [list(row) for row in plain.matrix_iter(border=0, verbose=True)]
    modules = len(kinds)
    # segno counts one module too many as format: the ninth from the right holds data.
    kinds[8][modules - 9] = consts.TYPE_DATA_LIGHT
    data = {consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT}
    correction, blocks = BLOCKS[version]
    total = 8 * (sum(blocks) + correction * len(blocks))
    order: dict[tuple[int, int], int] = {}
    upward, column = True, modules - 1
    while column > 0:
        column -= column == 6
        for step in range(modules):
            row = modules - 1 - step if upward else step
            for x in (column, column - 1):
                if kinds[row][x] in data:
                    order[row, x] = min(len(order), total)
        upward, column = not upward, column - 2
    width = 8 * -(-modules // 8)
    places, base = [], 0
    for row in range(modules):
        for x in range(width):
            if (row, x) in order:
                places.append(order[row, x])
                bit = _masked(row, x)
            else:
                places.append(total)
                bit = x < modules and kinds[row][x] >> 8 > 0  # dark kinds have a high byte
            base = base << 1 | bit
    return modules, base, itemgetter(*places), total


def _masked(_row: int, column: int) -> bool:
    """Mask 2: every third column."""
    return column % 3 == 0


def _drawn(version: int, codewords: bytes) -> Symbol:
    modules, base, order, total = _frame(version)
    bits = f"{int.from_bytes(codewords, 'big'):0{total}b}0"
    rows = int("".join(order(bits)), 2) ^ base
    width = -(-modules // 8)
    return Symbol(modules, rows.to_bytes(width * modules, "big"))
