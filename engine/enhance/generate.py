"""New portraits with mattes: codes are drawn instead of found, and nothing holds an original.

Source: paper 002, section III-C: the initial portrait goes with the matte of the enhanced one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.device import Compute
from engine.enhance.change import GREY_LEVELS
from engine.enhance.result import Curves, Names
from engine.enhance.settings import DEFAULT, EnhanceSettings, ModelChoice, for_generation
from engine.errors import UserError
from engine.imaging.types import Alpha, Rgb
from engine.jobs.context import NOBODY, JobContext, SubContext

if TYPE_CHECKING:
    from torch import Tensor

    from engine.enhance.latent import LatentCodes
    from engine.enhance.networks import Opened
    from engine.enhance.objective import Objective
    from engine.enhance.optimise import Optimised
    from engine.models.stylegan2 import Generator

PSI = 0.7
"""Truncation: the share of the way from the mean w."""
OPENED = 0.05
"""Share of the progress after which networks are open."""
SOMEBODY = (0.02, 0.98)
"""Share of the picture that a matte must cover, for there to be a person and a background."""


@dataclass(frozen=True, eq=False)
class Generated:
    """A portrait that nobody took, and its matte.

    Attributes:
        portrait: the initial one, S×S×3 float32 in [0, 1].
        alpha: the reference model's matte of the enhanced one, S×S.
        enhanced: S×S×3 float32 in [0, 1].
        before: the reference model's matte of the initial one, S×S.
        report: names and numbers, as JSON can hold them.
        curves: each weighted term at each step.
    """

    portrait: Rgb
    alpha: Alpha
    enhanced: Rgb
    before: Alpha
    report: dict[str, object]
    curves: Curves

    @property
    def problem(self) -> str:
        """Why it is no sample to train on; empty if it is one."""
        covered = float(self.alpha.mean())
        low, high = SOMEBODY
        return "" if low < covered < high else f"the matte covers {covered:.1%} of the picture"


def generate_portrait(
    seed: int,
    *,
    models: ModelChoice = ModelChoice(),
    settings: EnhanceSettings = DEFAULT,
    psi: float = PSI,
    opened: Opened | None = None,
    compute: Compute = Compute(),
    stop: Callable[[], bool] = lambda: False,
    ctx: JobContext = NOBODY,
) -> Generated:
    """Draw a portrait, enhance it for the matting model, and give the first with the last's matte.

    It imports torch and leaves inference mode by itself. The same seed gives the same portrait on
    the same machine.

    Args:
        seed: of z and of the noise.
        models: which networks.
        settings: how it is enhanced; the terms that hold an original don't count.
        psi: truncation, 0 (the mean portrait) to 1 (all variety).
        opened: networks of `open_for_generation`, for many portraits.
        compute: where networks run.
        stop: asked before each step; True takes the best so far.
        ctx: progress and cancel.

    Raises:
        UserError: if networks are missing, or the reference model can't be enhanced for.
        Cancelled: when asked to stop.
    """
    import torch

    from engine.enhance.objective import Objective
    from engine.enhance.optimise import Shown, optimise

    settings = replace(for_generation(settings), mode="plain")
    with torch.inference_mode(False):
        if opened is None:
            begin = SubContext(ctx, 0.0, OPENED)
            opened = open_for_generation(models, settings, compute=compute, ctx=begin)
        generator = opened.generator
        codes = drawn(generator, seed, psi=psi)
        side = settings.working_side(generator.size.resolution)
        objective = Objective(opened.judges, settings, original=None)
        rest = SubContext(ctx, OPENED, 1.0)
        found = optimise(generator.synthesis, codes, objective, settings, stop=stop, ctx=rest)
        with torch.no_grad():
            shown = Shown(generator.synthesis, codes, None, mode="plain", side=side)
            first = shown(codes)
        return _generated(objective, first, found, opened.names, {"seed": seed, "psi": psi})


def open_for_generation(
    models: ModelChoice,
    settings: EnhanceSettings = DEFAULT,
    *,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Opened:
    """The networks that a generation needs; see `engine.enhance.networks.open_networks`.

    Raises:
        UserError: if networks are missing, or a matting model takes masks alone.
    """
    import torch

    from engine.enhance.networks import open_networks

    with torch.inference_mode(False):
        opened = open_networks(models, for_generation(settings), compute=compute, ctx=ctx)
    if opened.judges.reference.abilities.guidance == "mask":
        raise UserError(
            f"{opened.names.reference} was trained with masks alone, and a portrait that nobody "
            "took comes with none.",
            remedy="Choose a model that takes a trimap, or none.",
        )
    return opened


def drawn(generator: Generator, seed: int, *, psi: float = PSI) -> LatentCodes:
    """Codes of a seed: z is mapped and truncated, the noise is normal.

    Raises:
        UserError: if the truncation is none.
    """
    import torch

    from engine.enhance.latent import LatentCodes

    if not 0 <= psi <= 1:
        raise UserError(f"A truncation of {psi} is not possible.", remedy="Choose 0 to 1.")
    rng = torch.Generator().manual_seed(seed)
    device = generator.mapping.w_avg.device
    with torch.no_grad():
        z = torch.randn(1, generator.size.latent, generator=rng).to(device)
        ws = generator.mapping.truncated(generator.mapping(z), psi)
        shapes = generator.synthesis.noise_shapes
        noise = tuple(torch.randn(1, 1, *shape, generator=rng).to(device) for shape in shapes)
    return LatentCodes(ws, noise)


def _generated(
    objective: Objective, first: Tensor, found: Optimised, names: Names, about: dict[str, object]
) -> Generated:
    from engine.enhance.objective import entropy
    from engine.imaging.tensors import from_tensor

    before, after = objective.judged(first), objective.judged(found.picture)
    portrait, enhanced = from_tensor(first), from_tensor(found.picture)
    report = {
        **about,
        "generator": names.generator,
        "resolution": names.resolution,
        "discriminator": names.discriminator,
        "trimap": names.trimap,
        "reference": names.reference,
        "backgrounds": names.scenery,
        "steps": found.steps,
        "complete": found.complete,
        "entropy_before": round(float(entropy(before.logits)), 6),
        "entropy_after": round(float(entropy(after.logits)), 6),
        "change_mean": round(float(np.abs(enhanced - portrait).mean()) * GREY_LEVELS, 3),
        "refused": {str(name): why for name, why in objective.refused.items()},
    }
    return Generated(
        portrait,
        from_tensor(after.alpha),
        enhanced,
        from_tensor(before.alpha),
        report,
        found.curves,
    )
