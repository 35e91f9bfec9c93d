"""A first matte of the whole band, solved in the closed form's coarse space.

It carries what is known on one side of the photograph to the other, so that the tiles that refine
it afterwards need nothing but their surroundings. Only a few tiles' pixels are in memory at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.imaging.types import FOREGROUND, UNKNOWN, Alpha, Image, Rect, Rgb, Trimap
from engine.jobs.context import NOBODY, JobContext
from engine.matting.band import BandTile, in_parallel
from engine.matting.closed_form_kernels import PAD
from engine.matting.coarse_space import (
    CoarseSpace,
    Doubles,
    Numbers,
    factorised,
    node_colours,
    number_nodes,
)
from engine.matting.laplacian import Band, Laplacian

SPACINGS = (16, 24, 32, 48, 64, 96, 128, 192, 256)
MOST_NODES = 16_000


@dataclass(frozen=True, eq=False)
class Nodes:
    """The coarse nodes of the whole photograph.

    Attributes:
        spacing: pixels between them.
        number: grid of node numbers, −1 where there is none; node (i, j) sits on pixel
            (i·spacing, j·spacing).
        colours: (nodes, 3), see `CoarseSpace`.
    """

    spacing: int
    number: Numbers
    colours: Doubles


@dataclass(frozen=True, eq=False)
class GlobalStart:
    """The coarse matte of a whole band: an affine function of colour at every node."""

    image: Image
    trimap: Trimap
    nodes: Nodes
    solution: Doubles

    def read(self, rect: Rect) -> Alpha:
        """The coarse matte of a rectangle: exact where known, a first guess where unknown."""
        piece = _Piece.cut(self.image, self.trimap, rect, self.nodes)
        flat = piece.band.padded(piece.known)
        piece.space.prolong(self.solution[piece.members].ravel(), flat)
        whole = np.clip(piece.band.unpadded(flat), 0.0, 1.0)
        return whole[rect.moved(-piece.rect.top, -piece.rect.left).slices]


def solve_globally(
    image: Image, trimap: Trimap, tiles: list[BandTile], *, ctx: JobContext = NOBODY
) -> GlobalStart:
    """Solve the whole band in a coarse space of at most MOST_NODES nodes.

    Args:
        image: the photograph.
        trimap: H×W uint8.
        tiles: of `band_tiles`; their cores are visited.
        ctx: checked between tiles.
    """
    nodes = _nodes(image, trimap)
    blocks = np.zeros((len(nodes.colours), 25, 4, 4))
    right = np.zeros((len(nodes.colours), 4))

    def contribution(tile: BandTile) -> _Share:
        ctx.check()
        return _contribution(image, trimap, tile.core, nodes)

    for done, share in enumerate(in_parallel(contribution, tiles)):
        blocks[share.members] += share.blocks
        right[share.members] += share.right
        ctx.progress((done + 1) / len(tiles))
    solution = factorised(blocks, nodes.number).solve(right.ravel())
    return GlobalStart(image, trimap, nodes, solution.reshape(-1, 4))


def _nodes(image: Image, trimap: Trimap) -> Nodes:
    """The finest grid that is small enough."""
    unknown = trimap == UNKNOWN
    for spacing in SPACINGS:
        number = number_nodes(unknown, spacing)
        if number.max() < MOST_NODES:
            break
    colours = node_colours(image.pixels, number)
    return Nodes(spacing, number, colours)


class _Share(NamedTuple):
    """What one tile adds to the global system."""

    members: Numbers
    blocks: Doubles
    right: Doubles


def _contribution(image: Image, trimap: Trimap, core: Rect, nodes: Nodes) -> _Share:
    piece = _Piece.cut(image, trimap, core, nodes)
    laplacian = Laplacian.of(piece.band)
    inside = np.zeros(piece.band.size, np.bool_)
    inside[core.moved(-piece.rect.top, -piece.rect.left).slices] = True
    rows = replace(laplacian, band=piece.band.limited(inside))
    space = CoarseSpace(rows.band, nodes.spacing, piece.space.number, piece.space.colours)
    right = space.restricted(-rows.times(rows.band.padded(piece.known)))
    return _Share(piece.members, space.blocks(rows), right.reshape(-1, 4))


@dataclass(frozen=True, eq=False)
class _Piece:
    """A rectangle of the photograph with the PAD pixels around it that its equations reach.

    Attributes:
        rect: what was cut.
        band: laid out so that the photograph's nodes fall on multiples of the spacing.
        known: alpha where known, 0 where unknown.
        space: the coarse space, its nodes numbered for this piece alone.
        members: the photograph's number of each of the piece's nodes.
    """

    rect: Rect
    band: Band
    known: Alpha
    space: CoarseSpace
    members: Numbers

    @classmethod
    def cut(cls, image: Image, trimap: Trimap, rect: Rect, nodes: Nodes) -> _Piece:
        rect = rect.grown(PAD, within=image.size)
        labels = trimap[rect.slices]
        rgb: Rgb = image.rgb(rect)
        margin = _margin(rect.top, nodes.spacing), _margin(rect.left, nodes.spacing)
        band = Band.of(rgb, labels == UNKNOWN, margin=margin)
        first = (rect.top - margin[0]) // nodes.spacing, (rect.left - margin[1]) // nodes.spacing
        number, members = _window(nodes.number, first, band, nodes.spacing)
        space = CoarseSpace(band, nodes.spacing, number, nodes.colours[members])
        return cls(rect, band, (labels == FOREGROUND).astype(np.float32), space, members)


def _margin(start: int, spacing: int) -> int:
    """Rows to put before `start` so that they begin on a multiple of the spacing."""
    margin = start % spacing
    return margin if margin >= PAD else margin + spacing


def _window(
    number: Numbers, first: tuple[int, int], band: Band, spacing: int
) -> tuple[Numbers, Numbers]:
    """The nodes of a piece renumbered from 0, and their numbers in the photograph."""
    rows, cols = (-(-side // spacing) + 1 for side in band.grid.shape)
    ours = np.full((rows, cols), -1, np.int64)
    top, left = max(0, -first[0]), max(0, -first[1])
    theirs = number[first[0] + top : first[0] + rows, first[1] + left : first[1] + cols]
    ours[top : top + theirs.shape[0], left : left + theirs.shape[1]] = theirs
    members = ours[ours >= 0]
    ours[ours >= 0] = np.arange(members.size)
    return ours, members
