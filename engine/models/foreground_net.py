"""Foreground colours from a picture and its matte.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), section 3.3: a
network of its own, so that it serves any matte. No weights of it were ever released.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.colour_prior import colour_prior
from engine.models.prn import WIDTH, PublishedUnet
from engine.models.prn_small import head
from engine.models.refinement import clamped
from engine.models.small_unet import SIZE_MULTIPLE, SmallUnet

COLOUR_WIDTHS = (16, 32, 48, 80, 128)
"""Channels of the small network at strides 2, 4, 8, 16 and 32."""
_COLOURS, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_MEAN = (*_COLOURS, 0.5, *_COLOURS, *_COLOURS)
_SCALE = (*_SPREAD, 0.5, *_SPREAD, *_SPREAD)
"""Of the picture, the matte, and the first guess of both layers."""
_FAINT = 1 / 8
"""Alpha below which the correction fades out."""


class ForegroundNet(nn.Module):
    """Straight foreground colours from RGB and alpha.

    Args:
        backbone: answers B×3×H×W from RGB B×3×H×W in [0, 1] and alpha B×1×H×W in [0, 1].
    """

    guidance_channels = 1
    size_multiple = SIZE_MULTIPLE

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, rgb: Tensor, alpha: Tensor) -> Tensor:
        """The colours, B×3×H×W float32 in [0, 1]; their gradient passes the clamp unchanged.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            alpha: B×1×H×W in [0, 1].
        """
        return clamped(self.backbone(rgb, alpha))


class SmallColours(nn.Module):
    """Corrects the colours of `colour_prior`, on the backbone of the small matting network.

    It answers F̂ + (1 − α)D, less where little is seen: an opaque subject keeps its colours exactly,
    and where there is nothing to see the first guess stays.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, *, widths: tuple[int, ...] = COLOUR_WIDTHS) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, -1, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, -1, 1, 1))
        self.unet = SmallUnet(len(_MEAN), widths=widths)
        self.head = head(widths[0], 3 * 4)

    def forward(self, rgb: Tensor, alpha: Tensor) -> Tensor:
        front, back = colour_prior(rgb, alpha)
        given = torch.cat([rgb, alpha, front, back], 1)
        seen = self.unet((given - self.mean) / self.scale)
        apart = F.pixel_shuffle(self.head(seen.stride2).float(), 2)
        seen_through = (1 - alpha.float()) * (alpha.float() / _FAINT).clamp(max=1)
        return front + seen_through * apart


class PublishedColours(PublishedUnet):
    """Answers the colours themselves, on the backbone of the published matting network."""

    def __init__(self, *, width: int = WIDTH) -> None:
        super().__init__(outputs=3, heads=("OS1",), width=width)

    def forward(self, rgb: Tensor, alpha: Tensor) -> Tensor:
        return self.answers(rgb, alpha)["OS1"]


def build_small(*, widths: tuple[int, ...] = COLOUR_WIDTHS) -> ForegroundNet:
    """The small network with random weights; its first answer is nearly the first guess."""
    return ForegroundNet(SmallColours(widths=widths))


def build(*, width: int = WIDTH) -> ForegroundNet:
    """The network of the paper with random weights."""
    return ForegroundNet(PublishedColours(width=width))
