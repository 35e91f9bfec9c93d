"""Which hand-labelled people are solid: one body that the background doesn't show through."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN, Alpha, Trimap
from trainer.config import Block
from trainer.data.morphology import Mask8, dilated
from trainer.data.sample import Pixels8

PERSON, HAIR = 1, 2
PERSON_REACH, GROUND_REACH = 15, 80
"""Pixels around a hole whose colours stand for the person and for the background."""


class SolidRules(Block):
    """Limits above (or for `area` below) which a person is left out, in the order of asking.

    Attributes:
        area: person's share of the picture, at least.
        pieces: what is not in the largest piece, as a share of the person.
        holes: enclosed background that looks like the person, as a share of the person: a part
            that was labelled wrongly, unlike a gap between legs or under an arm.
        faint: the matte missing inside the body's outline, mean over the band's inner side.
        spill: the matte outside the body's outline, mean over the band's outer side.
        mush: share of the body's band that is neither clear nor opaque.
    """

    area: float = 0.06
    pieces: float = 0.03
    holes: float = 0.005
    faint: float = 0.26
    spill: float = 0.26
    mush: float = 0.42


def label_figures(pixels: Pixels8, label: NDArray[np.uint8]) -> dict[str, float]:
    """What the label says before anything is solved: `area`, `pieces`, `holes`.

    Args:
        pixels: H×W×3 uint8.
        label: H×W uint8, 0 background, 1 person, 2 hair.
    """
    person = (label > 0).astype(np.uint8)
    total = max(1, int(person.sum()))
    whole = largest_piece(person)
    return {
        "area": float(person.mean()),
        "pieces": 1 - float(whole.sum()) / total,
        "holes": float((mended(pixels, whole) - whole).sum()) / total,
    }


def matte_figures(
    alpha: Alpha, trimap: Trimap, label: NDArray[np.uint8], *, hair_reach: int
) -> dict[str, float]:
    """What the matte says about the body's edge, away from the hair: `faint`, `spill`, `mush`.

    Args:
        alpha: H×W float32 matte.
        trimap: H×W uint8 that it was solved from.
        label: H×W uint8, 0 background, 1 person, 2 hair.
        hair_reach: pixels around hair that don't count.
    """
    hair = (label == HAIR).astype(np.uint8)
    band = (trimap == UNKNOWN) & ~(cv2.dilate(hair, np.ones((2 * hair_reach + 1,) * 2)) > 0)
    inner, outer = band & (label > 0), band & (label == 0)
    return {
        "faint": _mean(1 - alpha[inner]),
        "spill": _mean(alpha[outer]),
        "mush": _mean((alpha[band] > 0.2) & (alpha[band] < 0.8)),
    }


def refusal(figures: dict[str, float], rules: SolidRules) -> str | None:
    """The first rule that a person breaks, or None; rules without a figure aren't asked."""
    for name in SolidRules.model_fields:
        limit = getattr(rules, name)
        value = figures.get(name, limit)
        if (value < limit) if name == "area" else (value > limit):
            return name
    return None


def largest_piece(mask: Mask8) -> Mask8:
    """The largest 8-connected piece of a mask; all of an empty one."""
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return mask
    return (pieces == 1 + int(figures[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)


def mended(pixels: Pixels8, person: Mask8) -> Mask8:
    """A person with those enclosed pieces of background that look like the person.

    Args:
        pixels: H×W×3 uint8.
        person: H×W uint8, 0 or 1.
    """
    around = cv2.copyMakeBorder(1 - person, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, framed = cv2.connectedComponents(around, connectivity=4)
    pieces = framed[1:-1, 1:-1]
    colours = _colour_bins(pixels)
    out = person.copy()
    for piece in set(range(1, count)) - {int(framed[0, 0])}:
        hole = pieces == piece
        if _looks_inside(colours, hole, person > 0, pieces == framed[0, 0]):
            out[hole] = 1
    return out


def _looks_inside(
    colours: NDArray[np.intp],
    hole: NDArray[np.bool_],
    person: NDArray[np.bool_],
    outside: NDArray[np.bool_],
) -> bool:
    """Whether most of a hole has colours likelier in the person around it than in the ground."""
    reach = dilated(hole.astype(np.uint8), 2 * PERSON_REACH + 1) > 0
    far = dilated(hole.astype(np.uint8), 2 * GROUND_REACH + 1) > 0
    inside, ground = _shares(colours[reach & person]), _shares(colours[far & outside])
    return bool(np.mean(inside[colours[hole]] > ground[colours[hole]]) > 0.5)


def _colour_bins(pixels: Pixels8) -> NDArray[np.intp]:
    """Each pixel's place in a histogram of 8×8×8 colours."""
    return np.asarray((pixels >> 5).astype(np.intp) @ np.array([64, 8, 1]))


def _shares(bins: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray((np.bincount(bins, minlength=512) + 0.1) / (bins.size + 51.2), np.float64)


def _mean(values: NDArray[np.generic]) -> float:
    return float(values.mean()) if values.size else 0.0
