"""Where in a photograph a person may stand."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.figure import FIGURES, Figure, odds_to_share, outline
from engine.guidance.proxy import proxy_size, shrink
from engine.guidance.saliency import saliency, skin
from engine.imaging.types import Alpha

SEARCH_SIDE = 96
"""Long side in pixels of the copy that is searched."""
SKIN_WEIGHT, OFF_CENTRE_WEIGHT = 0.5, 0.3
STEPS, MOST_MOVES = (0.15, 0.07, 0.03), 8
"""Steps, in heads, by which a figure is fitted to a mask, and how many of each at most."""
FACE = (0.3, 0.95, 0.3)
"""The face in heads: from, to, half its width."""


class Found(NamedTuple):
    """A figure and how well it fits what is salient; 1 would be perfect."""

    figure: Figure
    score: float


def find_figures(rgb: NDArray[np.uint8]) -> list[Found]:
    """All `FIGURES`, best first.

    Args:
        rgb: H×W×3 uint8 photograph, at most a few hundred pixels a side.
    """
    small = shrink(rgb, proxy_size((rgb.shape[0], rgb.shape[1]), SEARCH_SIDE))
    size = small.shape[0], small.shape[1]
    salient, warm = _standard(saliency(small)), cv2.integral(skin(small))
    found = [Found(f, _score(f, size, salient, warm)) for f in FIGURES]
    return sorted(found, key=lambda one: one.score, reverse=True)


def fitted(figure: Figure, mask: NDArray[np.bool_]) -> Figure:
    """Move and scale a figure until its outline overlaps most with an H×W mask."""
    size = proxy_size((mask.shape[0], mask.shape[1]), SEARCH_SIDE)
    small = shrink(mask.astype(np.float32), size) > 0.5
    best = _overlap(figure, small)
    for step in STEPS:
        for _ in range(MOST_MOVES):
            overlap, nearby = max((_overlap(one, small), one) for one in _moved(figure, step))
            if overlap <= best:
                break
            best, figure = overlap, nearby
    return figure


def _moved(figure: Figure, step: float) -> list[Figure]:
    """A figure one step aside, up, down, nearer and further."""
    col, top, head = figure
    aside = step * head
    return [
        Figure(col + aside, top, head),
        Figure(col - aside, top, head),
        Figure(col, top + aside, head),
        Figure(col, top - aside, head),
        Figure(col, top, head * (1 + step)),
        Figure(col, top, head / (1 + step)),
    ]


def _overlap(figure: Figure, mask: NDArray[np.bool_]) -> float:
    """Intersection over union of a figure's outline and a mask."""
    inside = outline(figure, (mask.shape[0], mask.shape[1])) > 0
    return float((inside & mask).sum() / max(1, (inside | mask).sum()))


def _score(
    figure: Figure, size: tuple[int, int], salient: Alpha, warm: NDArray[np.float64]
) -> float:
    """Correlation of the outline with saliency, a face where one should be, and the centre."""
    share = odds_to_share(outline(figure, size), steepness=2.0)
    fit = float((salient * _standard(share)).mean())
    off = abs(figure.col - 0.5)
    return fit + SKIN_WEIGHT * _face(figure, size, warm) - OFF_CENTRE_WEIGHT * off


def _face(figure: Figure, size: tuple[int, int], warm: NDArray[np.float64]) -> float:
    """How much more skin there is in the face than left and right of the head."""
    head, middle = figure.head * size[0], figure.col * size[1]
    first, last, half = FACE
    crown = figure.top * size[0]
    face = _mean(warm, crown + first * head, crown + last * head, middle, 0, half * head)
    beside = _mean(warm, crown - 0.1 * head, crown + head, middle, 0.6 * head, 1.4 * head)
    return face - beside


def _mean(
    warm: NDArray[np.float64], top: float, bottom: float, middle: float, near: float, far: float
) -> float:
    """Mean over rows `top` to `bottom` and columns `near` to `far` away from the middle."""
    outer = _sum(warm, top, bottom, middle - far, middle + far)
    inner = _sum(warm, top, bottom, middle - near, middle + near) if near > 0 else (0.0, 0)
    area = outer[1] - inner[1]
    return (outer[0] - inner[0]) / area if area > 0 else 0.0


def _sum(
    warm: NDArray[np.float64], top: float, bottom: float, left: float, right: float
) -> tuple[float, int]:
    """Sum and area of a rectangle of an integral image, clipped to it."""
    rows = np.clip([int(top), int(np.ceil(bottom))], 0, warm.shape[0] - 1)
    cols = np.clip([int(left), int(np.ceil(right))], 0, warm.shape[1] - 1)
    total = warm[rows[1], cols[1]] - warm[rows[0], cols[1]]
    total -= warm[rows[1], cols[0]] - warm[rows[0], cols[0]]
    return float(total), int((rows[1] - rows[0]) * (cols[1] - cols[0]))


def _standard(values: Alpha) -> Alpha:
    """Shifted and scaled to mean 0 and variance 1; all 0 if there is no variance."""
    spread = float(values.std())
    return (values - values.mean()) / np.float32(spread) if spread > 1e-3 else values * 0
