"""Where the person is, from the photograph alone: a U-Net with residual blocks and an ASPP module.

Source: the segmentation network of "POMAGAN" (section 3.1), which names its parts but neither
widths nor depths: those of the published size are pix2pixHD's, whose discriminators it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.errors import BugError

Norm = Callable[[int], nn.Module]
"""From channels to a normalisation."""
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_instance: Norm = partial(nn.InstanceNorm2d, affine=True)


@dataclass(frozen=True)
class Shape:
    """How large a network is.

    Attributes:
        widths: channels of the encoder's levels; each has half the size of the one before.
        blocks: residual blocks at the bottom.
        beside: residual blocks at each level of encoder and decoder, where the paper has none.
        dilations: of the ASPP module's convolutions.
        stem: so many pixels each way become one of the first level; nothing is lost.
        area: pixels of the photographs that it is trained on, about; it sees people of other sizes
            less well.
        norm: of every layer: "instance" where a batch is one or two photographs, as in the paper,
            "batch" where it is more.
    """

    widths: tuple[int, ...] = (64, 128, 256, 512, 1024)
    blocks: int = 9
    beside: int = 0
    dilations: tuple[int, ...] = (1, 6, 12, 18)
    stem: int = 1
    area: int = 1280 * 768
    norm: str = "instance"

    @property
    def multiple(self) -> int:
        """Both sides of a photograph must be multiples of this."""
        return int(self.stem * 2 ** (len(self.widths) - 1))

    def narrowed(self, by: int) -> Shape:
        """The same with every width divided."""
        return replace(self, widths=tuple(max(4, width // by) for width in self.widths))


PUBLISHED = Shape()
SMALL = Shape(
    widths=(32, 64, 128, 192),
    blocks=3,
    beside=1,
    dilations=(1, 2, 4),
    stem=4,
    area=256 * 256,
    norm="batch",
)
"""Sized for a processor: 0.9 billion multiplications for 256×256 pixels."""
NORMS: dict[str, Norm] = {"instance": _instance, "batch": nn.BatchNorm2d}


class SegmentationNet(nn.Module):
    """How sure it is of a person at each pixel.

    Args:
        shape: how large.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, shape: Shape = PUBLISHED) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1))
        self.size_multiple = shape.multiple
        self.area = shape.area
        self.encoder = Encoder(3, shape)
        norm, bottom = NORMS[shape.norm], shape.widths[-1]
        self.bottom = nn.Sequential(
            *(Residual(bottom, norm) for _ in range(shape.blocks)),
            Aspp(bottom, shape.dilations, norm),
        )
        self.decoder = Decoder(bottom, tuple(reversed(shape.widths[:-1])), shape)

    def forward(self, rgb: Tensor) -> Tensor:
        """Logits.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of `size_multiple`.

        Returns:
            B×1×H×W float32.
        """
        check_multiple(rgb, self.size_multiple)
        *seen, below = self.encoder((rgb - self.mean) / self.scale)
        logits: Tensor = self.decoder(self.bottom(below), seen[::-1])
        return logits.float()

    def predict(self, rgb: Tensor) -> Tensor:
        """How likely each pixel is a person's, B×1×H×W in [0, 1]; `rgb` as for `forward`."""
        return self(rgb).sigmoid()


def build() -> SegmentationNet:
    """The network of the published size, with random weights."""
    return SegmentationNet(PUBLISHED)


def build_small() -> SegmentationNet:
    """The one for processors, with random weights."""
    return SegmentationNet(SMALL)


