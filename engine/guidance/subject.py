"""The automatic mask: a person found by colour, place and shape, without a network."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.grabcut import NOTHING_FOUND, iterate
from engine.guidance.proxy import PROXY_SIDE, proxy_pixels
from engine.guidance.refine import refine_mask
from engine.imaging.types import Alpha, Image
from engine.jobs.context import NOBODY, JobContext


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
    pixels = proxy_pixels(image, PROXY_SIDE)
    ctx.progress(0.1, "Finding the subject")
    labels = _seed(pixels)
    mask = iterate(pixels, labels, ctx=ctx)
    if not 0.005 < mask.mean() < 0.97:
        raise NOTHING_FOUND
    ctx.progress(0.7, "Refining the edge")
    return refine_mask(image, mask.astype(np.float32))


def _seed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    rows, cols = rows / height, cols / width
    body = np.abs(cols - 0.5) < 0.15 + 0.2 * np.clip(rows - 0.1, 0, 1)
    labels = np.where(body & (rows > 0.1), cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[(rows < 0.03) | ((np.abs(cols - 0.5) > 0.47) & (rows < 0.5))] = cv2.GC_BGD
    return labels
