"""How much a file may ask for, and what people hear when it is too much or damaged."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import UserError

log = logging.getLogger(__name__)

MAX_PIXELS = 300_000_000
"""Largest picture that is decoded, in pixels; checked before anything is unpacked."""
MAX_SIDE = 200_000
"""Longest side in pixels."""
MAX_FILE_BYTES = 4 << 30
"""Largest file that is read into memory."""
MAX_METADATA_BYTES = 32 << 20
"""Largest ICC, EXIF or XMP block after unpacking; larger ones are left out."""

ANOTHER_COPY = "Open it in another program and save it again, or use another copy of the file."

# What the format libraries raise for a damaged file is not documented; these are the types seen.
_DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class DamagedError(ValueError):
    """A file breaks its format's rules; the text says how, in a few words."""


def check_dimensions(path: Path, height: int, width: int) -> None:
    """Refuse a picture with no area, or with more pixels than `MAX_PIXELS`.

    Raises:
        UserError: naming the file and its size.
    """
    if height < 1 or width < 1:
        raise UserError("The picture has no pixels.", remedy=ANOTHER_COPY, path=path)
    if height * width > MAX_PIXELS or max(height, width) > MAX_SIDE:
        raise UserError(
            f"The picture says it is {width} × {height} pixels, more than the "
            f"{MAX_PIXELS / 1e6:g} megapixels that are opened.",
            remedy="Scale it down in another program first.",
            path=path,
        )


def check_contents(height: int, width: int, *, stored: int, most: int) -> None:
    """Refuse a header that promises more pixels than its file can hold.

    Args:
        height: rows promised.
        width: columns promised.
        stored: bytes in the file.
        most: how many pixels one byte can stand for in this format.

    Raises:
        DamagedError: if there are too few bytes.
    """
    if height * width > (stored + 64) * most:
        raise DamagedError(f"it promises {width} × {height} pixels but holds only {stored} bytes")


@contextmanager
def decoding(path: Path, kind: str) -> Iterator[None]:
    """Turn what decoders raise for a bad file into a `UserError` that names it.

    Args:
        path: the file.
        kind: the format's name, such as "JPEG".

    Raises:
        UserError: for a damaged file, or one that needs more memory than there is.
    """
    try:
        yield
    except MemoryError as error:
        raise UserError(
            f"There is not enough memory to open this {kind} file.",
            remedy="Close other programs or scale the picture down.",
            path=path,
        ) from error
    except _DECODER_ERRORS as error:
        log.info("%s could not be decoded as %s", path, kind, exc_info=True)
        raise UserError(
            f"This {kind} file is damaged or incomplete{_because(error)}.",
            remedy=ANOTHER_COPY,
            path=path,
        ) from error


def _because(error: BaseException) -> str:
    return f": {error}" if isinstance(error, DamagedError) else ""


def inflate(data: bytes, *, most: int) -> bytes:
    """Unpack a zlib stream of at most `most` bytes.

    Raises:
        DamagedError: if it would be larger.
    """
    engine = zlib.decompressobj()
    unpacked = engine.decompress(data, most)
    if engine.unconsumed_tail:
        raise DamagedError(f"a packed block is larger than {most} bytes")
    return unpacked
