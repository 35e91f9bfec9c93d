"""Background, unknown or subject at each pixel: a small network in the manner of DeepLabV3.

Its encoder is the small segmenter's with the last stride turned into dilation, so that the
segmenter's weights fit it; features are joined again up to half of the photograph's size.

Source: Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation" (2017), for
the dilated encoder and the pyramid behind it; what it is for: paper 002, section III-B1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.segmentation_net import (
    NORMS,
    SMALL,
    Aspp,
    Encoder,
    Residual,
    Shape,
    check_multiple,
    conv,
)

CLASSES = 3
"""Background, unknown, foreground, in this order."""
MEAN, SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, for each colour."""
AREA = 224 * 224
JOINED = 64
"""Channels at an eighth of the size."""
DETAIL, LAST = 16, 24
"""Channels at half of the size: seen there, and before the answer."""


class TrimapNet(nn.Module):
    """How sure it is of each of three classes at each pixel.

    Args:
        shape: of the encoder; its last level keeps the size of the one before.

    Attributes:
        size_multiple: both sides of a photograph must be multiples of this.
        area: pixels of the photographs that it is trained on, about.
    """

    mean: Tensor
    scale: Tensor
    area = AREA

    def __init__(self, shape: Shape = SMALL) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(SCALE).view(1, 3, 1, 1))
        self.size_multiple = shape.multiple // 2
        norm, bottom = NORMS[shape.norm], shape.widths[-1]
        self.encoder = Encoder(3, shape)
        self.bottom = nn.Sequential(
            *(Residual(bottom, norm) for _ in range(shape.blocks)),
            Aspp(bottom, shape.dilations, norm),
        )
        self.decoder = Decoder(shape)
        _dilate(self.encoder.down[-1])
        _dilate(self.bottom)

    def forward(self, rgb: Tensor) -> Tensor:
        """Logits.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of `size_multiple`.

        Returns:
            B×3×H×W float32: background, unknown, foreground.
        """
        check_multiple(rgb, self.size_multiple)
        seen = (rgb - self.mean) / self.scale
        levels = self.encoder(seen)
        logits: Tensor = self.decoder(seen, levels, self.bottom(levels[-1]))
        return logits.float()

    def predict(self, rgb: Tensor) -> Tensor:
        """The confidence map, B×3×H×W, adding up to 1 at each pixel; `rgb` as for `forward`."""
        return self(rgb).softmax(1)


def build_small() -> TrimapNet:
    """The network for processors, with random weights."""
    return TrimapNet()


class Decoder(nn.Module):
    """Back to the photograph's size, joined with what the encoder saw at a quarter and an eighth,
    and with the photograph itself at half.

    Args:
        shape: of the encoder.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        norm, (fine, middle) = NORMS[shape.norm], shape.widths[:2]
        joined, last = min(JOINED, 2 * middle), min(LAST, fine)
        self.reduce = conv(shape.widths[-1], joined, norm, kernel=1)
        self.eighth = conv(joined + middle, joined, norm)
        self.quarter = nn.Sequential(conv(joined + fine, fine, norm), Residual(fine, norm))
        self.detail = conv(3 * 4, DETAIL, norm)
        self.finest = conv(fine + DETAIL, last, norm)
        self.last = nn.Conv2d(last, CLASSES, 3, padding=1)

    def forward(self, seen: Tensor, levels: list[Tensor], below: Tensor) -> Tensor:
        """Three planes of the photograph's size.

        Args:
            seen: the normalised photograph.
            levels: what the encoder saw, the finest first.
            below: what comes from the bottom, at a sixteenth.
        """
        x = self.eighth(torch.cat([between(self.reduce(below)), levels[1]], 1))
        x = self.quarter(torch.cat([between(x), levels[0]], 1))
        x = self.finest(torch.cat([_doubled(x), self.detail(F.pixel_unshuffle(seen, 2))], 1))
        return _doubled(self.last(x))


def between(x: Tensor) -> Tensor:
    """Twice the size by means of neighbours, B×C×2H×2W: what was at (i, j) is at (2i, 2j).

    That is where a convolution with a stride of two and an odd kernel looks; centred as pictures
    are enlarged, each level would lie half a pixel beside the one it is joined with.
    """
    rows, cols = 2 * x.shape[2], 2 * x.shape[3]
    padded = F.pad(x, (0, 1, 0, 1), mode="replicate")
    size = rows + 1, cols + 1
    nodes = F.interpolate(padded, size=size, mode="bilinear", align_corners=True)
    return nodes[..., :rows, :cols]


def _doubled(x: Tensor) -> Tensor:
    # bilinear: what transposed convolutions leave as a grid would be in the gradient, too
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def _dilate(part: nn.Module) -> None:
    """Take a stride of two out of a part of a network; from there on it looks twice as far apart,
    so that it computes what it did, in between as well (Chen et al., section 3.1)."""
    for layer in part.modules():
        if not isinstance(layer, nn.Conv2d) or layer.kernel_size == (1, 1):
            continue
        if layer.stride == (2, 2):
            layer.stride = (1, 1)
        else:
            layer.dilation = (2 * layer.dilation[0], 2 * layer.dilation[1])
            layer.padding = layer.dilation
