"""What writers write: colour or grey with alpha at a given depth, made strip by strip."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.types import Alpha, Metadata, Pixels, Trimap, from_float

_DTYPES: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16)}


@dataclass(frozen=True, eq=False)
class Raster:
    """One picture on its way to a file.

    Attributes:
        samples: H×W×3 RGB or H×W grey; uint8, uint16, or float32 in [0, 1].
        alpha: H×W float32 straight alpha, or None.
        bits: bits a channel in the file, 8 or 16.
        metadata: what goes into the file with it.
        quality: of lossy formats, 1 to 100.
    """

    samples: Pixels | Alpha | Trimap
    alpha: Alpha | None = None
    bits: int = 8
    metadata: Metadata = field(default_factory=Metadata)
    quality: int = 92

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.samples.shape[0], self.samples.shape[1]

    @property
    def channels(self) -> int:
        """Channels in the file, alpha included: 1 to 4."""
        return (1 if self.samples.ndim == 2 else 3) + (self.alpha is not None)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The integer type of the file's samples."""
        return _DTYPES[self.bits]

    def block(self, top: int, bottom: int) -> NDArray[Any]:
        """Rows `top:bottom` at the file's depth: H×W for one channel, else H×W×channels."""
        colour = to_depth(self.samples[top:bottom], self.bits)
        if self.alpha is None:
            return colour
        merged = np.empty((*colour.shape[:2], self.channels), self.dtype)
        merged[..., :-1] = colour if colour.ndim == 3 else colour[..., None]
        merged[..., -1] = from_float(self.alpha[top:bottom], self.dtype)
        return merged


def to_depth(samples: NDArray[Any], bits: int) -> NDArray[Any]:
    """Samples with 8 or 16 bits, rounded to nearest; the input itself if it has them already.

    Args:
        samples: any shape; uint8, uint16, or float32 in [0, 1] (clipped).
        bits: 8 or 16.
    """
    dtype = _DTYPES.get(bits)
    if dtype is None:
        raise BugError(f"no file of ours has {bits} bits a channel")
    if samples.dtype == dtype:
        return samples
    if samples.dtype == np.float32:
        return from_float(samples, dtype)
    if bits == 16:
        return samples.astype(np.uint16) * np.uint16(257)
    narrow: NDArray[np.uint8] = _narrowing()[samples]
    return narrow


@cache
def _narrowing() -> NDArray[np.uint8]:
    """For each 16-bit value the nearest 8-bit one."""
    return ((np.arange(65536) + 128) // 257).astype(np.uint8)
