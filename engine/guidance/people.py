"""The automatic mask: people found by a network, from the photograph alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.errors import UserError
from engine.guidance.grabcut import NO_SUBJECT, NO_SUBJECT_REMEDY
from engine.guidance.persons import Cuts, distance_to, persons
from engine.guidance.proxy import enlarge, proxy_size, shrink
from engine.guidance.uncertain import uncertain_trimap
from engine.imaging.types import Alpha, Image, Pixels, Rect, Trimap, from_float, to_float
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.loaded import LoadedNetwork, load_network

MODEL = "person_small"
SIDES = (1.0, 1.25)
"""Sizes at which a picture is looked at, relative to the network's own."""
CLOSER = 0.6
"""Where people fill less of the photograph than this, the network looks at them again, closer."""
MARGIN = 0.12
"""Room around them when it does, as a share of their longer side."""
PERSON = 0.5
"""Likelihood from which a pixel is a person's (paper 003, section 5)."""
NOBODY_AREA, TINY_AREA = 0.003, 0.02
"""Shares of the photograph: smaller is nobody, smaller than the second is worth a warning."""
UNSURE = 0.3
"""Share of all likelihood that lies between 0.2 and 0.8 from which it is not to be trusted."""
LARGEST_HOLE, SPECK = 0.03, 0.002
"""Shares of the photograph: a hole may be closed, one is closed whatever the network says."""
HOLLOW, FILLED = 0.12, np.float32(0.6)
"""Mean likelihood from which a hole is a doubt, and what it becomes."""
CUT_OFF = 0.3
"""Share of a person's width at the photograph's top from which the head is cut off."""
SURE, WIDENING, REFERENCE = (0.05, 0.95), 20, 1080
"""Of the trimap: likelihoods that are not sure, and pixels around them in a picture of 1080."""
LONGEST = 1024
"""Long side of the copy that the network's is made of, and whose likelihood is kept."""
PARTS_SIDE = 320
"""Long side of the copy on which people are told apart."""

Clicks: TypeAlias = tuple[tuple[float, float, bool], ...]
"""(row, column, keep), shares of the photograph's sides."""


@dataclass(frozen=True, eq=False)
class People:
    """Who is in a photograph.

    Attributes:
        likelihood: h×w float32 in [0, 1], how likely each pixel of a small copy is a person's.
        parts: int32 of a smaller one, 0 where there is nobody, else which person, the largest
            first.
        doubts: sentences for people about what may be wrong.
    """

    likelihood: Alpha
    parts: NDArray[np.int32]
    doubts: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many people could be told apart."""
        return int(self.parts.max())

    def at(self, point: tuple[float, float]) -> int:
        """Which person is at (row, column), both as shares of the photograph's sides; 0 nobody."""
        height, width = self.parts.shape
        row, col = int(point[0] * height), int(point[1] * width)
        return int(self.parts[min(height - 1, max(0, row)), min(width - 1, max(0, col))])


