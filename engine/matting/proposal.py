"""A trimap from a coarse mask, as a network sees it: unknown is what it is not sure of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.guidance.uncertain import uncertain_trimap
from engine.imaging.types import UNKNOWN, Alpha, Image, Trimap, check_alpha
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.matting.mask_planes import band_of, mask_planes
from engine.matting.network_tiles import overview, shrunk
from engine.models.loaded import load_network
from engine.models.spec import ModelKind

KINDS: tuple[ModelKind, ...] = ("proposal", "matting")
UNSURE = (0.2, 0.8)
"""Alphas between which the network counts as not sure."""
WIDENING = 3.0
"""Pixels of the small copy by which the unsure region grows."""


def propose_trimap(
    image: Image,
    mask: Alpha,
    *,
    model: str,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Trimap:
    """Let a network at low resolution say what is subject, ground and unknown.

    Where it is sure it overrules the mask: the mask's boundary may be far from the true one.
    A network of proposals gets what classical methods make of the mask, and has no say beyond the
    band that these look at; one of matting gets the mask.

    Args:
        image: the photograph.
        mask: the coarse mask, H×W float32 in [0, 1].
        model: name of the weights of a network of one of `KINDS`.
        compute: where it runs.
        ctx: progress and cancel.

    Returns:
        H×W uint8 trimap.

    Raises:
        UserError: if the weights are missing or fit no such network.
        Cancelled: when asked to stop.
    """
    check_alpha(mask, image.size)
    network = load_network(model, kind=KINDS, compute=compute, ctx=SubContext(ctx, 0.0, 0.3))
    ctx.progress(0.3, "Proposing the trimap")

    def look(rgb: NDArray[np.float32], size: tuple[int, int]) -> Alpha:
        small = shrunk(mask, size)
        if network.spec.kind == "proposal":
            answer = network.run(rgb, mask_planes(Image(rgb), small, ctx=ctx))
            return np.where(band_of(small) == UNKNOWN, answer, small)
        return network.run(rgb, np.stack([small] * network.planes, axis=-1))

    matte = overview(image, look).matte
    ctx.check()
    return uncertain_trimap(
        matte, image.size, unsure=UNSURE, widening=WIDENING, ctx=SubContext(ctx, 0.7, 1.0)
    )
