"""The numbered blocks of a PSD file that hold what is kept: profile, EXIF, XMP, resolution."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from engine.imaging.types import Metadata

RESOLUTION, ICC, TRANSPARENT_INDEX, VERSION, EXIF, XMP = 1005, 1039, 1047, 1057, 1058, 1060
_FIXED_POINT = 65536.0
_MARKS = (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR")


def read_blocks(data: bytes) -> dict[int, bytes]:
    """Number and body of each block; reading stops where the rules are broken."""
    return dict(_blocks(data))


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 12 <= len(data) and data[at : at + 4] in _MARKS:
        (number,) = struct.unpack_from(">H", data, at + 4)
        at += 6
        at += (data[at] + 2) // 2 * 2  # the name with its length, padded to even
        if at + 4 > len(data):
            return
        (size,) = struct.unpack_from(">I", data, at)
        yield number, data[at + 4 : at + 4 + size]
        at += 4 + size + size % 2


def resolution(body: bytes | None) -> tuple[float, float] | None:
    """Horizontal and vertical pixels per inch of a resolution block."""
    if body is None or len(body) < 16:
        return None
    across, down = struct.unpack_from(">I4xI", body)
    if not across or not down:
        return None
    return round(across / _FIXED_POINT, 3), round(down / _FIXED_POINT, 3)


def blocks_for(about: Metadata) -> dict[int, bytes]:
    """Number and body of each block for a file that comes with a real merged picture."""
    blocks = {
        RESOLUTION: _resolution_body(about.dpi),
        ICC: about.icc,
        VERSION: _version_body(),
        EXIF: about.exif,
        XMP: about.xmp,
    }
    return {number: body for number, body in blocks.items() if body}


def write_blocks(about: Metadata) -> bytes:
    """The blocks of `blocks_for` as they lie in the file."""
    return b"".join(_block(number, body) for number, body in blocks_for(about).items())


def _block(number: int, body: bytes) -> bytes:
    padding = bytes(len(body) % 2)
    return b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + padding


def _resolution_body(dpi: tuple[float, float] | None) -> bytes | None:
    if dpi is None:
        return None
    across, down = (min(2**32 - 1, round(d * _FIXED_POINT)) for d in dpi)
    return struct.pack(">IHHIHH", across, 1, 1, down, 1, 1)


def _version_body() -> bytes:
    names = b"".join(
        struct.pack(">I", len(name)) + name.encode("utf-16-be") for name in ("matteapp", "matteapp")
    )
    return struct.pack(">IB", 1, 1) + names + struct.pack(">I", 1)
