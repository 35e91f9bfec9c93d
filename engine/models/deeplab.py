"""DeepLabV3 with a ResNet-50, as published, for three classes; torchvision's names.

Source: Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation" (2017), which
is paper 002's trimap model (section III-C). The auxiliary head learns beside it and is not asked.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.resnet50 import EXPANSION, WIDTH, DilatedResNet50
from engine.models.trimap_net import CLASSES, MEAN, SCALE

RATES = (12, 24, 36)
"""Dilations of the pyramid at an eighth of the size."""
MIDDLE = 256


class DeepLabV3(nn.Module):
    """How sure it is of each of three classes at each pixel.

    Args:
        narrow: divides every layer's channels; the published width at 1.
        classes: planes of the answer.

    Attributes:
        size_multiple: it takes any size; features are an eighth of one that is a multiple.
        area: pixels of the photographs that the published weights were trained on, about.
    """

    mean: Tensor
    scale: Tensor
    size_multiple = 8
    area = 520 * 520

    def __init__(self, *, narrow: int = 1, classes: int = CLASSES) -> None:
        super().__init__()
        width, middle = WIDTH // narrow, MIDDLE // narrow
        # not among the weights: the published files have no such entries
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(SCALE).view(1, 3, 1, 1), persistent=False)
        self.backbone = DilatedResNet50(width)
        deepest = width * EXPANSION * 8
        self.classifier = nn.Sequential(
            Pyramid(deepest, middle),
            *_normalised(middle, middle, 3),
            nn.Conv2d(middle, classes, 1),
        )
        self.aux_classifier = nn.Sequential(
            *_normalised(deepest // 2, middle, 3), nn.Dropout(0.1), nn.Conv2d(middle, classes, 1)
        )

    def forward(self, rgb: Tensor) -> Tensor:
        """Logits.

        Args:
            rgb: B×3×H×W in [0, 1].

        Returns:
            B×3×H×W float32: background, unknown, foreground.
        """
        return _enlarged(self.classifier(self._features(rgb)[1]), rgb)

    def heads(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """The logits, and the auxiliary head's, for training; `rgb` as for `forward`."""
        beside, deepest = self._features(rgb)
        return (
            _enlarged(self.classifier(deepest), rgb),
            _enlarged(self.aux_classifier(beside), rgb),
        )

    def predict(self, rgb: Tensor) -> Tensor:
        """The confidence map, B×3×H×W, adding up to 1 at each pixel; `rgb` as for `forward`."""
        return self(rgb).softmax(1)

    def _features(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = self.backbone((rgb - self.mean) / self.scale)
        return found


def build() -> DeepLabV3:
    """The network of the published size, with random weights."""
    return DeepLabV3()


class Pyramid(nn.Module):
    """Atrous spatial pyramid pooling: 1×1, three dilated 3×3, and the mean of the whole picture.

    Args:
        planes: channels that come in.
        width: channels of each branch, and out.
    """

    def __init__(self, planes: int, width: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            [
                nn.Sequential(*_normalised(planes, width, 1)),
                *(nn.Sequential(*_normalised(planes, width, 3, rate)) for rate in RATES),
                nn.Sequential(nn.AdaptiveAvgPool2d(1), *_normalised(planes, width, 1)),
            ]
        )
        self.project = nn.Sequential(
            *_normalised(len(self.convs) * width, width, 1), nn.Dropout(0.5)
        )

    def forward(self, x: Tensor) -> Tensor:
        found = [branch(x).expand(-1, -1, *x.shape[2:]) for branch in self.convs]
        joined: Tensor = self.project(torch.cat(found, 1))
        return joined


def _normalised(planes: int, width: int, kernel: int, dilation: int = 1) -> list[nn.Module]:
    padding = dilation * (kernel // 2)
    return [
        nn.Conv2d(planes, width, kernel, 1, padding, dilation, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    ]


def _enlarged(logits: Tensor, rgb: Tensor) -> Tensor:
    size = rgb.shape[2:]
    return F.interpolate(logits.float(), size=size, mode="bilinear", align_corners=False)
