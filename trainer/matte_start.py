"""Start a generator of pictures with mattes, and its discriminator, from those of colours alone."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from engine.models.rgba_start import with_matte
from trainer.initial import beside, check_fits, read_weights
from trainer.network_start import say

ADDED = {"generator": "", "discriminator": "_discriminator"}
"""What weights of each network have after the generator's name."""


def start_with_matte(networks: Mapping[str, nn.Module], weights: str, *, seed: int) -> None:
    """Load weights of networks of three planes; what belongs to the matte starts at random.

    Args:
        networks: "generator" and "discriminator", of four planes.
        weights: of the generator: a weights file, a run's folder or a name of the list of weights.
            The discriminator's are beside it, as `trainer.initial.start_from` finds them.
        seed: of what is random.

    Raises:
        UserError: if there are no such weights, or they are of other networks.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, added in ADDED.items():
        path = beside(weights, added) if added else weights
        grown = with_matte(read_weights(path, name), generator=generator)
        own = {key: tuple(one.shape) for key, one in networks[name].state_dict().items()}
        check_fits(own, grown.state, path)
        networks[name].load_state_dict(grown.state)
        say(f"The {name} starts from {path}: {grown.told}.")
