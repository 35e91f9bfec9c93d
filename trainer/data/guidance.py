"""Guidance made from a matte: the trimaps, masks and bad mattes a network has to live with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Trimap
from engine.matting.coarse_map import softened
from trainer.config import Block
from trainer.data.mask_errors import MASK_ERRORS, MaskErrors
from trainer.data.morphology import Mask8, dilated, eroded
from trainer.data.soft_errors import SoftErrors, spoilt_matte

SURE = 0.5 / 255
"""What a file with 8 bits would store as 0 or 255 counts as 0 or 1."""
TRIMAP_WIDTHS = (1, 29)
P3M_WIDTHS = (15, 30)


class MaskPerturbation(Block):
    """How a matte becomes a coarse mask (paper 003, §3.2 "Guidance Perturbation").

    Attributes:
        threshold: the matte is cut at a value drawn evenly from here. The paper has (0, 1), the
            released code (0.01, 1), which never calls noise of a matte foreground.
        width: largest kernel in pixels; the smallest is 1.
        reference_side: kernels grow with pictures whose short side is longer than this.
        cut_mask: probability of CutMask. The paper gives none; the released code has 0.25.
        patch: CutMask's patch as a share of the picture's sides, from and to.
    """

    threshold: tuple[float, float] = (0.01, 1.0)
    width: int = 30
    reference_side: int = 2048
    cut_mask: float = 0.25
    patch: tuple[float, float] = (0.25, 0.5)


class GuidanceSettings(Block):
    """What `guidance_of` may do for each kind.

    Attributes:
        trimap_widths: ellipses that trimaps are eroded with, smallest and largest.
        perturbation: of masks, as in the paper.
        errors: of masks, larger than the paper's.
        soft: of mattes.
        map_factor: by how much smaller a photograph is when a network finds people in it, smallest
            and largest; its mask is as soft as that when it is as large as the photograph again.
    """

    trimap_widths: tuple[int, int] = TRIMAP_WIDTHS
    perturbation: MaskPerturbation = MaskPerturbation()
    errors: MaskErrors = MaskErrors()
    soft: SoftErrors = SoftErrors()
    map_factor: tuple[float, float] = (1.0, 3.0)


def perturbed_mask(
    alpha: Alpha, rng: np.random.Generator, *, settings: MaskPerturbation | None = None
) -> NDArray[np.float32]:
    """A coarse mask of a matte, as training of the paper has it.

    Args:
        alpha: H×W float32 in [0, 1].
        rng: everything random comes from here.
        settings: None takes the defaults.

    Returns:
        H×W float32, 0 or 1.

    Source: paper 003, §3.2; order and ranges of the kernels as released.
    """
    settings = settings or MaskPerturbation()
    mask = _morphed(_binary(alpha, rng, settings), rng, settings)
    if rng.random() < settings.cut_mask:
        mask = cut_mask(mask, rng, patch=settings.patch)
    return mask.astype(np.float32)


def cut_mask(
    mask: Mask8, rng: np.random.Generator, *, patch: tuple[float, float] = (0.25, 0.5)
) -> Mask8:
    """Overwrite one patch of a mask with another (CutMask, paper 003, §3.2).

    Args:
        mask: H×W of any type.
        rng: the patch's size and both places.
        patch: its sides as a share of the mask's, smallest and largest.

    Returns:
        A fresh array.
    """
    height, width = (_within(side, patch, rng) for side in mask.shape)
    rows = rng.integers(0, mask.shape[0] - height + 1, 2)
    cols = rng.integers(0, mask.shape[1] - width + 1, 2)
    out = mask.copy()
    source = mask[rows[0] : rows[0] + height, cols[0] : cols[0] + width]
    out[rows[1] : rows[1] + height, cols[1] : cols[1] + width] = source
    return out


def trimap_of(
    alpha: Alpha,
    width: np.random.Generator | int,
    *,
    rule: Literal["erode", "p3m"] = "erode",
    widths: tuple[int, int] | None = None,
) -> Trimap:
    """A trimap of a matte.

    Args:
        alpha: H×W float32 in [0, 1].
        width: of the ellipse in pixels, or a generator to draw it from.
        rule: "erode" shrinks what is surely subject and what is surely not, each by an ellipse of
            its own (the released training); "p3m" calls unknown what an ellipse reaches from any
            subject and is not reached in the opaque one (P3M-10k's `gen_trimap_with_dilate`).
        widths: range to draw from; None takes 1–29, and 15–30 for "p3m".

    Returns:
        H×W uint8: 0, 128 or 255.
    """
    drawn = _drawn_widths(width, widths or (P3M_WIDTHS if rule == "p3m" else TRIMAP_WIDTHS))
    foreground, background = _TRIMAP_RULES[rule](alpha, *drawn)
    trimap = np.full(alpha.shape, UNKNOWN, np.uint8)
    trimap[foreground > 0] = FOREGROUND
    trimap[background > 0] = BACKGROUND
    return trimap


def guidance_of(
    alpha: Alpha,
    kind: str,
    rng: np.random.Generator,
    *,
    settings: GuidanceSettings | None = None,
) -> NDArray[np.float32]:
    """Guidance of one kind for a matte.

    Args:
        alpha: H×W float32 in [0, 1].
        kind: a name of `GUIDANCE_KINDS`: "trimap" is 0, ½ or 1; "trimap_fg" is 1 where the trimap
            is foreground and 0 elsewhere; "mask" is a coarse binary mask; "soft" a bad matte;
            "map" a coarse mask as soft as a segmentation network's answer.
        rng: everything random comes from here.
        settings: None takes the defaults.

    Returns:
        H×W float32 in [0, 1].
    """
    return GUIDANCE_KINDS[kind](alpha, rng, settings or GuidanceSettings())


def trimap_guidance(trimap: Trimap) -> NDArray[np.float32]:
    """A trimap as a network takes it: H×W float32, 0, ½ or 1."""
    known = (trimap == FOREGROUND).astype(np.float32)
    return np.where(trimap == UNKNOWN, np.float32(0.5), known)


def _trimap(alpha: Alpha, rng: np.random.Generator, to: GuidanceSettings) -> NDArray[np.float32]:
    return trimap_guidance(trimap_of(alpha, rng, widths=to.trimap_widths))


def _trimap_fg(alpha: Alpha, rng: np.random.Generator, to: GuidanceSettings) -> NDArray[np.float32]:
    trimap = trimap_of(alpha, rng, widths=to.trimap_widths)
    return (trimap == FOREGROUND).astype(np.float32)


def _mask(alpha: Alpha, rng: np.random.Generator, to: GuidanceSettings) -> NDArray[np.float32]:
    """The paper's perturbation, or one or two larger errors."""
    if rng.random() >= to.errors.probability:
        return perturbed_mask(alpha, rng, settings=to.perturbation)
    mask = _binary(alpha, rng, to.perturbation)
    names, shares = zip(*to.errors.shares().items(), strict=True)
    weights = np.asarray(shares, np.float64) / sum(shares)
    for name in rng.choice(names, size=rng.integers(1, 3), replace=False, p=weights):
        mask = MASK_ERRORS[str(name)](mask, rng, to.errors)
    return mask.astype(np.float32)


def _soft(alpha: Alpha, rng: np.random.Generator, to: GuidanceSettings) -> NDArray[np.float32]:
    rough = rng.random() < to.soft.from_mask
    start = _mask(alpha, rng, to) if rough else alpha
    return spoilt_matte(start, rng, settings=to.soft)


def _map(alpha: Alpha, rng: np.random.Generator, to: GuidanceSettings) -> NDArray[np.float32]:
    low, high = np.log(to.map_factor)
    return softened(_mask(alpha, rng, to), float(np.exp(rng.uniform(low, high))))


GUIDANCE_KINDS: dict[
    str, Callable[[Alpha, np.random.Generator, GuidanceSettings], NDArray[np.float32]]
] = {"trimap": _trimap, "trimap_fg": _trimap_fg, "mask": _mask, "soft": _soft, "map": _map}


def _binary(alpha: Alpha, rng: np.random.Generator, settings: MaskPerturbation) -> Mask8:
    return (alpha >= rng.uniform(*settings.threshold)).astype(np.uint8)


def _morphed(mask: Mask8, rng: np.random.Generator, settings: MaskPerturbation) -> Mask8:
    """One of erode, dilate, erode then dilate, dilate then erode, each by its own ellipse."""
    largest = max(settings.width, settings.width * min(mask.shape) // settings.reference_side)
    for change in _ORDERS[rng.integers(len(_ORDERS))]:
        mask = change(mask, int(rng.integers(1, largest + 1)))
    return mask


_ORDERS: tuple[tuple[Callable[[Mask8, int], Mask8], ...], ...] = (
    (eroded,),
    (dilated,),
    (eroded, dilated),
    (dilated, eroded),
)


def _within(side: int, share: tuple[float, float], rng: np.random.Generator) -> int:
    low, high = (max(1, round(side * part)) for part in share)
    return int(rng.integers(low, high + 1))


def _drawn_widths(width: np.random.Generator | int, widths: tuple[int, int]) -> tuple[int, int]:
    if isinstance(width, int):
        return width, width
    first, second = width.integers(widths[0], widths[1] + 1, 2)
    return int(first), int(second)


def _by_eroding(alpha: Alpha, inner: int, outer: int) -> tuple[Mask8, Mask8]:
    opaque, empty = alpha >= 1 - SURE, alpha <= SURE
    return eroded(opaque.astype(np.uint8), inner), eroded(empty.astype(np.uint8), outer)


def _by_p3m(alpha: Alpha, width: int, _: int) -> tuple[Mask8, Mask8]:
    opaque, some = alpha >= 1 - SURE, alpha > SURE
    return eroded(opaque.astype(np.uint8), width), 1 - dilated(some.astype(np.uint8), width)


_TRIMAP_RULES = {"erode": _by_eroding, "p3m": _by_p3m}
