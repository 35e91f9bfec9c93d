"""How pictures go into files: their depth, quality, size, colours, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import UserError
from engine.imaging.colour_spaces import PHOTOGRAPH, check_space, in_space
from engine.imaging.types import Alpha, Image, Metadata, Pixels
from engine.imaging.write import WRITERS, write_picture, writer_for
from engine.product_table import depth_for

QUALITY = 92
LARGEST = 4.0
"""How much larger than the photograph files can be, a side."""


@dataclass(frozen=True)
class Delivery:
    """The same for all files of an export.

    Attributes:
        bits: bits a channel; None takes the photograph's depth where the format holds it.
        quality: 1 to 100, for JPEG and WebP.
        scale: size relative to the photograph, above 0.
        colour_space: of files in colour but EXR, which is linear with sRGB's primaries: see
            `engine.imaging.colour_spaces.in_space`.
        metadata: whether EXIF and XMP of the photograph go along. Profile and resolution always
            do, and that colours were enhanced is always said.
    """

    bits: int | None = None
    quality: int = QUALITY
    scale: float = 1.0
    colour_space: str = PHOTOGRAPH
    metadata: bool = True

    def check(self) -> None:
        """Refuse what no file can have.

        Raises:
            UserError: that says what to do.
        """
        if self.bits not in (None, 8, 16):
            raise UserError(f"No file has {self.bits} bits a channel.", remedy="Choose 8 or 16.")
        if not 0 < self.scale <= LARGEST:
            raise UserError(
                f"Files cannot be {self.scale:.0%} of the photograph's size.",
                remedy=f"Choose up to {LARGEST:.0%}.",
            )
        check_space(self.colour_space)

    def size(self, photograph: tuple[int, int]) -> tuple[int, int]:
        """(height, width) of the files of a photograph that has this one."""
        height, width = photograph
        return max(1, round(height * self.scale)), max(1, round(width * self.scale))

    def about(self, metadata: Metadata) -> Metadata:
        """What files say of a photograph that says this."""
        return metadata if self.metadata else replace(metadata, exif=None, xmp=None)


def deliver(
    path: Path,
    colours: Pixels,
    alpha: Alpha | None = None,
    *,
    metadata: Metadata,
    image: Image,
    how: Delivery,
) -> None:
    """Write a picture at the depth and in the space that are asked for.

    Args:
        path: the file; the format goes by its suffix.
        colours: H×W×3, straight, as `metadata.icc` describes them.
        alpha: H×W float32, or None.
        metadata: what goes along.
        image: the photograph, for its depth.
        how: its size and what is said about it are settled already.

    Raises:
        UserError: if it cannot be written.
    """
    bits = depth_for(path, image, bits=how.bits)
    colours, told = in_space(colours, metadata, space_for(path, how), bits=bits)
    write_picture(path, colours, alpha=alpha, bits=bits, metadata=told, quality=how.quality)


def space_for(path: Path, how: Delivery) -> str:
    """The space of a file; EXR has its own."""
    return PHOTOGRAPH if writer_for(path) is WRITERS["exr"] else how.colour_space
