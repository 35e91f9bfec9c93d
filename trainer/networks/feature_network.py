"""Networks that the discriminator of composites looks through, by the names configs have for them.

All are frozen. Which levels are looked at: of CLIP those of vision-aided GAN, of the others all but
the finest, which is little more than the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from trainer.networks.clip_features import open_clip
from trainer.networks.features import SegmenterFeatures, open_features
from trainer.networks.segmenter import open_segmenter

LooksName = Literal["clip", "segmenter", "random"]
SIDE = 128
"""Of pictures that networks which take any size look at, in pixels."""


class FeatureNetwork(nn.Module):
    """Levels of a frozen network's features.

    Args:
        network: from N×3×side×side in [0, 1] to levels, N×C×h×w or N×C.
        side: of what it looks at, in pixels.
        first: how many of the levels are left out.

    Attributes:
        channels: of each level.
        maps: whether it has rows and columns.
    """

    def __init__(self, network: nn.Module, *, side: int, first: int = 0) -> None:
        super().__init__()
        self.network = network.requires_grad_(False).eval()
        self._side, self._first = side, first
        where = next(network.parameters()).device
        with torch.no_grad():
            levels = self(torch.zeros(1, 3, side, side, device=where))
        self.channels = tuple(level.shape[1] for level in levels)
        self.maps = tuple(level.ndim == 4 for level in levels)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """The levels of N×3×S×S in [0, 1]."""
        size = (self._side, self._side)
        seen = rgb if rgb.shape[2:] == size else F.interpolate(rgb, size, mode="area")
        levels: list[Tensor] = self.network(seen)
        return levels[self._first :]


@dataclass(frozen=True)
class Look:
    """A row of the table of feature networks.

    Attributes:
        opened: from a file or name of weights to the network.
        first: how many of its levels are left out.
    """

    opened: Callable[[str], nn.Module]
    first: int = 0


def open_look(name: LooksName, weights: str = "") -> FeatureNetwork:
    """A feature network.

    Args:
        name: "clip", the image tower of CLIP; "segmenter", the encoder of one of the product's own;
            "random", a small one with the same random weights each time.
        weights: for "clip" a file of transformers' CLIP; for "segmenter" a weights file, a run's
            folder, or a name of the list of weights.

    Raises:
        UserError: if there are no such weights, or they don't fit.
        NotInstalled: for CLIP, if there is no transformers.
    """
    row = LOOKS[name]
    network = row.opened(weights)
    return FeatureNetwork(network, side=int(getattr(network, "side", SIDE)), first=row.first)


def _segmenter(weights: str) -> nn.Module:
    purpose = "the discriminator of composites"
    return SegmenterFeatures(open_segmenter(weights or "person_small", purpose=purpose))


LOOKS: dict[LooksName, Look] = {
    "clip": Look(open_clip),
    "segmenter": Look(_segmenter, first=1),
    "random": Look(lambda _weights: open_features("random"), first=1),
}
