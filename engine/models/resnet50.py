"""ResNet-50 whose last two stages keep an eighth of the size, with torchvision's names.

Source: He et al., "Deep Residual Learning for Image Recognition" (2016); the stride stands in the
3×3 convolution, as torchvision's weights want it.
"""

from __future__ import annotations

from torch import Tensor, nn

WIDTH = 64
BLOCKS = (3, 4, 6, 3)
EXPANSION = 4
_STRIDES = (1, 2, 1, 1)
_DILATIONS = ((1, 1), (1, 1), (1, 2), (2, 4))
"""Of each stage's first block, and of its others."""


class Bottleneck(nn.Module):
    """1×1, 3×3 and 1×1 beside the identity.

    Args:
        planes: channels that come in.
        width: channels of the 3×3 convolution; four times as many go out.
        stride: of it.
        dilation: of it.
    """

    def __init__(self, planes: int, width: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        out = width * EXPANSION
        self.conv1 = nn.Conv2d(planes, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride > 1 or planes != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(planes, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        out: Tensor = self.relu(self.bn3(self.conv3(x)) + beside)
        return out


class DilatedResNet50(nn.Module):
    """The classifier's stages without its last layer.

    Args:
        width: channels of the stem; the published 64.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for number, blocks in enumerate(BLOCKS):
            above = width if number == 0 else width * EXPANSION * 2 ** (number - 1)
            self.add_module(f"layer{number + 1}", _stage(above, width * 2**number, number, blocks))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the third and the fourth stage see, at an eighth of the size."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for name in ("layer1", "layer2", "layer3"):
            x = self.get_submodule(name)(x)
        return x, self.get_submodule("layer4")(x)


def _stage(planes: int, width: int, number: int, blocks: int) -> nn.Sequential:
    first, other = _DILATIONS[number]
    rest = (Bottleneck(width * EXPANSION, width, dilation=other) for _ in range(blocks - 1))
    return nn.Sequential(Bottleneck(planes, width, stride=_STRIDES[number], dilation=first), *rest)
