"""Save pictures, mattes and layers; every file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.errors import BugError, UserError
from engine.imaging.atomic import replace_atomically
from engine.imaging.raster import Raster
from engine.imaging.types import Alpha, Metadata, Pixels, Trimap, check_alpha, check_pixels
from engine.imaging.writers import exr, jpeg, png, psd, tiff, webp

__all__ = [
    "WRITERS",
    "Writer",
    "replace_atomically",
    "write_layers",
    "write_matte",
    "write_picture",
    "writer_for",
]


class LayersWriter(Protocol):
    """Writes a background and a subject over it."""

    def __call__(
        self, path: Path, background: Raster, subject: Raster, *, masked: bool = True
    ) -> None: ...


@dataclass(frozen=True)
class Writer:
    """A kind of file that can be written.

    Attributes:
        title: its name for people.
        suffix: what its files are called, lower-case with dot.
        bits: the depths it can have.
        alpha: whether it keeps transparency.
        save: writes one picture.
        save_layers: writes background and subject as layers, or None.
        aliases: other suffixes that mean the same.
        longest: the longest side it can have.
        most_xmp: bytes that a packet of XMP can have.
    """

    title: str
    suffix: str
    bits: tuple[int, ...]
    alpha: bool
    save: Callable[[Path, Raster], None]
    save_layers: LayersWriter | None = None
    aliases: tuple[str, ...] = ()
    longest: int = 200_000
    most_xmp: int = 1 << 30

    @property
    def layers(self) -> bool:
        """Whether it can hold layers."""
        return self.save_layers is not None


WRITERS: dict[str, Writer] = {
    "png": Writer("PNG", ".png", (8, 16), True, png.write),
    "tiff": Writer("TIFF", ".tif", (8, 16), True, tiff.write, aliases=(".tiff",)),
    "webp": Writer("WebP", ".webp", (8,), True, webp.write, longest=webp.LONGEST),
    "jpeg": Writer(
        "JPEG",
        ".jpg",
        (8,),
        False,
        jpeg.write,
        aliases=(".jpeg",),
        longest=jpeg.LONGEST,
        most_xmp=jpeg.MOST_XMP,
    ),
    "psd": Writer("PSD", ".psd", (8, 16), True, psd.write, psd.write_layers, longest=psd.LONGEST),
    "exr": Writer("EXR", ".exr", (16,), True, exr.write, exr.write_layers),
}


def writer_for(path: Path) -> Writer:
    """The writer that a file's suffix asks for.

    Raises:
        UserError: if there is none.
    """
    suffix = path.suffix.lower()
    for writer in WRITERS.values():
        if suffix in (writer.suffix, *writer.aliases):
            return writer
    known = ", ".join(writer.suffix for writer in WRITERS.values())
    raise UserError(
        f"Pictures can't be saved as {suffix or 'a file without a suffix'}.",
        remedy=f"Known are: {known}.",
        path=path,
    )


def write_picture(
    path: Path,
    pixels: Pixels,
    *,
    alpha: Alpha | None = None,
    bits: int = 8,
    metadata: Metadata | None = None,
    quality: int = 92,
) -> None:
    """Save a picture in the format that the suffix names.

    Args:
        path: the file; an old one is replaced at the very end.
        pixels: H×W×3, straight (not premultiplied).
        alpha: H×W float32, or None for an opaque picture. Straight in the file, but premultiplied
            in EXR.
        bits: bits a channel; a format that only has more of them (EXR) uses those.
        metadata: ICC, EXIF, XMP and resolution to keep, as far as the format can; what it says of
            colour describes `pixels`.
        quality: of JPEG and WebP, 1 to 100.

    Raises:
        UserError: if the format can't hold the picture, or the file can't be written.
    """
    check_pixels(pixels)
    if alpha is not None:
        check_alpha(alpha, pixels.shape[:2])
    writer = writer_for(path)
    if alpha is not None and not writer.alpha:
        raise UserError(
            f"{writer.title} files can't be transparent.",
            remedy="Put the subject on a background, or save as PNG.",
            path=path,
        )
    metadata = metadata or Metadata()
    raster = Raster(pixels, alpha, _depth(writer, bits, path), metadata, _checked(quality))
    _save(path, writer, raster)


def write_matte(path: Path, alpha: Alpha | Trimap, *, bits: int = 8) -> None:
    """Save an alpha matte, a mask or a trimap as a grey picture; values are linear coverage.

    Args:
        path: the file; its suffix names the format.
        alpha: H×W float32 in [0, 1], or a uint8 trimap.
        bits: as for `write_picture`.

    Raises:
        UserError: as for `write_picture`.
    """
    if alpha.ndim != 2:
        raise BugError(f"a matte must be H×W, not {alpha.shape}")
    writer = writer_for(path)
    _save(path, writer, Raster(alpha, bits=_depth(writer, bits, path), quality=100))


def write_layers(
    path: Path,
    *,
    background: Pixels,
    foreground: Pixels,
    alpha: Alpha,
    bits: int = 8,
    metadata: Metadata | None = None,
    masked: bool = True,
) -> None:
    """Save the subject over the background as layers, in the format that the suffix names.

    PSD: the background layer, the subject's layer with the alpha as its layer mask (or as its
    transparency), and the flattened picture. EXR: the premultiplied cut-out as the main RGBA, and
    the layers `background`, `foreground` (straight) and `matte`, all linear.

    Args:
        path: the file, `.psd` or `.exr`.
        background: H×W×3.
        foreground: H×W×3, straight.
        alpha: H×W float32.
        bits: as for `write_picture`.
        metadata: as for `write_picture`.
        masked: the alpha is the subject's layer mask in PSD, else its transparency.

    Raises:
        UserError: as for `write_picture`, and for a format without layers.
    """
    check_pixels(background)
    check_pixels(foreground)
    check_alpha(alpha, background.shape[:2])
    check_alpha(alpha, foreground.shape[:2])
    writer = writer_for(path)
    if writer.save_layers is None:
        layered = " or ".join(w.title for w in WRITERS.values() if w.layers)
        raise UserError(
            f"{writer.title} files have no layers.", remedy=f"Save as {layered}.", path=path
        )
    depth = _depth(writer, bits, path)
    metadata = metadata or Metadata()
    below = Raster(background, None, depth, metadata)
    subject = Raster(foreground, alpha, depth, metadata)
    _check_size(writer, path, below)
    with replace_atomically(path) as temporary:
        writer.save_layers(temporary, below, subject, masked=masked)


def _save(path: Path, writer: Writer, raster: Raster) -> None:
    _check_size(writer, path, raster)
    with replace_atomically(path) as temporary:
        writer.save(temporary, raster)


def _depth(writer: Writer, bits: int, path: Path) -> int:
    """The least depth of the format that loses nothing of what was asked for."""
    enough = [depth for depth in writer.bits if depth >= bits]
    if not enough:
        raise UserError(
            f"{writer.title} files have no {bits} bits a channel.",
            remedy="Save with 8 bits, or as PNG, TIFF or PSD.",
            path=path,
        )
    return min(enough)


def _checked(quality: int) -> int:
    if not 1 <= quality <= 100:
        raise UserError(f"The quality is {quality}.", remedy="It must lie between 1 and 100.")
    return quality


def _check_size(writer: Writer, path: Path, raster: Raster) -> None:
    if max(raster.size) > writer.longest:
        height, width = raster.size
        raise UserError(
            f"{writer.title} files hold at most {writer.longest} pixels a side, and this picture "
            f"is {width} × {height}.",
            remedy="Save as PNG or TIFF.",
            path=path,
        )
