"""Camera raw files through rawpy (extra `raw`), developed with the camera's white balance."""

from __future__ import annotations

import io

from engine.imaging import exif
from engine.imaging.decoded import Decoded
from engine.imaging.formats.source import Source
from engine.imaging.formats.tiff import MARKS as TIFF_MARKS
from engine.imaging.limits import DamagedError, check_dimensions

SUFFIXES = (
    ".dng",
    ".cr2",
    ".cr3",
    ".nef",
    ".nrw",
    ".arw",
    ".srf",
    ".sr2",
    ".raf",
    ".rw2",
    ".orf",
    ".pef",
    ".srw",
    ".rwl",
    ".3fr",
    ".iiq",
)
_OWN_MARKS = (b"FUJIFILMCCD-RAW", b"IIU\0", b"IIRO", b"IIRS", b"MMOR")
_SRGB_CURVE = (2.4, 12.92)
_DNG_VERSION = 0xC612


def matches(head: bytes, suffix: str) -> bool:
    """Whether this is the head of a raw file; many are TIFF files that only a suffix tells."""
    if head.startswith(_OWN_MARKS) or head[4:12] == b"ftypcrx ":
        return True
    if not head.startswith(TIFF_MARKS):
        return False
    return suffix in SUFFIXES or head[8:10] == b"CR" or _is_dng(head)


def _is_dng(head: bytes) -> bool:
    try:
        return _DNG_VERSION in exif.parse(head).main
    except DamagedError:
        return False


def decode(source: Source) -> Decoded:
    """Develop a raw file to 16 bits sRGB; it is turned upright while being developed."""
    import rawpy

    try:
        with rawpy.imread(io.BytesIO(source.data)) as raw:
            check_dimensions(source.path, raw.sizes.raw_height, raw.sizes.raw_width)
            check_dimensions(source.path, raw.sizes.iheight, raw.sizes.iwidth)
            samples = raw.postprocess(
                use_camera_wb=True,
                output_bps=16,
                output_color=rawpy.ColorSpace.sRGB,
                gamma=_SRGB_CURVE,
            )
    except rawpy.LibRawError as error:
        raise DamagedError(_words(error)) from error
    return Decoded(samples, "rgb", "RAW", exif=exif.extracted(source.data))


def _words(error: Exception) -> str:
    """What the library says, which it says in bytes."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
