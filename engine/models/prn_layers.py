"""The pieces of the published refinement network, named as its checkpoints name them."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.spectral import Convolution

SLOPE = 0.2
"""Of the decoder's leaky ReLUs."""


class EncoderBlock(nn.Module):
    """Two 3×3 convolutions beside the identity; average pooling and 1×1 where it strides."""

    def __init__(self, conv: Convolution, planes: int, width: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv(planes, width, 3, stride=stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3)
        self.bn2 = _quiet_norm(width)
        self.downsample = (
            nn.Sequential(nn.AvgPool2d(2, 2), conv(planes, width, 1), nn.BatchNorm2d(width))
            if stride > 1
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + beside)


class DecoderBlock(nn.Module):
    """Two convolutions beside the identity; the first is transposed where it doubles the size."""

    def __init__(self, conv: Convolution, planes: int, width: int, *, doubles: bool) -> None:
        super().__init__()
        self.conv1 = (
            conv(planes, planes, 4, stride=2, transposed=True)
            if doubles
            else conv(planes, planes, 3)
        )
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv(planes, width, 3)
        self.bn2 = _quiet_norm(width)
        self.upsample = (
            nn.Sequential(
                nn.Upsample(scale_factor=2, mode="nearest"),
                conv(planes, width, 1),
                nn.BatchNorm2d(width),
            )
            if doubles
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.upsample is None else self.upsample(x)
        x = F.leaky_relu(self.bn1(self.conv1(x)), SLOPE)
        return F.leaky_relu(self.bn2(self.conv2(x)) + beside, SLOPE)


class Aspp(nn.Module):
    """Atrous pyramid: four dilations and the mean of the whole picture, joined by a 1×1.

    Source: Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation" (2017).
    """

    def __init__(self, planes: int) -> None:
        super().__init__()
        width = planes // 2
        self.aspp1 = nn.Conv2d(planes, width, 1, bias=False)
        self.aspp2 = nn.Conv2d(planes, width, 3, padding=2, dilation=2, bias=False)
        self.aspp3 = nn.Conv2d(planes, width, 3, padding=4, dilation=4, bias=False)
        self.aspp4 = nn.Conv2d(planes, width, 3, padding=8, dilation=8, bias=False)
        self.aspp5 = nn.Conv2d(planes, width, 1, bias=False)
        self.aspp1_bn = nn.BatchNorm2d(width)
        self.aspp2_bn = nn.BatchNorm2d(width)
        self.aspp3_bn = nn.BatchNorm2d(width)
        self.aspp4_bn = nn.BatchNorm2d(width)
        self.aspp5_bn = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(5 * width, planes, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        for layer in (self.aspp1, self.aspp2, self.aspp3, self.aspp4, self.aspp5, self.conv2):
            nn.init.xavier_uniform_(layer.weight)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((2, 3), keepdim=True)
        seen = [
            self.aspp1_bn(self.aspp1(x)),
            self.aspp2_bn(self.aspp2(x)),
            self.aspp3_bn(self.aspp3(x)),
            self.aspp4_bn(self.aspp4(x)),
            self.aspp5_bn(self.aspp5(mean)).expand(-1, -1, *x.shape[2:]),
        ]
        return F.relu(self.bn2(self.conv2(F.relu(torch.cat(seen, 1)))))


def shortcut(conv: Convolution, planes: int, width: int) -> nn.Sequential:
    """What joins the encoder to the decoder; the ReLU stands before the normalisation."""
    return nn.Sequential(
        conv(planes, width, 3),
        nn.ReLU(),
        nn.BatchNorm2d(width),
        conv(width, width, 3),
        nn.ReLU(),
        nn.BatchNorm2d(width),
    )


def head(planes: int, width: int, outputs: int) -> nn.Sequential:
    """From features to what is answered, before the tanh."""
    first = nn.Conv2d(planes, width, 3, padding=1, bias=False)
    last = nn.Conv2d(width, outputs, 3, padding=1)
    for layer in (first, last):
        nn.init.xavier_uniform_(layer.weight)
    return nn.Sequential(first, nn.BatchNorm2d(width), nn.LeakyReLU(SLOPE), last)


def _quiet_norm(width: int) -> nn.BatchNorm2d:
    """The last of a block: zero at first, so that the block begins as the identity."""
    norm = nn.BatchNorm2d(width)
    nn.init.zeros_(norm.weight)
    return norm
