"""The data everything else is made of: an image, a rectangle, and checks at the border.

Conventions (all of the engine): RGB, (row, col); float32 in [0, 1] is sRGB-encoded unless a name
ends in `_lin`; alpha is float32 linear coverage, never gamma-coded; a trimap is uint8 with
0 background, 128 unknown, 255 foreground; a foreground is straight unless it ends in `_pre`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError

Pixels: TypeAlias = NDArray[Any]
"""H×W×3 RGB, sRGB-encoded; uint8, uint16 or float32 in [0, 1] (EXR highlights may exceed 1)."""
Rgb: TypeAlias = NDArray[np.float32]
"""H×W×3 RGB float32 in [0, 1], sRGB-encoded."""
Alpha: TypeAlias = NDArray[np.float32]
"""H×W float32 in [0, 1], linear coverage."""
Trimap: TypeAlias = NDArray[np.uint8]
"""H×W uint8: BACKGROUND, UNKNOWN or FOREGROUND."""
Strokes: TypeAlias = NDArray[np.uint8]
"""H×W uint8: NO_STROKE, or what the user painted (STROKE_*)."""

BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255
NO_STROKE, STROKE_BACKGROUND, STROKE_UNKNOWN, STROKE_FOREGROUND = 0, 1, 2, 3

_FULL_SCALE = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}


class Rect(NamedTuple):
    """Pixels `top:bottom, left:right` of an image; half-open, empty if it has no area."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def empty(self) -> bool:
        return self.height == 0 or self.width == 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index with this: `array[rect.slices]`."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, margin: int, *, within: tuple[int, int]) -> Rect:
        """This rectangle with `margin` pixels more on every side, clipped to (height, width)."""
        height, width = within
        return Rect(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(height, self.bottom + margin),
            min(width, self.right + margin),
        )

    def intersected(self, other: Rect) -> Rect:
        return Rect(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def united(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Rect(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def moved(self, rows: int, cols: int) -> Rect:
        return Rect(self.top + rows, self.left + cols, self.bottom + rows, self.right + cols)

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Rect:
        """All of an array with this shape."""
        return cls(0, 0, shape[0], shape[1])


@dataclass(frozen=True)
class Metadata:
    """What a file says about its picture, carried from input to output.

    Attributes:
        icc: the ICC profile of the pixels as they are in memory, or None for sRGB.
        exif: an EXIF block (TIFF structure without the `Exif\\0\\0` head), orientation reset to 1.
        xmp: an XMP packet.
        dpi: horizontal and vertical resolution in pixels per inch.
        format: the format read, such as "JPEG"; empty for an image made in memory.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    format: str = ""


@dataclass(frozen=True, eq=False)
class Image:
    """A photograph in memory: upright, RGB, at its own depth, read-only.

    Attributes:
        pixels: H×W×3 uint8, uint16 or float32, see `Pixels`.
        alpha: the alpha channel the file came with, H×W float32 in [0, 1], or None.
        metadata: what goes to the output with it.
    """

    pixels: Pixels
    alpha: Alpha | None = None
    metadata: Metadata = field(default_factory=Metadata)

    def __post_init__(self) -> None:
        check_pixels(self.pixels)
        self.pixels.flags.writeable = False
        if self.alpha is not None:
            check_alpha(self.alpha, self.size)
            self.alpha.flags.writeable = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def bits(self) -> int:
        """Bits a channel: 8, 16 or 32."""
        return self.pixels.dtype.itemsize * 8

    def rgb(self, rect: Rect | None = None) -> Rgb:
        """The pixels (of `rect`) as a fresh float32 array in [0, 1], clipped."""
        return to_float(self.pixels if rect is None else self.pixels[rect.slices])


def to_float(pixels: Pixels) -> NDArray[np.float32]:
    """Integer or float samples of any shape as a fresh float32 array in [0, 1], clipped."""
    scale = _FULL_SCALE.get(pixels.dtype)
    if scale is None:
        return np.clip(pixels, 0.0, 1.0, dtype=np.float32)
    return np.multiply(pixels, np.float32(1.0 / scale), dtype=np.float32)


def from_float(values: NDArray[np.float32], dtype: np.dtype[Any] | type) -> NDArray[Any]:
    """Float samples in [0, 1] as `dtype` (uint8, uint16 or float32), rounded to nearest."""
    dtype = np.dtype(dtype)
    scale = _FULL_SCALE.get(dtype)
    if scale is None:
        return values.astype(np.float32)
    scaled = np.clip(values, 0.0, 1.0) * np.float32(scale)
    return np.rint(scaled, out=scaled).astype(dtype)


def check_pixels(pixels: Pixels) -> None:
    """Raise `BugError` unless this is H×W×3 uint8, uint16 or float32."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise BugError(f"pixels must be H×W×3, not {pixels.shape}")
    if pixels.dtype not in (np.uint8, np.uint16, np.float32):
        raise BugError(f"pixels must be uint8, uint16 or float32, not {pixels.dtype}")


def check_alpha(alpha: Alpha, size: tuple[int, int]) -> None:
    """Raise `BugError` unless this is a float32 matte of `size` (height, width)."""
    if alpha.shape != tuple(size) or alpha.dtype != np.float32:
        raise BugError(f"alpha must be float32 {size}, not {alpha.dtype} {alpha.shape}")


def check_trimap(trimap: Trimap, size: tuple[int, int]) -> None:
    """Raise `BugError` unless this is a uint8 trimap of `size` (height, width)."""
    if trimap.shape != tuple(size) or trimap.dtype != np.uint8:
        raise BugError(f"trimap must be uint8 {size}, not {trimap.dtype} {trimap.shape}")
