"""TIFF, 8 and 16 bits, packed with ZIP and a predictor, strip by strip."""

from __future__ import annotations

import logging
import struct
from functools import partial
from pathlib import Path

import numpy as np

from engine.imaging import exif
from engine.imaging.geometry import strips
from engine.imaging.limits import DamagedError
from engine.imaging.raster import Raster
from engine.imaging.types import Rect
from engine.imaging.writers.side_by_side import in_order

log = logging.getLogger(__name__)

_XMP = 700
_BYTE, _LONG = 1, 4
_BIG_FROM = 3_900_000_000
_STRIP_BYTES = 1 << 20
_LEVEL = 3


def write(path: Path, raster: Raster) -> None:
    """Write a TIFF file with straight (unassociated) alpha, ICC, EXIF, XMP and resolution.

    Raises:
        OSError: if it can't be written.
    """
    import tifffile

    height, width = raster.size
    row_bytes = width * raster.channels * raster.dtype.itemsize
    rows = min(height, max(1, _STRIP_BYTES // row_bytes))
    big = height * row_bytes > _BIG_FROM
    about = raster.metadata
    grey = raster.samples.ndim == 2
    channels = (raster.channels,) if raster.channels > 1 else ()
    with tifffile.TiffWriter(path, bigtiff=big, byteorder="<") as file:
        file.write(
            in_order(partial(_pack_strip, raster), strips(raster.size, rows=rows)),
            shape=(height, width, *channels),
            dtype=raster.dtype,
            rowsperstrip=rows,
            photometric="minisblack" if grey else "rgb",
            planarconfig="contig" if channels else None,
            extrasamples=["unassalpha"] if raster.alpha is not None else None,
            compression="zlib",
            predictor="horizontal",
            iccprofile=about.icc,
            resolution=about.dpi,
            resolutionunit="INCH" if about.dpi else None,
            extratags=[(_XMP, _BYTE, len(about.xmp), about.xmp, True)] if about.xmp else [],
            software=False,
            metadata=None,
        )
    if about.exif:
        _add_exif(path, about.exif, big=big)


def _pack_strip(raster: Raster, strip: Rect) -> bytes:
    """Differences to the left neighbour, packed. Source: TIFF 6.0, section 14."""
    import imagecodecs

    block = np.ascontiguousarray(raster.block(strip.top, strip.bottom))
    differences = block.copy()
    differences[:, 1:] -= block[:, :-1]
    ordered = differences.astype(block.dtype.newbyteorder("<"), copy=False)
    return bytes(imagecodecs.deflate_encode(ordered.tobytes(), _LEVEL))


def _add_exif(path: Path, block: bytes, *, big: bool) -> None:
    """Append the EXIF directories, and a first directory that knows them."""
    try:
        tags = exif.little_endian(exif.descriptive(exif.parse(block)))
    except DamagedError:
        log.warning("The EXIF block can't be read and is left out.")
        return
    if big:
        log.warning("EXIF is left out of a TIFF file beyond 4 GB.")
        return
    with path.open("r+b") as file:
        (offset,) = struct.unpack("<I", file.read(8)[4:])
        file.seek(offset)
        (count,) = struct.unpack("<H", file.read(2))
        old = file.read(12 * count)
        end = file.seek(0, 2)
        file.write(bytes(end % 2))
        added, start = _with_directories(old, tags, at=end + end % 2)
        file.write(added)
        file.seek(4)
        file.write(struct.pack("<I", start))


def _with_directories(old: bytes, tags: exif.Tags, *, at: int) -> tuple[bytes, int]:
    """Bytes to put at `at`: the EXIF and GPS directories, then the values and entries of the first.

    Args:
        old: the 12-byte entries of the file's first directory, which keep their values' places.
        tags: what to add; little-endian.
        at: where the bytes will lie.

    Returns:
        The bytes, and where the new first directory begins.
    """
    entries = {struct.unpack_from("<H", old, i)[0]: old[i : i + 12] for i in range(0, len(old), 12)}
    body = b""
    for pointer, directory in ((exif.EXIF_POINTER, tags.exif), (exif.GPS_POINTER, tags.gps)):
        if directory:
            entries[pointer] = struct.pack("<HHII", pointer, _LONG, 1, at + len(body))
            body += exif.directory_bytes(directory, "<", at=at + len(body))
    for tag, entry in tags.main.items():
        value = entry.value.ljust(4, b"\0")
        if len(entry.value) > 4:
            value = struct.pack("<I", at + len(body))
            body += entry.value + bytes(len(entry.value) % 2)
        entries.setdefault(tag, struct.pack("<HHI", tag, entry.kind, entry.count) + value)
    table = b"".join(entries[tag] for tag in sorted(entries))
    return body + struct.pack("<H", len(entries)) + table + bytes(4), at + len(body)
