"""A trimap from the photograph alone, by a network that knows three classes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.guidance.proxy import enlarged
from engine.guidance.uncertain import TILE
from engine.imaging.geometry import tiles
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Image,
    Trimap,
    to_float,
)
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.loaded import LoadedNetwork, load_network

MODEL = "trimap_small"
_LABELS = np.array([BACKGROUND, UNKNOWN, FOREGROUND], np.uint8)
_SHARE = 0.5
"""Of the progress, when the network has answered."""


def network_trimap(
    image: Image,
    *,
    model: str = MODEL,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Trimap:
    """What a trimap network calls background, unknown and foreground in a photograph.

    The network sees a copy of its own size; how sure it is of each class is enlarged, and the
    likeliest counts, so that outlines are smooth at any size.

    Args:
        image: the photograph, at any size and depth.
        model: name of a trimap network's weights.
        compute: where the network runs.
        ctx: progress and cancel.

    Returns:
        H×W uint8.

    Raises:
        UserError: if the weights are missing, or are of another kind.
        Cancelled: when asked to stop.
    """
    confidence = confidence_map(image, model=model, compute=compute, ctx=SubContext(ctx, 0, _SHARE))
    trimap = np.empty(image.size, np.uint8)
    for rect in tiles(image.size, tile=TILE):
        ctx.check()
        planes = enlarged(confidence, rect, image.size)
        trimap[rect.slices] = _LABELS[planes.argmax(2)]
        ctx.progress(_SHARE + (1 - _SHARE) * rect.bottom / image.size[0])
    return trimap


def confidence_map(
    image: Image,
    *,
    model: str = MODEL,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> NDArray[np.float32]:
    """How sure a trimap network is of each class (paper 002, section III-B1).

    Args:
        image: the photograph, at any size and depth.
        model: name of a trimap network's weights.
        compute: where the network runs.
        ctx: progress and cancel.

    Returns:
        h×w×3 float32, adding up to 1 at each pixel: background, unknown, foreground; of the whole
        photograph, at the size that the network was trained for. The mean of the photograph's and
        its mirror image's.

    Raises:
        UserError: if the weights are missing, or are of another kind.
    """
    network = load_network(model, kind="trimap", compute=compute, ctx=SubContext(ctx, 0, 0.5))
    ctx.check()
    ctx.progress(0.5, "Finding what is unknown")
    rgb = _copy(image, network)
    mirrored = network.run(np.ascontiguousarray(rgb[:, ::-1]))[:, ::-1]
    return np.ascontiguousarray((network.run(rgb) + mirrored) / 2, np.float32)


def _copy(image: Image, network: LoadedNetwork) -> NDArray[np.float32]:
    """The photograph at the network's size, H×W×3 in [0, 1]."""
    height, width = image.size
    multiple = network.spec.size_multiple
    scale = (network.module.area / (height * width)) ** 0.5
    rows, cols = (max(1, round(side * scale / multiple)) * multiple for side in (height, width))
    step = max(1, min(height // (2 * rows), width // (2 * cols)))
    pixels = np.ascontiguousarray(image.pixels[::step, ::step])  # the rest would be averaged away
    how = cv2.INTER_AREA if rows < pixels.shape[0] else cv2.INTER_LINEAR
    return to_float(np.asarray(cv2.resize(pixels, (cols, rows), interpolation=how)))
