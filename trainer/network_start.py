"""Start a network from weights that have learnt something else, and say so on the first process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from lightning_fabric.utilities.rank_zero import rank_zero_only
from pydantic import BeforeValidator
from rich.console import Console
from torch import nn

from engine.errors import UserError
from engine.models.trimap_start import STARTS
from trainer.initial import read_weights


def _off_is_empty(value: object) -> object:
    return "" if value in ("off", "none", False) else value


Weights = Annotated[str, BeforeValidator(_off_is_empty)]
"""A weights file, a run's folder or a name of the list of weights; "off" for a random start."""
_FETCH = {
    "trimap_deeplab": "Fetch torchvision's DeepLabV3 with a ResNet-50 "
    "(download.pytorch.org/models/deeplabv3_resnet50_coco-cd0a2569.pth)",
    "trimap_small": "Take the weights called person_small, or train them",
}
_FILES = (".pth", ".pt", ".safetensors")


def start_network(network: nn.Module, name: str, weights: str) -> None:
    """Copy what fits into a network; every tensor that doesn't is named.

    Args:
        network: of the published width.
        name: its name in `engine.models.registry.MODELS`, a key of `STARTS`.
        weights: a weights file, a run's folder or a name of the list of weights.

    Raises:
        UserError: if there are no such weights, or they are of another network.
    """
    path = Path(weights).expanduser()
    if path.suffix.lower() in _FILES and not path.is_file():
        raise UserError(
            f"The weights that {name} starts from are not there: {weights}",
            remedy=f"{_FETCH[name]} and say where with --set network.start=FILE; "
            "network.start=off starts from random weights.",
            path=path,
        )
    start = STARTS[name](network, read_weights(weights, "segmentation"))
    start.into(network)
    say(f"{name} starts from {path.name}: {start.told}")


@rank_zero_only
def say(text: str) -> None:
    """Tell people something, once for all processes."""
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)
