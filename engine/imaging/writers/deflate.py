"""One zlib stream out of strips that are packed on several cores."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Rect
from engine.imaging.writers.side_by_side import in_order

_HEAD, _LAST_BLOCK = b"\x78\x5e", b"\x03\x00"


def zlib_pieces(
    make: Callable[[Rect], NDArray[np.uint8]], strips: Iterable[Rect]
) -> Iterator[bytes]:
    """The stream in pieces: one independent deflate run a strip, and their common checksum.

    Args:
        make: gives a strip's bytes, contiguous; called on other threads.
        strips: what to pack, in order.

    Source: RFC 1950, RFC 1951 (section 3.2.4: an empty stored block ends a run at a byte).
    """

    def pack(strip: Rect) -> tuple[NDArray[np.uint8], bytes]:
        plain = make(strip)
        # on predicted photographs run lengths alone pack as well as level 4, in half the time
        engine = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, 8, zlib.Z_RLE)
        return plain, engine.compress(plain.data) + engine.flush(zlib.Z_SYNC_FLUSH)

    yield _HEAD
    checksum = zlib.adler32(b"")
    for plain, piece in in_order(pack, strips):
        checksum = zlib.adler32(plain.data, checksum)
        yield piece
    yield _LAST_BLOCK + struct.pack(">I", checksum)
