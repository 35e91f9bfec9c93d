"""Training one variant: the published network, narrow, on small crops and coarse masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from engine.errors import UserError
from engine.imaging.types import UNKNOWN
from engine.models.prn import WIDTH
from trainer.ablation.variants import VARIANTS, Variant
from trainer.checkpoint import Checkpoints, read_state
from trainer.config import Count, RunConfig, Schedule
from trainer.config_errors import nearest
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import MaskPerturbation, perturbed_mask
from trainer.data.matting_samples import plane_tensor
from trainer.data.pool import Pool, PoolSamples
from trainer.data.pool.build import sources
from trainer.data.pool.scenes import Sources
from trainer.phase import Phase, Samples, Setup

RECIPE = "ablation"
"""What the runs' records say."""
NETWORK = "alpha"
CROP, NARROW = 96, 8
"""Side of the samples in pixels, and what divides the channels."""
BATCH = 6
"""Samples in a step; it takes one busy processor core 0.20 s (baseline) to 0.28 s (fusion conv)."""
MASK_WIDTH = 6
"""Largest kernel of the masks' perturbation: the paper's 30 pixels on crops of 512."""
WARM_UP = 0.05
"""Share of the run, as in the paper."""


class Config(RunConfig):
    """Everything about one run.

    Attributes:
        variant: a name of `VARIANTS`.
        pool: crops to train on; only their pictures and mattes are used.
        crop: side of the samples in pixels.
        narrow: divides every layer's channels.
        mask_width: largest kernel of the masks' perturbation in pixels.
        rate: Adam's, at its peak.
        betas: of Adam.
    """

    variant: str
    pool: Path
    crop: Count = CROP
    narrow: Count = NARROW
    mask_width: Count = MASK_WIDTH
    rate: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.999)


def config_of(
    variant: str, *, pool: Path, steps: int, seed: int, batch: int = BATCH, **changes: Any
) -> Config:
    """The config that all variants share but for their name and the seed.

    Args:
        variant: a name of `VARIANTS`.
        pool: crops to train on.
        steps: of the run.
        seed: of weights and samples.
        batch: samples in a step.
        changes: other settings of `Config`.
    """
    settings: dict[str, Any] = {
        "schedule": Schedule(warm_up=round(WARM_UP * steps)),
        "checkpoint_every": 500,
        "keep": 1,
        **changes,
    }
    return Config(
        variant=variant, pool=pool, steps=steps, seed=seed, global_batch=batch, **settings
    )


def build(config: Config) -> Setup:
    """A variant, ready to be trained by `trainer.loop.train`; nothing judges it on the way.

    Raises:
        UserError: if there is no such variant or pool.
    """
    variant = variant_named(config.variant)
    network = variant.network(WIDTH // config.narrow)
    phase = Phase(
        "matting",
        parameters=list(network.parameters()),
        loss=variant.loss(network, config.steps),
        learning_rate=config.rate,
        betas=config.betas,
    )
    perturbation = MaskPerturbation(width=config.mask_width, cut_mask=variant.cut_mask)
    samples = MaskedCrops(
        PoolSamples(config.pool, seed=config.seed), config.crop, perturbation, config.seed
    )
    return Setup(networks={NETWORK: network}, phases=[phase], samples=samples)


def variant_named(name: str) -> Variant:
    """The variant called `name`.

    Raises:
        UserError: that names the nearest one.
    """
    if name not in VARIANTS:
        raise UserError(f"There is no variant {name!r}{nearest(name, VARIANTS)}.")
    return VARIANTS[name]


@dataclass(frozen=True)
class MaskedCrops:
    """A pool's crops with a coarse mask as guidance (`trainer.phase.Samples`).

    What is random is drawn in the same order with and without CutMask, so that all variants see
    the same pictures, and the same masks but for it.

    Attributes:
        crops: give `image`, `alpha` and `unknown`.
        side: of the samples in pixels, at most the crops'.
        perturbation: of the masks.
        seed: of the masks and of where larger crops are cut, with the sample's number.
    """

    crops: Samples
    side: int
    perturbation: MaskPerturbation
    seed: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image` 3×S×S, `alpha`, `unknown` and `guidance` 1×S×S, float32 in [0, 1]."""
        cutting, masking = (np.random.default_rng((self.seed, index, n)) for n in (1, 2))
        whole = self.crops.sample(index)
        mask = perturbed_mask(whole["alpha"][0].numpy(), masking, settings=self.perturbation)
        unknown = (whole["unknown"][0].numpy() > 0).astype(np.uint8) * UNKNOWN
        rows, cols = crop_around_unknown(unknown, self.side, cutting).slices
        planes = {**whole, "guidance": plane_tensor(mask)}
        return {name: plane[:, rows, cols].contiguous() for name, plane in planes.items()}


def drawn_scenes(crop: int = CROP) -> Sources:
    """What a pool for the ablation is filled with: made subjects, reduced, without a prior.

    Args:
        crop: side of the crops in pixels; they show half of a scene at least.
    """
    return replace(sources(scene=2 * crop, side=crop), coarse=1.0)


def check_pool(pool: Path, crop: int) -> None:
    """See whether a pool's crops are large enough.

    Raises:
        UserError: if they are not, or there are none.
    """
    side = Pool(pool).at(0).alpha.shape[0]
    if side < crop:
        raise UserError(
            f"Its crops are {side} pixels wide, not {crop}.",
            remedy="Choose a smaller crop or another pool.",
            path=pool,
        )


def is_finished(run: Path, steps: int) -> bool:
    """Whether a run's folder holds the weights after all steps."""
    newest = Checkpoints(run).newest()
    return newest is not None and int(newest.stem.rpartition("-")[2]) >= steps


def trained_network(run: Path) -> nn.Module:
    """The network of a run, after its last step, for judging.

    Raises:
        UserError: if there is no checkpoint, or one of another recipe.
    """
    newest = Checkpoints(run).newest()
    if newest is None:
        raise UserError("There is no checkpoint in this folder.", path=run)
    state = read_state(newest)
    if state["recipe"] != RECIPE:
        raise UserError(f"This is a run of {state['recipe']}, not of the ablation.", path=run)
    config = Config.model_validate(state["config"])
    network = variant_named(config.variant).network(WIDTH // config.narrow)
    network.load_state_dict(state["networks"][NETWORK])
    return network.eval()
