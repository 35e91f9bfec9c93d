"""The automatic mask: a person found by place, shape and colour, without a network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.guidance.colours import colour_bins
from engine.guidance.figure import Figure, odds_to_share, outline
from engine.guidance.grabcut import NO_SUBJECT, NO_SUBJECT_REMEDY, iterate
from engine.guidance.parts import main_parts
from engine.guidance.proxy import PROXY_SIDE, enlarge, proxy_pixels, proxy_size, shrink
from engine.guidance.refine import guided_filter, refine_mask
from engine.guidance.search import Found, find_figures, fitted
from engine.imaging.types import Alpha, Image, to_float
from engine.jobs.context import NOBODY, JobContext

BELIEF_SIDE = 256
"""Long side in pixels of the copy on which colours are weighed against the outline."""
HEADS = ((0.0, 0.13), (0.13, 0.3), (0.19, 1.0))
"""Sizes of heads that are followed separately: whole, half and head-and-shoulders."""
TOGETHER = 8
"""Figures whose outlines are averaged: the best one is rarely exactly in place."""
ROUNDS = 4
CORE_ODDS = 0.6
"""Log-odds of the outline alone from which a pixel is the person, whatever its colour."""
HEIGHT_BINS = 6
"""Parts of the frame, from top to bottom, that have colours of their own."""
THREADS = 2
COLOUR_WEIGHT, OUTLINE_WEIGHT, FITTED_WEIGHT = 0.8, 1.2, 2.0
GRABCUT_ITERATIONS = 2
MOST_EVIDENCE = 2.0
"""What a colour alone may say, in log-odds."""
SURE_SUBJECT, SURE_GROUND = 0.95, 0.05
"""Beliefs from which GrabCut may no longer change a pixel."""
AGREEMENT_WEIGHT, BORDER_WEIGHT = 0.5, 0.8
LEAST_MERIT = 0.5
"""Merit below which nobody is said to be in the picture."""


def automatic_mask(image: Image, *, ctx: JobContext = NOBODY) -> Alpha:
    """Find the person in a portrait.

    Args:
        image: the photograph, at any depth.
        ctx: progress and cancel.

    Returns:
        H×W float32 mask of 0 and 1.

    Raises:
        UserError: if there is no subject one can be sure of.
    """
    ctx.progress(0.0, "Finding the subject")
    mask = find_subject(proxy_pixels(image, PROXY_SIDE), ctx=ctx)
    ctx.progress(0.7, "Refining the edge")
    return refine_mask(image, mask.astype(np.float32))


def find_subject(pixels: NDArray[np.uint8], *, ctx: JobContext = NOBODY) -> NDArray[np.bool_]:
    """Find the person in a small H×W×3 uint8 RGB picture; H×W, True where it is.

    Raises:
        UserError: if no guess is good enough.
    """
    small = shrink(pixels, proxy_size((pixels.shape[0], pixels.shape[1]), BELIEF_SIDE))
    found = find_figures(small)
    groups = [[one for one in found if low < one.figure.head <= high] for low, high in HEADS]

    def guess(figures: list[Found]) -> Guess:
        return _guess(small, figures[:TOGETHER], ctx)

    with ThreadPoolExecutor(THREADS) as pool:
        best = max(pool.map(guess, groups), key=lambda one: one.merit)
    if best.merit < LEAST_MERIT:
        raise UserError(NO_SUBJECT, remedy=NO_SUBJECT_REMEDY)
    return _improved(pixels, small, best, ctx)


@dataclass(frozen=True)
class Guess:
    """One guess at where the person is.

    Attributes:
        mask: h×w of the small picture, True where the person is.
        figure: the likeliest of the figures it was made from.
        merit: how well outline, colours and frame agree; higher is better.
    """

    mask: NDArray[np.bool_]
    figure: Figure
    merit: float


def _guess(small: NDArray[np.uint8], figures: list[Found], ctx: JobContext) -> Guess:
    """Follow figures of similar size to a mask of the small picture."""
    ctx.check()
    size = small.shape[0], small.shape[1]
    outlines = [outline(one.figure, size) for one in figures]
    odds: Alpha = np.asarray(np.mean(outlines, axis=0), np.float32)
    mask = _cut(small, small, odds, ctx)
    merit = (
        figures[0].score
        + AGREEMENT_WEIGHT * _agreement(mask.astype(np.float32), odds)
        - BORDER_WEIGHT * _at_border(mask)
    )
    return Guess(mask, figures[0].figure, merit if mask.any() else -np.inf)


def _improved(
    pixels: NDArray[np.uint8], small: NDArray[np.uint8], guess: Guess, ctx: JobContext
) -> NDArray[np.bool_]:
    """Move the figure to where the guess found the person, and look once more."""
    odds = outline(fitted(guess.figure, guess.mask), (small.shape[0], small.shape[1]))
    again = _cut(pixels, small, odds, ctx, outline_weight=FITTED_WEIGHT)
    if again.any():
        return again
    first = enlarge(guess.mask.astype(np.float32), (pixels.shape[0], pixels.shape[1]))
    return first > 0.5


def _cut(
    pixels: NDArray[np.uint8],
    small: NDArray[np.uint8],
    odds: Alpha,
    ctx: JobContext,
    *,
    outline_weight: float = OUTLINE_WEIGHT,
) -> NDArray[np.bool_]:
    """The person in `pixels`, from the outline's log-odds on a smaller copy."""
    belief = _belief(small, odds, outline_weight)
    labels = _labels(belief, odds, pixels)
    return main_parts(iterate(pixels, labels, iterations=GRABCUT_ITERATIONS, ctx=ctx))


