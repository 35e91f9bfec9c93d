"""Writes the ICC profile of an RGB colour space from its primaries and its curve."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_D65 = (0.3127, 0.3290)
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_RIGHTS = "No copyright, use freely"
_MADE = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # one date, so that equal profiles are equal bytes


@dataclass(frozen=True)
class Primaries:
    """The colours of full red, green and blue as CIE xy, under D65."""

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]


def rgb_profile(title: str, primaries: Primaries, curve: tuple[float, ...]) -> bytes:
    """A profile of version 4, the same bytes every time.

    Args:
        title: what programs call it.
        primaries: of the space, whose white is D65.
        curve: a gamma alone, or gamma, a, b, c and d of linear = (a·v + b)^gamma from d on and
            c·v below.

    Source: ICC.1:2022, sections 7 to 10; adaptation of the white by Bradford's matrix.
    """
    adapt = _adaptation()
    columns = adapt @ _to_xyz(primaries)
    tone = _parametric(curve)
    tags = {
        b"desc": _text(title),
        b"cprt": _text(_RIGHTS),
        b"wtpt": _xyz(_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(adapt.ravel()),
        **{name: _xyz(columns[:, at]) for at, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone),
    }
    return _file(tags)


def _to_xyz(primaries: Primaries) -> NDArray[np.float64]:
    """Columns are XYZ of full red, green and blue; their sum is the white."""
    shape = np.array([_unit_xyz(xy) for xy in (primaries.red, primaries.green, primaries.blue)]).T
    amounts: NDArray[np.float64] = np.linalg.solve(shape, _unit_xyz(_D65))
    return shape * amounts


def _unit_xyz(xy: tuple[float, float]) -> NDArray[np.float64]:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation() -> NDArray[np.float64]:
    """From D65 to D50, which profiles are written for."""
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ _unit_xyz(_D65))
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD
    return adapted


def _parametric(curve: tuple[float, ...]) -> bytes:
    kind = {1: 0, 5: 3}[len(curve)]
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(np.array(curve))


def _fixed(values: NDArray[np.float64]) -> bytes:
    return np.rint(values * 65536).astype(">i4").tobytes()


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _text(text: str) -> bytes:
    wide = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", len(wide), 28) + wide


def _file(tags: dict[bytes, bytes]) -> bytes:
    start, body, table = 128 + 4 + 12 * len(tags), b"", b""
    places: dict[bytes, int] = {}
    for name, tag in tags.items():
        if tag not in places:
            places[tag] = start + len(body)
            body += tag + bytes(-len(tag) % 4)
        table += struct.pack(">4sII", name, places[tag], len(tag))
    rest = struct.pack(">I", len(tags)) + table + body
    head = struct.pack(">I4sI", 128 + len(rest), bytes(4), 0x04400000) + b"mntrRGB XYZ " + _MADE
    head += b"acsp" + bytes(28) + _fixed(_D50)
    return head.ljust(128, b"\0") + rest
