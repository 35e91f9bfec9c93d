"""A discriminator that looks through a network which has learnt to see: frozen features, and a
small head for each of their levels, which alone is trained.

Source: Kumari et al., "Ensembling Off-the-shelf Models for GAN Training" (vision-aided GAN, 2022),
its heads of several levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from engine.models.stylegan2_layers import binomial

WIDTH = 256
"""Channels of a head."""
SLOPE = 0.2


class ProjectedDiscriminator(nn.Module):
    """A head for each level of features; all layers are spectrally normalised.

    Args:
        channels: of each level.
        maps: whether it has rows and columns; else it is one vector a picture.
        width: channels of a head.
    """

    def __init__(
        self, channels: Sequence[int], maps: Sequence[bool], *, width: int = WIDTH
    ) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            (MapHead if spread else VectorHead)(planes, width)
            for planes, spread in zip(channels, maps, strict=True)
        )

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Logits of each level, N×1×h×w or N×1; positive means photographed.

        Args:
            features: the levels, N×C×h×w or N×C.
        """
        return [head(level) for head, level in zip(self.heads, features, strict=True)]


class MapHead(nn.Module):
    """Logits at every second place of a map.

    Args:
        planes: of the map.
        width: of the layer between.
    """

    blur: Tensor

    def __init__(self, planes: int, width: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(planes, width, 3, padding=1))
        self.last = spectral_norm(nn.Conv2d(width, 1, 1))
        self.register_buffer("blur", binomial()[None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """From N×planes×h×w to N×1×⌈h/2⌉×⌈w/2⌉."""
        x = F.leaky_relu(self.first(x), SLOPE)
        x = F.pad(x, (1, 2, 1, 2), mode="replicate")
        kernel = self.blur.to(x).expand(x.shape[1], -1, -1, -1)
        logits: Tensor = self.last(F.conv2d(x, kernel, stride=2, groups=x.shape[1]))
        return logits


class VectorHead(nn.Module):
    """A logit of a vector.

    Args:
        planes: its length.
        width: of the layer between.
    """

    def __init__(self, planes: int, width: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Linear(planes, width))
        self.last = spectral_norm(nn.Linear(width, 1))

    def forward(self, x: Tensor) -> Tensor:
        """From N×planes to N×1."""
        logits: Tensor = self.last(F.leaky_relu(self.first(x), SLOPE))
        return logits
