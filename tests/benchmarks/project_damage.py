"""Ways to damage a project file, each drawn from a generator that is passed in."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeAlias

import cv2
import numpy as np

from engine.document.project_manifest import MANIFEST_ENTRY, PLANE_ENTRIES

Rng: TypeAlias = np.random.Generator
Entries: TypeAlias = dict[str, bytes]


# --- damage to the file -----------------------------------------------------------------------


def flip_bytes(data: bytes, rng: Rng) -> bytes:
    damaged = np.frombuffer(data, np.uint8).copy()
    places = rng.integers(0, len(damaged), int(rng.integers(1, 30)))
    damaged[places] = rng.integers(0, 256, len(places))
    return damaged.tobytes()


def flip_directory(data: bytes, rng: Rng) -> bytes:
    """Bytes of the table of contents at the file's end."""
    start = data.rindex(b"PK\x01\x02", 0, len(data)) if rng.random() < 0.5 else len(data) - 300
    return data[:start] + flip_bytes(data[start:], rng)


def truncate(data: bytes, rng: Rng) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def cut_out(data: bytes, rng: Rng) -> bytes:
    start, end = sorted(int(place) for place in rng.integers(0, len(data), 2))
    return data[:start] + data[end:]


def repeat(data: bytes, rng: Rng) -> bytes:
    start, end = sorted(int(place) for place in rng.integers(0, len(data), 2))
    return data[:end] + data[start:]


def noise(data: bytes, rng: Rng) -> bytes:
    return b"PK\x03\x04" * int(rng.integers(0, 2)) + rng.bytes(int(rng.integers(0, 5000)))


def encrypt(data: bytes, rng: Rng) -> bytes:
    """Set a random flag in the headers of all entries."""
    flag = 1 << int(rng.integers(0, 8))
    damaged = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            damaged[place + offset] |= flag
            place = data.find(mark, place + 1)
    return bytes(damaged)


# --- damage inside a zip that is whole ----------------------------------------------------------


def change_manifest(entries: Entries, rng: Rng) -> None:
    manifest = json.loads(entries[MANIFEST_ENTRY])
    for _ in range(int(rng.integers(1, 4))):
        _change_somewhere(manifest, rng)
    entries[MANIFEST_ENTRY] = json.dumps(manifest).encode()


def _change_somewhere(node: Any, rng: Rng) -> None:
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = keys[int(rng.integers(len(keys)))]
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
            break
        node = inner
    if isinstance(node, dict) and rng.random() < 0.2:
        del node[key]
    else:
        node[key] = deepcopy(_STRANGE[int(rng.integers(len(_STRANGE)))])


_STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, -(2**63), 10**30, 0.5, 1e308, float("inf"), float("nan")),
    *("", "x", "x" * 100_000, "\0", "../../../etc/passwd", "/dev/zero", "C:\\photo.png", "é" * 300),
    *([], {}, [[]], [0, 0], [-1, -1], [48, 64], [65536, 65536], [1, 2, 3, 4], {"a": 1}, "0" * 64),
    *("planes/alpha.png", "planes/strokes.png", "manifest.json", "source/original.png"),
)


def damage_manifest_text(entries: Entries, rng: Rng) -> None:
    entries[MANIFEST_ENTRY] = flip_bytes(entries[MANIFEST_ENTRY], rng)


def damage_entry(entries: Entries, rng: Rng) -> None:
    """Damage behind a checksum that is right, so that it reaches the decoders."""
    name = _some(entries, rng)
    damage = (flip_bytes, truncate, cut_out, repeat, noise)[int(rng.integers(5))]
    entries[name] = damage(entries[name], rng)


def swap_entries(entries: Entries, rng: Rng) -> None:
    one, other = _some(entries, rng), _some(entries, rng)
    entries[one], entries[other] = entries[other], entries[one]


def drop_entry(entries: Entries, rng: Rng) -> None:
    del entries[_some(entries, rng)]


def resize_plane(entries: Entries, rng: Rng) -> None:
    name = list(PLANE_ENTRIES.values())[int(rng.integers(4))]
    size = (int(rng.integers(1, 200)), int(rng.integers(1, 200)))
    dtype = (np.uint8, np.uint16)[int(rng.integers(2))]
    entries[name] = cv2.imencode(".png", np.zeros(size, dtype))[1].tobytes()


def lie_in_header(entries: Entries, rng: Rng) -> None:
    """A PNG header with another size, depth or colour type, and the checksum that fits it."""
    pngs = [name for name, data in entries.items() if data.startswith(b"\x89PNG")]
    name = pngs[int(rng.integers(len(pngs)))]
    data = bytearray(entries[name])
    place = int(rng.integers(16, 29))
    data[place] = int(rng.integers(256))
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    entries[name] = bytes(data)


def plant_bomb(entries: Entries, rng: Rng) -> None:
    entries[_some(entries, rng)] = bytes(int(rng.integers(1 << 20, 1 << 26)))


def plant_name(entries: Entries, rng: Rng) -> None:
    names = (
        "../evil",
        "/etc/evil",
        "planes/../../evil",
        "C:\\evil",
        "a\0b",
        "planes",
        "x" * 30_000,
    )
    entries[names[int(rng.integers(len(names)))]] = b"evil"


def plant_many(entries: Entries, rng: Rng) -> None:
    entries.update({f"{number}.txt": b"" for number in range(int(rng.integers(1, 3000)))})


def _some(entries: Entries, rng: Rng) -> str:
    return list(entries)[int(rng.integers(len(entries)))]


FILE_DAMAGE = (flip_bytes, flip_directory, truncate, cut_out, repeat, noise, encrypt)
ENTRY_DAMAGE: tuple[Callable[[Entries, Rng], None], ...] = (
    *(change_manifest, change_manifest, change_manifest, damage_manifest_text),
    *(damage_entry, damage_entry, swap_entries, drop_entry, resize_plane, lie_in_header),
    *(plant_bomb, plant_name, plant_many),
)


def damaged(data: bytes, rng: Rng) -> tuple[str, bytes]:
    """What was done, and the file after it."""
    kinds = (*FILE_DAMAGE, *ENTRY_DAMAGE)
    chosen = int(rng.integers(len(kinds)))
    if chosen < len(FILE_DAMAGE):
        return FILE_DAMAGE[chosen].__name__, FILE_DAMAGE[chosen](data, rng)
    change = ENTRY_DAMAGE[chosen - len(FILE_DAMAGE)]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    change(entries, rng)
    return change.__name__, _packed(entries, rng, deflated=change is plant_bomb)


def _packed(entries: Entries, rng: Rng, *, deflated: bool) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflated or rng.random() < 0.5 else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as file:
        warnings.simplefilter("ignore")  # of names that no sane zip has
        for name, content in entries.items():
            file.writestr(name, content)
    return out.getvalue()