def _belief(pixels: NDArray[np.uint8], odds: Alpha, outline_weight: float) -> Alpha:
    """Let the outline say which colours are the person's, the colours where the person is.

    Args:
        pixels: h×w×3 uint8 RGB.
        odds: h×w float32, log-odds of the outline alone.
        outline_weight: how much they count beside the colours.

    Returns:
        h×w float32, how likely each pixel is the person.
    """
    bins, guide = colour_bins(pixels, heights=HEIGHT_BINS), to_float(pixels)
    share = odds_to_share(odds, steepness=2.0)
    for _ in range(ROUNDS):
        evidence = np.clip(bins.evidence(share), -MOST_EVIDENCE, MOST_EVIDENCE)
        sure = odds_to_share(COLOUR_WEIGHT * evidence + outline_weight * odds)
        share = guided_filter(guide, sure, radius=3, epsilon=1e-3)
    return share


def _labels(belief: Alpha, odds: Alpha, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """GrabCut's labels for `pixels` from beliefs and the outline on a smaller copy."""
    size = pixels.shape[1], pixels.shape[0]
    belief = cv2.resize(belief, size, interpolation=cv2.INTER_LINEAR)
    core = cv2.resize(odds, size, interpolation=cv2.INTER_LINEAR) >= CORE_ODDS
    labels = np.where(belief > 0.5, np.uint8(cv2.GC_PR_FGD), np.uint8(cv2.GC_PR_BGD))
    labels[(belief > SURE_SUBJECT) | core] = cv2.GC_FGD
    labels[(belief < SURE_GROUND) & ~core] = cv2.GC_BGD
    return labels


def _agreement(share: Alpha, odds: Alpha) -> float:
    """Intersection over union of what was found and what was expected."""
    found, wanted = share > 0.5, odds > 0
    return float((found & wanted).sum() / max(1, (found | wanted).sum()))


def _at_border(mask: NDArray[np.bool_]) -> float:
    """The share of the frame's top and sides that is called the person."""
    edges = (mask[:3].ravel(), mask[:, :3].ravel(), mask[:, -3:].ravel())
    return float(np.concatenate(edges).mean())