class Encoder(nn.Module):
    """Convolutions that halve the size.

    Args:
        planes: channels of the picture.
        shape: of the network.
    """

    def __init__(self, planes: int, shape: Shape) -> None:
        super().__init__()
        self._stem = shape.stem
        norm = NORMS[shape.norm]
        first = conv(
            planes * shape.stem**2, shape.widths[0], norm, kernel=3 if shape.stem > 1 else 7
        )
        self.first = nn.Sequential(first, *_blocks(shape.widths[0], shape.beside, norm))
        self.down = nn.ModuleList(
            nn.Sequential(conv(above, width, norm, stride=2), *_blocks(width, shape.beside, norm))
            for above, width in pairwise(shape.widths)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """What each level sees, the finest first."""
        seen = [self.first(F.pixel_unshuffle(x, self._stem) if self._stem > 1 else x)]
        for down in self.down:
            seen.append(down(seen[-1]))
        return seen


class Decoder(nn.Module):
    """Transposed convolutions that double the size, joined with what the encoder saw.

    Args:
        bottom: channels that come from below.
        widths: of the encoder's levels that are joined, the coarsest first.
        shape: of the network.
        beside: channels that come from the encoder at each level, where these are not `widths`.
    """

    def __init__(
        self,
        bottom: int,
        widths: tuple[int, ...],
        shape: Shape,
        *,
        beside: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__()
        self._stem = shape.stem
        norm = NORMS[shape.norm]
        self.up = nn.ModuleList(
            _doubling(below, width, norm) for below, width in pairwise((bottom, *widths))
        )
        self.join = nn.ModuleList(
            nn.Sequential(conv(width + joined, width, norm), *_blocks(width, shape.beside, norm))
            for width, joined in zip(widths, beside or widths, strict=True)
        )
        self.last = nn.Conv2d(widths[-1], shape.stem**2, 3, padding=1)

    def forward(self, x: Tensor, seen: list[Tensor]) -> Tensor:
        """From the bottom to one plane of the photograph's size.

        Args:
            x: what comes from below.
            seen: of the levels, the coarsest first.
        """
        for up, join, beside in zip(self.up, self.join, seen, strict=True):
            x = join(torch.cat([up(x), beside], 1))
        x = self.last(x)
        return F.pixel_shuffle(x, self._stem) if self._stem > 1 else x


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity."""

    def __init__(self, width: int, norm: Norm) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(width, width, norm), nn.Conv2d(width, width, 3, padding=1, bias=False), norm(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.body(x), inplace=True)


class Aspp(nn.Module):
    """Atrous spatial pyramid pooling: dilated convolutions, and the mean of the whole picture.

    Args:
        width: channels, in and out.
        dilations: one convolution each.
        norm: of every layer but the mean's, which has one value a channel.
    """

    def __init__(self, width: int, dilations: tuple[int, ...], norm: Norm) -> None:
        super().__init__()
        branch = max(4, width // len(dilations))
        self.branches = nn.ModuleList(
            conv(width, branch, norm, dilation=dilation) for dilation in dilations
        )
        self.whole = nn.Sequential(nn.Conv2d(width, branch, 1), nn.ReLU(inplace=True))
        self.join = conv(width + branch * (len(dilations) + 1), width, norm, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        joined: Tensor = self.join(
            torch.cat([x, *(branch(x) for branch in self.branches), whole], 1)
        )
        return joined


def conv(
    planes: int, width: int, norm: Norm, *, kernel: int = 3, stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    """A convolution that keeps the size (but for its stride), its normalisation and a ReLU."""
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(planes, width, kernel, stride, padding, dilation, bias=False),
        norm(width),
        nn.ReLU(inplace=True),
    )


def check_multiple(x: Tensor, multiple: int) -> None:
    """Raise `BugError` unless both sides are multiples: padding is the caller's work."""
    height, width = x.shape[-2:]
    if height % multiple or width % multiple or not height * width:
        raise BugError(f"{height}×{width} pixels, wanted multiples of {multiple}")


def _doubling(planes: int, width: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(planes, width, 4, 2, 1, bias=False), norm(width), nn.ReLU(inplace=True)
    )


def _blocks(width: int, count: int, norm: Norm) -> list[nn.Module]:
    return [Residual(width, norm) for _ in range(count)]
