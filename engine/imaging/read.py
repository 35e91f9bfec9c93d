"""Open a picture, a mask or a trimap; the file's content decides its format, not its name."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError
from engine.imaging import limits
from engine.imaging.decoded import Decoded, to_image
from engine.imaging.formats import bmp, exr, heif, jpeg, png, psd, raw, tiff, webp
from engine.imaging.formats.exr_header import MAGIC as EXR_MAGIC
from engine.imaging.formats.source import Source
from engine.imaging.guides import mask_from, trimap_from
from engine.imaging.limits import ANOTHER_COPY, decoding
from engine.imaging.types import Alpha, Image, Trimap


@dataclass(frozen=True)
class Format:
    """A kind of file that can be read.

    Attributes:
        title: its name for people.
        suffixes: what its files are called, lower-case with dot.
        matches: whether a file with these first bytes and this suffix is one.
        decode: its decoder.
        extra: the optional part of this package it needs, or "".
        module: the module that part brings.
    """

    title: str
    suffixes: tuple[str, ...]
    matches: Callable[[bytes, str], bool]
    decode: Callable[[Source], Decoded]
    extra: str = ""
    module: str = ""

    @property
    def install_command(self) -> str | None:
        """What to run to be able to read it; None if it can be read."""
        if not self.module or importlib.util.find_spec(self.module) is not None:
            return None
        return f'pip install "matteapp[{self.extra}]"'


def _starts(*marks: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, suffix: head.startswith(marks)


FORMATS: tuple[Format, ...] = (
    Format("JPEG", (".jpg", ".jpeg", ".jpe"), _starts(b"\xff\xd8\xff"), jpeg.decode),
    Format("PNG", (".png",), _starts(png.SIGNATURE), png.decode),
    Format("RAW", raw.SUFFIXES, raw.matches, raw.decode, "raw", "rawpy"),
    Format("TIFF", (".tif", ".tiff"), _starts(*tiff.MARKS), tiff.decode),
    Format("WebP", (".webp",), webp.matches, webp.decode),
    Format("PSD", (".psd", ".psb"), _starts(psd.MAGIC), psd.decode),
    Format("EXR", (".exr",), _starts(EXR_MAGIC), exr.decode),
    Format("BMP", (".bmp", ".dib"), bmp.matches, bmp.decode),
    Format("HEIC", (".heic", ".heif", ".hif"), heif.matches, heif.decode, "heif", "pillow_heif"),
)
"""Asked in this order; the first that matches decodes."""

READABLE: tuple[str, ...] = tuple(suffix for kind in FORMATS for suffix in kind.suffixes)
"""Suffixes of the files that can be read, lower-case with dot (some need an extra)."""

_HEAD_BYTES = 4096


def read_image(path: Path) -> Image:
    """Read a photograph: upright, RGB, at its own depth.

    Grey, palette and CMYK pictures become RGB by their profile (then without one: sRGB); an RGB
    picture keeps its pixels and its profile's bytes. An alpha channel that is opaque everywhere
    counts as none.

    Args:
        path: any file of `FORMATS`, whatever its suffix.

    Raises:
        UserError: if the file is missing, unreadable, damaged, too large, or of no known kind;
            for HEIC and raw files without their extra, with the command that installs it.
    """
    path = Path(path)
    with decoding(path, "picture"):
        return to_image(_decode(path))


def read_mask(path: Path, size: tuple[int, int]) -> Alpha:
    """Read a guidance mask: grey (binary or soft), or a picture's alpha channel.

    Args:
        path: any readable file; if it has an alpha channel that is not opaque, that is the mask.
        size: (height, width) it must have once upright.

    Returns:
        H×W float32 in [0, 1]; stored values are coverage, no curve or profile is applied.

    Raises:
        UserError: as `read_image`, or if it is a colour picture or has another size.
    """
    path = Path(path)
    with decoding(path, "mask"):
        return mask_from(_decode(path), path, size)


def read_trimap(path: Path, size: tuple[int, int]) -> tuple[Trimap, int]:
    """Read a trimap: grey, with background at 0, unknown at 128 and foreground at 255.

    Args:
        path: any readable file; an alpha channel is passed over.
        size: (height, width) it must have once upright.

    Returns:
        H×W uint8 with 0, 128 and 255 only, and how many pixels were off by up to 8 of 255 and
        were snapped.

    Raises:
        UserError: as `read_mask`; if values lie further off; or if it lacks foreground or
            background.
    """
    path = Path(path)
    with decoding(path, "trimap"):
        return trimap_from(_decode(path), path, size)


def install_hint(suffix: str) -> str | None:
    """The command that installs what files with this suffix need, or None if nothing is missing."""
    for kind in FORMATS:
        if suffix.lower() in kind.suffixes:
            return kind.install_command
    return None


def _decode(path: Path) -> Decoded:
    source = _load(path)
    kind = _recognise(path, source.data[:_HEAD_BYTES])
    if kind.install_command is not None:
        raise UserError(
            f"{kind.title} files need an extra part that is not installed.",
            remedy=f"Install it with: {kind.install_command}",
            path=path,
        )
    with decoding(path, kind.title):
        return kind.decode(source)


def _recognise(path: Path, head: bytes) -> Format:
    suffix = path.suffix.lower()
    for kind in FORMATS:
        if kind.matches(head, suffix):
            return kind
    titles = ", ".join(kind.title for kind in FORMATS)
    raise UserError(
        "This is not a picture of a kind that can be opened.",
        remedy=f"Known are: {titles}.",
        path=path,
    )


def _load(path: Path) -> Source:
    """The file's bytes; only its head is read if that already shows it is no picture."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            _check_head(path, head)
            _check_length(path, os.fstat(file.fileno()).st_size)
            return Source(path, head + file.read(limits.MAX_FILE_BYTES - len(head)))
    except OSError as error:
        raise UserError(
            f"The file can't be read ({error.strerror or error}).",
            remedy="Check that it is there and that you may read it.",
            path=path,
        ) from error


def _check_length(path: Path, length: int) -> None:
    if length > limits.MAX_FILE_BYTES:
        raise UserError(
            f"The file is {length / 1e9:.1f} GB long, more than is opened.",
            remedy="Scale it down in another program first.",
            path=path,
        )


def _check_head(path: Path, head: bytes) -> None:
    if not head:
        raise UserError("The file is empty.", remedy=ANOTHER_COPY, path=path)
    _recognise(path, head)
