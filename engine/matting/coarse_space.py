"""A coarse space for the matting Laplacian: mattes that are locally affine in colour.

The Laplacian hardly sees a matte that is an affine function of colour in every small window. So
the coarse space is made of exactly those: a grid of nodes, each with a hat function times one, red,
green and blue. A sparse direct solve there answers what smoothing on the pixels cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import to_float
from engine.matting.laplacian import Band, Floats, Laplacian

Doubles = NDArray[np.float64]
Numbers = NDArray[np.int64]
LIFT = 1e-7
"""Share of the diagonal that is added to it: four functions are too many where colour is flat."""
LEAST = 1e-10
"""What is added to the diagonal anyway."""


@dataclass(frozen=True, eq=False)
class CoarseSpace:
    """Nodes every `spacing` pixels of a band, each with four functions.

    Attributes:
        band: the pixels.
        spacing: pixels between nodes.
        number: grid of node numbers, −1 where there is none; its first node sits on the first
            pixel of the band, margins included.
        colours: (nodes, 3), subtracted from the colours around each node; any near the local mean
            do, they only keep the numbers well conditioned.
    """

    band: Band
    spacing: int
    number: Numbers
    colours: Doubles

    @classmethod
    def over(cls, band: Band, *, spacing: int) -> CoarseSpace:
        """The space of one tile for itself."""
        number = number_nodes(band.grid, spacing)
        pixels = band.rgb.reshape(3, *band.grid.shape).transpose(1, 2, 0)
        return cls(band, spacing, number, node_colours(np.ascontiguousarray(pixels), number))

    def blocks(self, laplacian: Laplacian) -> Doubles:
        """The Galerkin matrix Pᵀ A P as blocks [node, 5×5 neighbours, 4, 4]."""
        from engine.matting.closed_form_kernels import find_runs, galerkin, prolongation

        b, a = self.band, laplacian
        # Neighbours count even where the runs are limited to a core.
        rows, place = prolongation(b.rgb, find_runs(b.unknown, 0), b.width, *self._hats)
        cell, _, number, _ = self._hats
        return galerkin(a.stencil, a.diagonal, b.runs, rows, place, b.width, cell, number)

    def restricted(self, fine: Floats) -> Doubles:
        """Pᵀ fine, flat."""
        from engine.matting.closed_form_kernels import COLOURS, restrict

        coarse = np.empty(len(self.colours) * COLOURS)
        restrict(self.band.rgb, self.band.runs, self.band.width, *self._hats, fine, coarse)
        return coarse

    def prolong(self, coarse: Doubles, fine: Floats) -> None:
        """Add P coarse to `fine`, in place."""
        from engine.matting.closed_form_kernels import prolong

        prolong(self.band.rgb, self.band.runs, self.band.width, *self._hats, coarse, fine)

    @cached_property
    def _hats(self) -> tuple[Numbers, Floats, Numbers, Doubles]:
        """Cell and share of every row or column, then the nodes."""
        at = np.arange(max(self.band.grid.shape))
        share = (at % self.spacing / self.spacing).astype(np.float32)
        return at // self.spacing, share, self.number, self.colours


class CoarseSolver:
    """The coarse space of one tile with its matrix factorised."""

    def __init__(self, laplacian: Laplacian, *, spacing: int) -> None:
        self._space = CoarseSpace.over(laplacian.band, spacing=spacing)
        self._factors = factorised(self._space.blocks(laplacian), self._space.number)

    def correct(self, x: Floats, residual: Floats) -> None:
        """Add the coarse solution of A e = residual to x, in place."""
        self._space.prolong(self._factors.solve(self._space.restricted(residual)), x)


def number_nodes(unknown: NDArray[np.bool_], spacing: int) -> Numbers:
    """Number the nodes whose hat touches an unknown pixel; −1 elsewhere."""
    rows, cols = (-(-side // spacing) for side in unknown.shape)
    cells = np.add.reduceat(
        unknown, np.arange(0, unknown.shape[0], spacing), axis=0, dtype=np.int32
    )
    cells = np.add.reduceat(cells, np.arange(0, unknown.shape[1], spacing), axis=1)
    near = np.zeros((rows + 1, cols + 1), np.bool_)
    for down in (0, 1):
        for right in (0, 1):
            near[down : rows + down, right : cols + right] |= cells > 0
    number = np.full(near.shape, -1, np.int64)
    number[near] = np.arange(np.count_nonzero(near))
    return number


def node_colours(pixels: NDArray[Any], number: Numbers) -> Doubles:
    """A colour near each node, (nodes, 3) in [0, 1]; `pixels` is H×W×3 of any depth."""
    import cv2

    rows, cols = number.shape
    small = cv2.resize(pixels, (cols, rows), interpolation=cv2.INTER_AREA)
    return to_float(small)[number >= 0].astype(np.float64)


@dataclass(frozen=True, eq=False)
class Factors:
    """A factorised coarse matrix.

    Attributes:
        factors: SuperLU's, of the matrix with its nodes in another order.
        place: where each of the nodes' functions stands in that order.
    """

    factors: Any
    place: NDArray[np.int32]

    def solve(self, right: Doubles) -> Doubles:
        """x of A x = right, flat."""
        ordered = np.empty_like(right)
        ordered[self.place] = right
        solution: Doubles = self.factors.solve(ordered)[self.place]
        return solution


def factorised(blocks: Doubles, number: Numbers) -> Factors:
    """Factorise the coarse matrix.

    SciPy converts and orders while it holds the interpreter, and so the window. So the matrix is
    packed in compiled code, and only the nodes are ordered, not the four functions of each.
    """
    from engine.matting.closed_form_kernels import COLOURS, couplings, pack

    partner, block, begins = couplings(number)
    likeness = np.where(partner == np.repeat(np.arange(len(blocks)), np.diff(begins)), 64.0, -1.0)
    place = _superlu((likeness, partner, begins), ordering="MMD_AT_PLUS_A").perm_c
    packed = pack(blocks, partner, block, begins, place, LIFT, LEAST)
    functions = (place[:, None] * COLOURS + np.arange(COLOURS, dtype=np.int32)).ravel()
    return Factors(_superlu(packed, ordering="NATURAL"), functions)


def _superlu(columns: tuple[NDArray[Any], NDArray[Any], NDArray[Any]], *, ordering: str) -> Any:
    """Factorise a symmetric matrix of sorted columns (values, rows, where columns begin)."""
    import scipy.sparse
    import scipy.sparse.linalg

    size = len(columns[2]) - 1
    matrix = scipy.sparse.csc_matrix(columns, shape=(size, size))
    matrix.has_canonical_format = True
    return scipy.sparse.linalg.splu(
        matrix, permc_spec=ordering, diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
