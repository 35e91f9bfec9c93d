"""Every way in which the fuzz run damages a valid picture file."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable

_NUMBERS = (0, 1, 2, 7, 127, 128, 255, 256, 32767, 65535, 65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


def damaged(seeds: dict[str, bytes], *, seed: int, number: int) -> tuple[str, bytes]:
    """The file of one case: always the same for a seed and a number."""
    rng = random.Random(f"{seed}/{number}")
    names = sorted(seeds)
    name = names[number % len(names)]
    data = bytearray(seeds[name])
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(_MUTATIONS)(data, rng, seeds[rng.choice(names)])
    if name.endswith(".png") and rng.random() < 0.7:
        _mend_checksums(data)
    return name, bytes(data)


def _flip_bits(data: bytearray, rng: random.Random, _other: bytes) -> None:
    for _ in range(min(len(data), rng.choice((1, 2, 8, 64)))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set_bytes(data: bytearray, rng: random.Random, _other: bytes) -> None:
    at = rng.randrange(len(data) or 1)
    data[at : at + rng.choice((1, 4, 32))] = bytes((rng.choice((0, 1, 127, 128, 255)),)) * 4


def _truncate(data: bytearray, rng: random.Random, _other: bytes) -> None:
    del data[rng.randrange(len(data) or 1) :]


def _cut_out(data: bytearray, rng: random.Random, _other: bytes) -> None:
    at = rng.randrange(len(data) or 1)
    del data[at : at + rng.choice((1, 2, 16, 256))]


def _splice(data: bytearray, rng: random.Random, other: bytes) -> None:
    at, start = rng.randrange(len(data) or 1), rng.randrange(len(other))
    data[at:at] = other[start : start + rng.choice((4, 64, 512))]


def _repeat(data: bytearray, rng: random.Random, _other: bytes) -> None:
    at = rng.randrange(len(data) or 1)
    data[at:at] = data[at : at + rng.choice((4, 64, 512))] * rng.choice((1, 2, 20))


def _edit_header(data: bytearray, rng: random.Random, _other: bytes) -> None:
    _put_number(data, rng, rng.randrange(min(len(data), 400) or 1))


def _edit_length(data: bytearray, rng: random.Random, _other: bytes) -> None:
    _put_number(data, rng, rng.randrange(len(data) or 1))


def _put_number(data: bytearray, rng: random.Random, at: int) -> None:
    value, order = rng.choice(_NUMBERS), rng.choice("<>")
    body = (
        struct.pack(f"{order}I", value)
        if rng.random() < 0.6
        else struct.pack(f"{order}H", value & 0xFFFF)
    )
    data[at : at + len(body)] = body


_MUTATIONS: tuple[Callable[[bytearray, random.Random, bytes], None], ...] = (
    _flip_bits,
    _set_bytes,
    _truncate,
    _cut_out,
    _splice,
    _repeat,
    _edit_header,
    _edit_header,
    _edit_length,
)


def _mend_checksums(data: bytearray) -> None:
    """Make a PNG's chunks valid again, so that damage gets past their checksums."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
