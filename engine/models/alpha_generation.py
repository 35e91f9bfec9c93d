"""A matte from a photograph and a coarse map of where the person is.

Source: the alpha generation network of "POMAGAN" (section 3.2 and figure 2): an encoder for the
photograph, a *segmentation encoding block* for the map, residual blocks on what both found, and a
decoder that is joined with the levels of both. The paper names neither widths nor depths; those of
the published size are the segmentation network's, and the block's are a quarter of them: a map has
less to say than a photograph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.segmentation_net import (
    NORMS,
    PUBLISHED,
    Decoder,
    Encoder,
    Residual,
    Shape,
    check_multiple,
)

QUARTER = 4
"""The photograph's encoder is so much wider than the map's."""
SMALL = Shape(widths=(24, 48, 80, 96), blocks=3, beside=1, stem=2, norm="batch")
"""Sized for a processor: 8.2 billion multiplications for 512×512 pixels, 0.3 s on one core. A stem
of two loses nothing that is one pixel wide."""
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class AlphaGenerationNet(nn.Module):
    """Alpha at each pixel, where a coarse map says about where the person is.

    Args:
        shape: how large.
        segmentation_block: the map has an encoder of its own; else it is a fourth plane of the
            photograph, which the paper holds to be worse.
    """

    mean: Tensor
    scale: Tensor
    guidance_channels = 1

    def __init__(self, shape: Shape = PUBLISHED, *, segmentation_block: bool = True) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1))
        self.size_multiple = shape.multiple
        self.encoder = Encoder(3 if segmentation_block else 4, shape)
        widths = shape.widths
        self.block = None
        if segmentation_block:
            quarter = shape.narrowed(QUARTER)
            self.block = Encoder(1, quarter)
            widths = tuple(map(sum, zip(widths, quarter.widths, strict=True)))
        *beside, bottom = widths
        norm = NORMS[shape.norm]
        self.bottom = nn.Sequential(*(Residual(bottom, norm) for _ in range(shape.blocks)))
        self.decoder = Decoder(bottom, shape.widths[-2::-1], shape, beside=tuple(reversed(beside)))

    def forward(self, rgb: Tensor, coarse: Tensor) -> Tensor:
        """Logits.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of `size_multiple`.
            coarse: the map, B×1×H×W in [0, 1].

        Returns:
            B×1×H×W float32.
        """
        check_multiple(rgb, self.size_multiple)
        *seen, below = self._encoded((rgb - self.mean) / self.scale, 2 * coarse - 1)
        logits: Tensor = self.decoder(self.bottom(below), seen[::-1])
        return logits.float()

    def predict(self, rgb: Tensor, coarse: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; inputs as for `forward`."""
        return self(rgb, coarse).sigmoid()

    def _encoded(self, rgb: Tensor, coarse: Tensor) -> list[Tensor]:
        """What both encoders see at each level, the finest first."""
        if self.block is None:
            found: list[Tensor] = self.encoder(torch.cat([rgb, coarse], 1))
            return found
        levels = zip(self.encoder(rgb), self.block(coarse), strict=True)
        return [torch.cat(both, 1) for both in levels]


def build() -> AlphaGenerationNet:
    """The network of the published size, with random weights."""
    return AlphaGenerationNet(PUBLISHED)


def build_small() -> AlphaGenerationNet:
    """The one for processors, with random weights."""
    return AlphaGenerationNet(SMALL)
