"""A coarse mask by GrabCut (Rother, Kolmogorov, Blake 2004) from a box, strokes or a mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.guidance.proxy import (
    PROXY_SIDE,
    proxy_pixels,
    proxy_rect,
    proxy_size,
    proxy_strokes,
    shrink,
)
from engine.guidance.refine import refine_mask
from engine.imaging.types import (
    NO_STROKE,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    Alpha,
    Image,
    Rect,
    Strokes,
)
from engine.jobs.context import NOBODY, JobContext

Labels = NDArray[np.uint8]
"""H×W of cv2.GC_BGD, GC_FGD, GC_PR_BGD, GC_PR_FGD."""

ITERATIONS = 5
NO_SUBJECT = "No subject was found."
NO_SUBJECT_REMEDY = "Draw a box around the subject, or paint foreground and background strokes."


def grabcut(
    image: Image,
    *,
    box: Rect | None = None,
    strokes: Strokes | None = None,
    seed: Alpha | None = None,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """Segment the subject by colour models and edges.

    Args:
        image: the photograph, at any depth.
        box: a rectangle around the subject; everything outside is background.
        strokes: H×W uint8 of what the user painted; exact in the result.
        seed: H×W float32 mask to start from; all of it may change.
        ctx: progress and cancel.

    Returns:
        H×W float32 mask of 0 and 1.

    Raises:
        UserError: if nothing says where the subject is, or no subject was found.
    """
    size = proxy_size(image.size, PROXY_SIDE)
    small = None if strokes is None else proxy_strokes(strokes, size)
    labels = seed_labels(
        size,
        box=None if box is None else proxy_rect(box, size=image.size, small=size),
        strokes=small,
        seed=None if seed is None else shrink(seed, size),
    )
    ctx.progress(0.1, "Finding the subject")
    mask = iterate(proxy_pixels(image, PROXY_SIDE), labels, ctx=ctx)
    if not mask.any():
        raise UserError(NO_SUBJECT, remedy=NO_SUBJECT_REMEDY)
    ctx.progress(0.7, "Refining the edge")
    fine = refine_mask(image, mask.astype(np.float32))
    ctx.check()
    return fine if strokes is None else _with_known(fine, strokes)


def seed_labels(
    size: tuple[int, int],
    *,
    box: Rect | None = None,
    strokes: Strokes | None = None,
    seed: Alpha | None = None,
) -> Labels:
    """GrabCut's labels for a picture of `size` from whatever is known.

    Raises:
        UserError: if there is neither a box nor a seed nor a foreground stroke.
    """
    has_stroke = strokes is not None and bool((strokes == STROKE_FOREGROUND).any())
    if box is None and seed is None and not has_stroke:
        raise UserError(
            "Nothing says where the subject is.",
            remedy="Draw a box around it, or paint a foreground stroke on it.",
        )
    labels = np.full(size, cv2.GC_PR_BGD, np.uint8)
    if seed is not None:
        labels[seed > 0.5] = cv2.GC_PR_FGD
    if box is not None:
        labels = _boxed(labels, box, filled=seed is None)
    if strokes is not None:
        labels[strokes == STROKE_BACKGROUND] = cv2.GC_BGD
        labels[strokes == STROKE_FOREGROUND] = cv2.GC_FGD
    return labels


def iterate(
    pixels: NDArray[np.uint8],
    labels: Labels,
    *,
    iterations: int = ITERATIONS,
    ctx: JobContext = NOBODY,
) -> NDArray[np.bool_]:
    """Run GrabCut from `labels`; True where the subject is. Same input, same output."""
    labels = labels.copy()
    subject = _subject(labels)
    if subject.all() or not subject.any():
        return subject
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)  # its k-means starts at random, and a cut must be repeatable
    mode = cv2.GC_INIT_WITH_MASK
    for _ in range(iterations):
        ctx.check()
        cv2.grabCut(pixels, labels, None, background, foreground, 1, mode)
        subject = _subject(labels)
        if subject.all() or not subject.any():
            break
        mode = cv2.GC_EVAL
    return subject


def _subject(labels: Labels) -> NDArray[np.bool_]:
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _boxed(labels: Labels, box: Rect, *, filled: bool) -> Labels:
    inside = np.full_like(labels, cv2.GC_BGD)
    inside[box.slices] = cv2.GC_PR_FGD if filled else labels[box.slices]
    return inside


def _with_known(mask: Alpha, strokes: Strokes) -> Alpha:
    if (strokes == NO_STROKE).all():
        return mask
    mask[strokes == STROKE_FOREGROUND] = 1.0
    mask[strokes == STROKE_BACKGROUND] = 0.0
    return mask
