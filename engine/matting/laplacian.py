"""The matting Laplacian of the unknown pixels of a tile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Rgb

EPSILON = 1e-7
"""Regularisation of the colour covariance, as in the reference implementation."""

GAP = 16
"""Known pixels that are computed along rather than stepped over."""

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Band:
    """The unknown pixels of a tile, laid out flat with a margin so that neighbours always exist.

    Attributes:
        size: (height, width) of the tile without its margin.
        margin: rows above and columns left of the tile, at least PAD.
        width: of a row with its margins.
        rgb: 3×N float32 colours.
        unknown: N bool.
        runs: the unknown pixels as rows (first, last + 1) of flat indices.
        spans: the same with small gaps closed, which a processor takes in long strides.
    """

    size: tuple[int, int]
    margin: tuple[int, int]
    width: int
    rgb: Floats
    unknown: Mask
    runs: NDArray[np.int64]
    spans: NDArray[np.int64]

    @classmethod
    def of(cls, rgb: Rgb, unknown: Mask, *, margin: tuple[int, int] | None = None) -> Band:
        """Lay out a tile: H×W×3 colours, H×W unknown pixels."""
        from engine.matting.closed_form_kernels import PAD, find_runs

        top, left = margin or (PAD, PAD)
        around = ((top, PAD), (left, PAD))
        flat = np.pad(unknown, around).ravel()
        return cls(
            size=(unknown.shape[0], unknown.shape[1]),
            margin=(top, left),
            width=unknown.shape[1] + left + PAD,
            rgb=np.pad(rgb.transpose(2, 0, 1), ((0, 0), *around)).reshape(3, -1),
            unknown=flat,
            runs=find_runs(flat, 0),
            spans=find_runs(flat, GAP),
        )

    def limited(self, core: Mask) -> Band:
        """The same band with only the runs inside `core` (H×W)."""
        from engine.matting.closed_form_kernels import find_runs

        inside = self.padded(core) & self.unknown
        return replace(self, runs=find_runs(inside, 0), spans=find_runs(inside, GAP))

    def padded(self, values: NDArray[Any]) -> NDArray[Any]:
        """H×W values, zero in the margins, flat."""
        from engine.matting.closed_form_kernels import PAD

        return np.pad(values, tuple((m, PAD) for m in self.margin)).ravel()

    def unpadded(self, values: NDArray[Any]) -> NDArray[Any]:
        """Flat values as H×W, a view."""
        (top, left), (height, width) = self.margin, self.size
        return values.reshape(-1, self.width)[top : top + height, left : left + width]

    @property
    def grid(self) -> Mask:
        """The unknown pixels as rows and columns, margins included."""
        return self.unknown.reshape(-1, self.width)


@dataclass(frozen=True, eq=False)
class Laplacian:
    """Rows of the matting Laplacian, one for every unknown pixel of a band.

    Levin, Lischinski and Weiss 2008, equation 12, with windows of 3×3 pixels.

    Attributes:
        band: whose rows these are.
        stencil: 12×N float32, the upper half of the symmetric matrix.
        diagonal: N float32.
    """

    band: Band
    stencil: Floats
    diagonal: Floats

    @classmethod
    def of(cls, band: Band, *, epsilon: float = EPSILON) -> Laplacian:
        """Assemble the rows from the band's colours."""
        from engine.matting.closed_form_kernels import assemble

        row = band.width
        inside = band.padded(np.ones(band.size, np.bool_))
        stencil = np.zeros((12, band.unknown.size), np.float32)
        diagonal = np.zeros(band.unknown.size, np.float32)
        assemble(band.rgb, band.unknown, epsilon, row, inside, stencil, diagonal)
        # A pixel that no window reaches, in a picture under 3 pixels wide, has an empty row.
        np.maximum(diagonal, np.float32(1e-6), out=diagonal)
        return cls(band, stencil, diagonal)

    def times(self, x: Floats) -> Floats:
        """A x at the unknown pixels, 0 elsewhere; x is flat and holds the known values too."""
        from engine.matting.closed_form_kernels import multiply

        y = np.zeros_like(x)
        spans, unknown = self.band.spans, self.band.unknown
        multiply(self.stencil, self.diagonal, self.band.width, spans, unknown, x, y)
        return y

    def smooth(self, x: Floats, residual: Floats, scratch: Floats, *, damping: float) -> None:
        """One damped Jacobi step on A x = residual, in place."""
        from engine.matting.closed_form_kernels import smooth

        smooth(
            self.stencil, self.diagonal, self.band.width, self.band.spans, self.band.unknown,
            x, residual, scratch, np.float32(damping),
        )  # fmt: skip
