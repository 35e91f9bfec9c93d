"""The small matrices by which StyleGAN3's filters are applied, tile by tile.

A filter that goes up has phases, and only one of them meets each sample; one that goes down is
needed at every second sample alone. Both are said by a matrix for a strip of rows or columns, which
has nothing of what is 0 or left out.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.models.stylegan2_layers import GAIN
from engine.models.stylegan3_size import LayerSize

TILE = {"cpu": 32}
"""Side of a tile of the answer, pixels: so small that it stays near the processor."""
LARGE_TILE = 256
"""On other devices, which have many pictures at once."""
_FAINT = 1e-7
"""Of the strongest, parts of a filter that are left out: float32 would lose them."""

Taps = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strip:
    """Some rows, or some columns, of the answer.

    Attributes:
        out: which.
        into: those that they are made of.
        up: T×K, to the T at the rate between from the K before.
        down: of rows (O·parts)×T, of columns O×(parts·T), a filter's separable parts inside.
    """

    out: slice
    into: slice
    up: Tensor
    down: Tensor


@dataclass(frozen=True, eq=False)
class Filtering:
    """How a layer's signal is filtered.

    Attributes:
        rows: strips from top to bottom.
        cols: strips from left to right.
        side: of the answer, pixels.
        clamp: what is bent is kept within ± this.
    """

    rows: tuple[Strip, ...]
    cols: tuple[Strip, ...]
    side: int
    clamp: float | None

    def tiles(self) -> Iterator[tuple[Strip, Strip]]:
        """Rows and columns of each."""
        return ((rows, cols) for rows in self.rows for cols in self.cols)


class Matrices:
    """Those of a layer, made again whenever its filters, the device or the precision are others.

    Args:
        row: the layer's numbers.
        clamp: what is bent is kept within ± this.
    """

    def __init__(self, row: LayerSize, *, clamp: float | None) -> None:
        self._row, self._clamp = row, clamp
        self._filters: tuple[Tensor, ...] = ()
        self._stamp: tuple[object, ...] = ()
        self._made: Filtering | None = None

    def of(self, up: Tensor, down: Tensor, *, like: Tensor) -> Filtering:
        """How pictures like one are filtered.

        Args:
            up: the filter up, taps.
            down: the filter down, taps or taps×taps.
            like: it says the precision, or autocast does.
        """
        device = like.device.type
        low = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if low else like.dtype
        stamp = dtype, _version(up), _version(down)
        same = stamp == self._stamp and all(map(operator.is_, self._filters, (up, down)))
        if self._made is None or not same:
            self._made = _filtering(up, down, self._row, clamp=self._clamp, dtype=dtype)
            self._filters, self._stamp = (up, down), stamp
        return self._made


def _filtering(
    up: Tensor, down: Tensor, row: LayerSize, *, clamp: float | None, dtype: torch.dtype
) -> Filtering:
    rising = math.sqrt(GAIN) * row.up * _on_host(up)  # a leaky ReLU commutes with a gain
    tile = TILE.get(up.device.type, LARGE_TILE)
    cuts = _Cuts(row, rising, tile, up.device, dtype)
    of_rows, of_cols = _separated(_on_host(down))
    rows = tuple(cuts.strips(of_rows, lambda down: down.reshape(-1, down.shape[2])))
    cols = tuple(cuts.strips(of_cols, lambda down: down.reshape(len(down), -1)))
    return Filtering(rows, cols, row.sizes[1], clamp)


@dataclass(frozen=True, eq=False)
class _Cuts:
    """Makes the strips of one axis."""

    row: LayerSize
    rising: Taps
    tile: int
    device: torch.device
    dtype: torch.dtype

    def strips(self, falling: Taps, arranged: Callable[[Taps], Taps]) -> Iterator[Strip]:
        """Falling has parts×taps; what is arranged has O×parts×T."""
        side = self.row.sizes[1]
        parts = -(-side // self.tile)
        ends = [side * part // parts for part in range(parts + 1)]
        for first, end in pairwise(ends):
            yield self._strip(range(first, end), falling, arranged)

    def _strip(self, out: range, falling: Taps, arranged: Callable[[Taps], Taps]) -> Strip:
        row, reach, length = self.row, len(self.rising), falling.shape[1]
        between = range(out[0] * row.down, out[-1] * row.down + length)
        start = reach - 1 - row.padding[0]
        least = max(0, -((reach - 1 - start - between[0]) // row.up))
        most = min(row.sizes[0] + row.kernel - 1, (between[-1] + start) // row.up + 1)
        into = range(least, most)
        up = _banded(self.rising, between, into, strides=(1, row.up), start=start)
        strides, start = (row.down, 1), length - 1
        down = [_banded(one, out, between, strides=strides, start=start) for one in falling]
        return Strip(
            slice(out.start, out.stop),
            slice(into.start, into.stop),
            self._tensor(up),
            self._tensor(arranged(np.stack(down, 1))),
        )

    def _tensor(self, matrix: Taps) -> Tensor:
        return torch.from_numpy(matrix).to(self.device, self.dtype)


def _banded(taps: Taps, rows: range, cols: range, *, strides: tuple[int, int], start: int) -> Taps:
    """The matrix that convolves: the tap at start + row·stride - column·stride, or 0."""
    places = start + strides[0] * np.array(rows)[:, None] - strides[1] * np.array(cols)
    inside = (places >= 0) & (places < len(taps))
    return np.where(inside, taps[places.clip(0, len(taps) - 1)], 0.0)


def _separated(taps: Taps) -> tuple[Taps, Taps]:
    """Filters for rows and for columns, parts×taps each, whose products add up to a filter."""
    if taps.ndim == 1:
        return taps[None], taps[None]
    left, strengths, right = np.linalg.svd(taps)
    parts = int((strengths > _FAINT * strengths[0]).sum())
    roots = np.sqrt(strengths[:parts])
    return left.T[:parts] * roots[:, None], right[:parts] * roots[:, None]


def _version(tensor: Tensor) -> int:
    return 0 if tensor.is_inference() else tensor._version


def _on_host(taps: Tensor) -> Taps:
    return np.asarray(taps.detach().double().cpu().numpy())
