"""Start a published network's encoder from a classifier's weights that the user has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from engine.errors import UserError
from engine.models.checkpoint import read_checkpoint
from engine.models.imagenet_start import start_from_gca, start_from_resnet34
from engine.models.prn import PublishedUnet


def _off_is_none(value: Any) -> Any:
    return None if value in ("off", "none", False) else value


EncoderFile = Annotated[Path | None, BeforeValidator(_off_is_none)]
"""A file with weights, or "off" for a random start."""


def start_encoder(network: PublishedUnet, path: Path) -> None:
    """Copy a classifier's weights into a network's encoder; the rest stays random.

    Args:
        network: of the published width.
        path: a `.pth` file: GCA-Matting's classifier, or a ResNet-34 for ImageNet.

    Raises:
        UserError: if it is not there or nothing of it fits.
    """
    path = path.expanduser()
    if not path.is_file():
        raise UserError(
            "The weights that the encoder starts from are not there.",
            remedy="Fetch a ResNet-34 for ImageNet (download.pytorch.org/models/"
            "resnet34-b627a593.pth) and say where with --set network.encoder=FILE; "
            "network.encoder=off starts from random weights.",
            path=path,
        )
    state = read_checkpoint(path)
    released = any(name.endswith("weight_bar") for name in state)
    start = (start_from_gca if released else start_from_resnet34)(state)
    network.load_state_dict(start.state, strict=False)
