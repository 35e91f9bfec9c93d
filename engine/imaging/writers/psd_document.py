"""What a PSD file is to hold, whichever way its depth is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.geometry import strips
from engine.imaging.raster import Raster, to_depth
from engine.imaging.types import Metadata, Rect, from_float, to_float

TOO_LARGE = "a PSD file holds at most 4 GB; save as TIFF or EXR"
_ROWS = 128

Rows: TypeAlias = Callable[[Rect], NDArray[Any]]
"""Gives one channel's samples of a strip, H×W uint8 or uint16."""


@dataclass(frozen=True)
class Layer:
    """A layer as large as the picture.

    Attributes:
        masked: its raster's alpha is its layer mask; else it is the layer's own transparency.
    """

    name: str
    raster: Raster
    masked: bool = True

    @property
    def mask(self) -> Rows | None:
        """The layer mask, or None."""
        return self._cover if self.masked else None

    @property
    def opacity(self) -> Rows:
        """The layer's own transparency."""
        return (None if self.masked else self._cover) or opaque(self.raster)

    @property
    def _cover(self) -> Rows | None:
        alpha = self.raster.alpha
        return None if alpha is None else plane(alpha, self.raster.bits)


@dataclass(frozen=True)
class Document:
    """A whole file.

    Attributes:
        size: (height, width) in pixels.
        bits: bits a channel, 8 or 16.
        merged: the channels of the flattened picture: grey, RGB, or RGB and transparency.
        layers: from the bottom up; none in a flat file.
        metadata: what goes into the file with it.
    """

    size: tuple[int, int]
    bits: int
    merged: Sequence[Rows]
    layers: Sequence[Layer]
    metadata: Metadata

    @property
    def grey(self) -> bool:
        return len(self.merged) == 1

    @property
    def transparent(self) -> bool:
        """Whether the flattened picture has transparency."""
        return len(self.merged) == 4

    def strips(self) -> list[Rect]:
        """What `Rows` are to be asked for, one after the other."""
        return list(strips(self.size, rows=_ROWS))


def flat(raster: Raster) -> Document:
    """The picture alone."""
    return Document(raster.size, raster.bits, colour(raster), [], raster.metadata)


def cut_out(raster: Raster) -> Document:
    """One layer with the alpha as its mask; flattened as Photoshop does, over white."""
    white = Raster(np.broadcast_to(np.uint8(255), (*raster.size, 3)), bits=raster.bits)
    if raster.alpha is None:
        raise BugError("a cut-out needs an alpha")
    merged = [*_merged(white, raster), plane(raster.alpha, raster.bits)]
    return Document(raster.size, raster.bits, merged, [Layer("Subject", raster)], raster.metadata)


def layered(background: Raster, subject: Raster, *, masked: bool = True) -> Document:
    """The subject's layer over the background's; its alpha is its mask, or its transparency."""
    layers = [Layer("Background", background), Layer("Subject", subject, masked)]
    merged = _merged(background, subject)
    return Document(subject.size, subject.bits, merged, layers, subject.metadata)


def colour(raster: Raster) -> list[Rows]:
    """The grey channel, or red, green and blue."""
    if raster.samples.ndim == 2:
        return [plane(raster.samples, raster.bits)]
    return [plane(raster.samples[..., channel], raster.bits) for channel in range(3)]


def opaque(raster: Raster) -> Rows:
    """A channel of full scale."""
    return plane(np.broadcast_to(np.uint8(255), raster.size), raster.bits)


def plane(samples: NDArray[Any], bits: int) -> Rows:
    """H×W samples of any depth as a channel of the file."""
    return lambda strip: to_depth(samples[strip.slices], bits)


def _merged(background: Raster, subject: Raster) -> list[Rows]:
    return [partial(_blend, background, subject, channel) for channel in range(3)]


def _blend(background: Raster, subject: Raster, channel: int, strip: Rect) -> NDArray[Any]:
    """alpha · foreground + (1 − alpha) · background on encoded values, as Photoshop blends."""
    cover = np.float32(1) if subject.alpha is None else subject.alpha[strip.slices]
    above = to_float(subject.samples[strip.slices][..., channel])
    below = to_float(background.samples[strip.slices][..., channel])
    return from_float(below + cover * (above - below), subject.dtype)