def find_people(
    image: Image,
    *,
    model: str = MODEL,
    box: Rect | None = None,
    cuts: Cuts = (),
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> People:
    """Find the people in a photograph.

    Args:
        image: the photograph, at any size and depth; a few hundred pixels are enough.
        model: name of a segmentation network's weights.
        box: look for them in here alone.
        cuts: lines that divide persons who touch.
        compute: where the network runs.
        ctx: progress and cancel.

    Raises:
        UserError: if nobody is found, or the weights are missing.
        Cancelled: when asked to stop.
    """
    network = load_network(model, kind="segmentation", compute=compute, ctx=SubContext(ctx, 0, 0.5))
    return people_seen(network, image, box=box, cuts=cuts, ctx=ctx)


def people_seen(
    network: LoadedNetwork,
    image: Image,
    *,
    box: Rect | None = None,
    cuts: Cuts = (),
    ctx: JobContext = NOBODY,
) -> People:
    """As `find_people`, by a segmentation network that is there.

    Raises:
        UserError: if nobody is found.
        Cancelled: when asked to stop.
    """
    ctx.progress(0.5, "Finding people")
    small = _small(image)
    size = small.shape[0], small.shape[1]
    inside = _scaled(box, image.size, size)
    likelihood = np.zeros(size, np.float32)
    likelihood[inside.slices] = _looked(network, small[inside.slices])
    ctx.check()
    likelihood = mended(_closer(network, small, likelihood, inside))
    parts = persons(shrink(likelihood, proxy_size(size, PARTS_SIDE)) > PERSON, cuts)
    if (parts > 0).mean() < NOBODY_AREA:
        raise UserError(NO_SUBJECT, remedy=NO_SUBJECT_REMEDY)
    return People(likelihood, parts, _doubts(likelihood, parts))


def mask_of(people: People, size: tuple[int, int], *, clicks: Clicks = ()) -> Alpha:
    """The people's mask at the photograph's size.

    Args:
        people: who was found.
        size: height and width of the photograph.
        clicks: (row, column, keep), shares of the photograph's sides: whoever is there is kept or
            left out. The last click counts; where nobody is, none does.

    Returns:
        H×W float32 of 0 and 1.

    Raises:
        UserError: if nobody is left.
    """
    return enlarge(_kept(people, clicks), size)


def trimap_of(
    people: People,
    size: tuple[int, int],
    *,
    clicks: Clicks = (),
    ctx: JobContext = NOBODY,
) -> Trimap:
    """The trimap of the people that were found (paper 003, section 5).

    Likelihoods above 0.95 are the subject and below 0.05 the ground; all between is unknown, and
    20 pixels around it in a picture of 1080.

    Args:
        people: who was found.
        size: height and width of the photograph.
        clicks: as for `mask_of`.
        ctx: progress and cancel.

    Returns:
        H×W uint8.

    Raises:
        UserError: if nobody is left.
    """
    likelihood = _kept(people, clicks)
    widening = WIDENING * min(likelihood.shape) / REFERENCE
    return uncertain_trimap(likelihood, size, unsure=SURE, widening=widening, ctx=ctx)


def _kept(people: People, clicks: Clicks) -> Alpha:
    """The likelihood of those who are wanted, 0 nearer to somebody else or to a speck.

    Raises:
        UserError: if nobody is left.
    """
    wanted = dict.fromkeys(range(1, people.count + 1), True)
    wanted |= {people.at((row, col)): keep for row, col, keep in clicks}
    kept = [number for number, keep in wanted.items() if keep and number]
    if not kept:
        raise UserError("Everybody was left out.", remedy="Click on whom you want to keep.")
    ours = np.isin(people.parts, kept)
    seen = shrink(people.likelihood, ours.shape) > PERSON
    others = (seen | (people.parts > 0)) & ~ours
    if not others.any():
        return people.likelihood
    nearer = (distance_to(ours) <= distance_to(others)).astype(np.uint8)
    height, width = people.likelihood.shape
    mine = cv2.resize(nearer, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(mine > 0, people.likelihood, np.float32(0))


def _small(image: Image) -> NDArray[np.uint8]:
    """H×W×3 uint8, the long side at most `LONGEST`."""
    step = max(1, max(image.size) // (2 * LONGEST))  # of a large one every so manieth pixel will do
    pixels = image.pixels[::step, ::step]
    small = shrink(pixels, proxy_size((pixels.shape[0], pixels.shape[1]), LONGEST))
    return np.ascontiguousarray(small if small.dtype == np.uint8 else _in_bytes(small))


def _in_bytes(pixels: Pixels) -> NDArray[np.uint8]:
    return from_float(to_float(pixels), np.uint8)


def _looked(network: LoadedNetwork, pixels: NDArray[np.uint8]) -> Alpha:
    """The likelihood of a piece, the mean of what is seen at several sizes."""
    seen = [_looked_once(network, pixels, side=side) for side in SIDES]
    return np.asarray(np.mean(seen, axis=0), np.float32)


def _looked_once(network: LoadedNetwork, pixels: NDArray[np.uint8], *, side: float) -> Alpha:
    """What is seen at a size relative to the network's own, as it is and mirrored."""
    height, width = pixels.shape[:2]
    multiple = network.spec.size_multiple
    scale = side * (network.module.area / (height * width)) ** 0.5
    size = [max(1, round(length * scale / multiple)) * multiple for length in (width, height)]
    rgb = to_float(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    mirrored = network.run(np.ascontiguousarray(rgb[:, ::-1]))[:, ::-1]
    seen = (network.run(rgb) + mirrored) / 2
    return np.asarray(cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR))


def _closer(
    network: LoadedNetwork, pixels: NDArray[np.uint8], likelihood: Alpha, inside: Rect
) -> Alpha:
    """Look again at where people are, if that is a part of the picture only."""
    rows, cols = (np.flatnonzero((likelihood > PERSON).any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return likelihood
    found = Rect(int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1)
    margin = round(MARGIN * max(found.height, found.width))
    near = found.grown(margin, within=likelihood.shape).intersected(inside)
    if near.height * near.width > CLOSER * inside.height * inside.width:
        return likelihood
    closer = likelihood.copy()
    closer[near.slices] = _looked(network, pixels[near.slices])
    return closer


def mended(likelihood: Alpha) -> Alpha:
    """Close holes that the network is not sure of; what an arm encloses it is sure of.

    Args:
        likelihood: h×w float32 in [0, 1].

    Returns:
        The same, or one that is higher in such holes.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (likelihood <= PERSON).astype(np.uint8), connectivity=4
    )
    area = stats[:, cv2.CC_STAT_AREA]
    right = stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]
    bottom = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
    height, width = likelihood.shape
    enclosed = (stats[:, cv2.CC_STAT_LEFT] > 0) & (stats[:, cv2.CC_STAT_TOP] > 0)
    enclosed &= (right < width) & (bottom < height) & (area < LARGEST_HOLE * likelihood.size)
    mean = np.bincount(labels.ravel(), likelihood.ravel(), count) / np.maximum(area, 1)
    hole = enclosed & ((mean > HOLLOW) | (area < SPECK * likelihood.size))
    hole[0] = False
    if not hole.any():
        return likelihood
    return np.where(hole[labels], np.maximum(likelihood, FILLED), likelihood)


def _doubts(likelihood: Alpha, parts: NDArray[np.int32]) -> tuple[str, ...]:
    """What people should look at twice."""
    found, doubts = parts > 0, []
    between = likelihood[(likelihood > 0.2) & (likelihood < 0.8)].sum()
    if found.mean() < TINY_AREA:
        doubts.append("The person is very small in the picture.")
    if between > UNSURE * likelihood.sum():
        doubts.append("It is not clear where the person ends; check the mask.")
    columns = found.any(axis=0).sum()
    if found[:2].any(axis=0).sum() > CUT_OFF * columns:
        doubts.append("The picture's upper edge cuts the person off.")
    return tuple(doubts)


def _scaled(box: Rect | None, size: tuple[int, int], small: tuple[int, ...]) -> Rect:
    whole = Rect.whole((small[0], small[1]))
    if box is None:
        return whole
    rows, cols = small[0] / size[0], small[1] / size[1]
    scaled = Rect(
        int(box.top * rows), int(box.left * cols), -int(-box.bottom * rows), -int(-box.right * cols)
    )
    inside = scaled.intersected(whole)
    if inside.empty:
        raise UserError("The box lies outside of the picture.", remedy="Draw it again.")
    return inside
