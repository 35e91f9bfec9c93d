"""From settings to a cut's colours: what the full cut and the window's live steps both call."""

from __future__ import annotations

from engine.device import Compute
from engine.errors import UserError
from engine.foreground.despill import despill
from engine.foreground.estimate import FOREGROUND_METHODS, estimate_foreground
from engine.foreground.network import Painter
from engine.imaging.types import Alpha, Image, Pixels
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.loaded import load_network
from engine.models.registry import MODELS
from engine.models.weights import all_weights, find_weights
from engine.settings import ForegroundSettings


def estimate_colours(
    image: Image,
    alpha: Alpha,
    chosen: ForegroundSettings,
    *,
    bits: int | None = None,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Pixels:
    """The subject's own colours; see `estimate_foreground` and `despill` in `engine.foreground`.

    Args:
        image: the photograph.
        alpha: its matte, H×W float32 in [0, 1].
        chosen: method, amount, and the colour to despill.
        bits: 8, 16 or 32 (float) bits a channel; None keeps the photograph's depth.
        compute: where a network runs.
        ctx: progress and cancel.

    Raises:
        UserError: if a network is asked for and its weights are missing.
    """
    painter, start = None, 0.0
    if FOREGROUND_METHODS[chosen.method].by_network and chosen.amount > 0:
        painter, start = _painter(compute, SubContext(ctx, 0.0, 0.1)), 0.1
    estimated = estimate_foreground(
        image,
        alpha,
        method=chosen.method,
        amount=chosen.amount,
        bits=bits,
        painter=painter,
        ctx=SubContext(ctx, start, 1.0),
    )
    return despill(estimated, alpha, chosen)


def foreground_network() -> str:
    """The name of the first foreground network's weights on this machine.

    Raises:
        UserError: if there are none.
    """
    for found in all_weights():
        spec = MODELS.get(found.row.network or found.row.model)
        if spec is not None and spec.kind == "foreground" and found.path.is_file():
            return found.row.model
    names = [name for name, spec in MODELS.items() if spec.kind == "foreground"]
    if not names:
        raise UserError(
            "There is no network for foreground colours.", remedy="Choose another method."
        )
    return find_weights(names[0]).row.model


def _painter(compute: Compute, ctx: JobContext) -> Painter:
    name = foreground_network()
    return load_network(name, kind="foreground", compute=compute, ctx=ctx).run
