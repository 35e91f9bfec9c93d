"""Cut one person out of a photograph by the classical path: label, trimap, matte, colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foreground.estimate import estimate_foreground
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Image, Trimap
from engine.matting.solve import solve_alpha
from trainer.data.morphology import dilated, eroded
from trainer.data.sample import Pixels8, Subject
from trainer.data.solid import (
    HAIR,
    PERSON,
    SolidRules,
    label_figures,
    largest_piece,
    matte_figures,
    mended,
    refusal,
)
from trainer.data.spread import spread_colours

FAINT = 0.1
"""Below this matte the estimate of the colours is the background's as much as the person's."""
LEAST_CROP = 64
"""Shortest side of a crop worth having, in pixels."""


@dataclass(frozen=True)
class Band:
    """Half-widths in pixels, at a long side of 576, of what is solved around the label's edge."""

    body_inside: int = 3
    body_outside: int = 3
    hair_inside: int = 8
    hair_outside: int = 11
    hair_reach: int = 9


@dataclass(frozen=True, eq=False)
class CutPerson:
    """What came of one photograph.

    Attributes:
        name: the photograph's file stem.
        subject: the person, or None if a rule was broken.
        refused: name of the rule broken.
        figures: what the rules looked at.
        boxes: name of a crop to (top, left, bottom, right).
    """

    name: str
    subject: Subject | None
    refused: str | None
    figures: dict[str, float]
    boxes: dict[str, tuple[int, int, int, int]]


def trimap_around(label: NDArray[np.uint8], band: Band) -> Trimap:
    """A trimap with a narrow band along a person's outline, wide where there is hair.

    Args:
        label: H×W uint8, 0 background, 1 person, 2 hair; one person without holes.
        band: widths, scaled to the picture.
    """
    scale = max(label.shape) / 576
    person, hair = (label > 0).astype(np.uint8), (label == HAIR).astype(np.uint8)
    near = dilated(hair, _width(band.hair_outside + band.hair_reach, scale)) > 0
    inside = np.where(
        near,
        eroded(person, _width(band.hair_inside, scale)),
        eroded(person, _width(band.body_inside, scale)),
    )
    outside = dilated(person, _width(band.body_outside, scale))
    outside |= dilated(hair, _width(band.hair_outside, scale))
    trimap = np.full(label.shape, UNKNOWN, np.uint8)
    trimap[inside > 0] = FOREGROUND
    trimap[outside == 0] = BACKGROUND
    return trimap


def cut_person(
    pixels: Pixels8,
    label: NDArray[np.uint8],
    name: str,
    *,
    band: Band | None = None,
    rules: SolidRules | None = None,
) -> CutPerson:
    """Matte one photograph around its label and estimate the person's own colours.

    Args:
        pixels: H×W×3 uint8.
        label: H×W uint8, 0 background, 1 person, 2 hair.
        name: for the manifest.
        band: None takes the defaults.
        rules: None takes the defaults.
    """
    band, rules = band or Band(), rules or SolidRules()
    figures = label_figures(pixels, label)
    if broken := refusal(figures, rules):
        return CutPerson(name, None, broken, figures, {})
    person = mended(pixels, largest_piece((label > 0).astype(np.uint8)))
    label = np.maximum(label, PERSON) * person
    trimap = trimap_around(label, band)
    alpha = _matte(pixels, trimap)
    figures |= matte_figures(alpha, trimap, label, hair_reach=2 * band.hair_outside)
    if broken := refusal(figures, rules):
        return CutPerson(name, None, broken, figures, {})
    subject = Subject(_colours(pixels, alpha), alpha, name, family="person")
    return CutPerson(name, subject, None, figures, _boxes(alpha, label))


def _matte(pixels: Pixels8, trimap: Trimap) -> Alpha:
    """The closed form's matte at the 16 bits that it will be stored with."""
    alpha = solve_alpha(Image(pixels.copy()), trimap)
    return (np.rint(alpha * 65535) / 65535).astype(np.float32)


def _colours(pixels: Pixels8, alpha: Alpha) -> Pixels8:
    estimated = estimate_foreground(Image(pixels.copy()), alpha, bits=8)
    return spread_colours(estimated, alpha > FAINT)


def _boxes(alpha: Alpha, label: NDArray[np.uint8]) -> dict[str, tuple[int, int, int, int]]:
    """Crops of a person: all of it, from the waist up, and the head where hair says where."""
    top, left, bottom, right = _extent(alpha > 0.02)
    tall = bottom - top
    boxes = {"body": (top, left, bottom, right), "upper": (top, left, top + tall // 2, right)}
    hair = label == HAIR
    if hair.any():
        over, beside, under, beyond = _extent(hair)
        centre, side = (beside + beyond) // 2, max(beyond - beside, min(under - over, tall // 6))
        side = max(side, tall // 7)
        boxes["head"] = (over, centre - side, over + round(1.6 * side), centre + side)
    size = alpha.shape[0], alpha.shape[1]
    grown = {name: _with_margin(box, size) for name, box in boxes.items()}
    return {name: box for name, box in grown.items() if _short_side(box) >= LEAST_CROP}


def _with_margin(
    box: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Some background around; a crop that ends in the body keeps ending there."""
    top, left, bottom, right = box
    margin = max(8, (bottom - top) // 10)
    return (
        max(0, top - margin),
        max(0, left - margin),
        min(size[0], bottom),
        min(size[1], right + margin),
    )


def _short_side(box: tuple[int, int, int, int]) -> int:
    return min(box[2] - box[0], box[3] - box[1])


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1


def _width(half: int, scale: float) -> int:
    """Odd width of an ellipse that reaches `half` pixels of a picture 576 long."""
    return 2 * round(half * scale) + 1
