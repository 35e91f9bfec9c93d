"""The rows of POMAGAN's ablations (2021, tables 3 and 4), and of its design's own claim."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from torch import nn

from engine.errors import UserError
from trainer.checkpoint import Checkpoints, read_state
from trainer.config import Loaded, load_run
from trainer.recipes.pomagan_alpha import Config, alpha_network

RECIPE = "pomagan_alpha"
LABORATORY = Path(__file__).with_name("pomagan_alpha.toml")
"""The config that all variants share."""
NETWORK = "alpha"
WARM_UP = 0.05
"""Share of the run."""
ALL = "all"
"""The variant that leaves the config as it is: the paper's."""
VARIANTS: dict[str, tuple[str, ...]] = {
    ALL: (),
    "without_perceptual": ('loss.terms=["alpha"]',),
    "without_border": ('loss.terms=["perceptual", "alpha"]',),
    "map": ('loss.pictures=["map"]',),
    "map_foreground": ('loss.pictures=["map", "foreground"]',),
    "made": ("data.shares={made=1}",),
    "recomposed": ("data.shares={recomposed=1}",),
    "concatenated": ("network.segmentation_block=false",),
}
"""Name to what `--set` would say. None of them changes which samples there are, but those of data;
there the streams agree where they take the same kind."""


@dataclass(frozen=True)
class Ablation:
    """A table.

    Attributes:
        title: for people.
        rows: variant to the row's title, in order.
        pairs: variants of which the first is compared with the second.
    """

    title: str
    rows: dict[str, str]
    pairs: tuple[tuple[str, str], ...]


def _steps(title: str, rows: dict[str, str]) -> Ablation:
    """Each row against the one before it."""
    return Ablation(title, rows, tuple((row, before) for before, row in pairwise(rows)))


ABLATIONS: dict[str, Ablation] = {
    "losses": _steps(
        "losses (table 3, above)",
        {
            "without_perceptual": "adversarial + alpha",
            "without_border": "+ perceptual",
            ALL: "+ border",
        },
    ),
    "pictures": _steps(
        "pictures that the losses compare (table 3, below)",
        {"map": "α", "map_foreground": "α, F", ALL: "α, F, I"},
    ),
    "data": Ablation(
        "data (table 4)",
        {"made": "made mattes", "recomposed": "recomposed people", ALL: "both"},
        ((ALL, "made"), (ALL, "recomposed"), ("recomposed", "made")),
    ),
    "design": _steps(
        "where the map enters",
        {"concatenated": "beside the photograph", ALL: "segmentation encoding block"},
    ),
}


def load_variant(
    variant: str,
    *,
    pool: Path,
    steps: int,
    seed: int,
    features: str,
    changes: Sequence[str] = (),
) -> Loaded:
    """A variant as the recipe runs it.

    Args:
        variant: a name of `VARIANTS`.
        pool: folder with the pools "made" and "recomposed".
        steps: of the run.
        seed: of weights and samples.
        features: weights of the segmenter whose features the perceptual term compares.
        changes: further settings, as `--set` has them.

    Raises:
        UserError: if a change is a mistake.
    """
    settings = [
        f"steps={steps}",
        f"seed={seed}",
        f"schedule.warm_up={round(WARM_UP * steps)}",
        f"data.pool={json.dumps(str(pool))}",
        f"loss.features_file={json.dumps(features)}",
    ]
    return load_run(RECIPE, LABORATORY, [*settings, *VARIANTS[variant], *changes])


def trained_alpha(run: Path) -> tuple[nn.Module, Config]:
    """The averaged network of a run, for judging, and the run's config.

    Raises:
        UserError: if there is no checkpoint, or one of another recipe.
    """
    newest = Checkpoints(run).newest()
    if newest is None:
        raise UserError("There is no checkpoint in this folder.", path=run)
    state: dict[str, Any] = read_state(newest)
    if state["recipe"] != RECIPE:
        raise UserError(f"This is a run of {state['recipe']}, not of {RECIPE}.", path=run)
    config = Config.model_validate(state["config"])
    network = alpha_network(config.network)
    network.load_state_dict(state["averaged"].get(NETWORK, state["networks"][NETWORK]))
    return network.eval(), config
