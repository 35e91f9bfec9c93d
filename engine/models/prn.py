"""The refinement network as published: a ResNet-34 U-Net with heads at strides 8, 4 and 1.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021); details that
the paper leaves open follow the released checkpoints, whose parameter names these are.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.prn_layers import SLOPE, Aspp, DecoderBlock, EncoderBlock, head, shortcut
from engine.models.refinement import Heads, fuse
from engine.models.small_unet import SIZE_MULTIPLE, check_size
from engine.models.spectral import Convolution, SpectralConv, plain_conv

WIDTH = 32
"""Channels of the first layer; all others are multiples of it."""
HEADS = ("OS8", "OS4", "OS1")
_MEAN = (0.485, 0.456, 0.406)
_SCALE = (0.229, 0.224, 0.225)


class Encoder(nn.Module):
    """ResNet-34 with a stem of three convolutions and 3, 4, 4 and 2 blocks."""

    def __init__(self, conv: Convolution, planes: int, w: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(planes, w, 3, stride=2), nn.BatchNorm2d(w)
        self.conv2, self.bn2 = conv(w, w, 3), nn.BatchNorm2d(w)
        self.conv3, self.bn3 = conv(w, 2 * w, 3, stride=2), nn.BatchNorm2d(2 * w)
        self.layer1 = _encoder_layer(conv, 2 * w, 2 * w, blocks=3, stride=1)
        self.layer2 = _encoder_layer(conv, 2 * w, 4 * w, blocks=4)
        self.layer3 = _encoder_layer(conv, 4 * w, 8 * w, blocks=4)
        self.layer_bottleneck = _encoder_layer(conv, 8 * w, 16 * w, blocks=2)
        ways = ((planes, w), (w, w), (2 * w, 2 * w), (4 * w, 4 * w), (8 * w, 8 * w))
        self.shortcut = nn.ModuleList(shortcut(conv, seen, width) for seen, width in ways)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """To the features at stride 32, and the shortcuts from full resolution to stride 16."""
        seen = [x]
        x = F.relu(self.bn1(self.conv1(x)))
        seen.append(F.relu(self.bn2(self.conv2(x))))
        x = F.relu(self.bn3(self.conv3(seen[-1])))
        for layer in (self.layer1, self.layer2, self.layer3):
            x = layer(x)
            seen.append(x)
        ways = zip(self.shortcut, seen, strict=True)
        return self.layer_bottleneck(x), [way(features) for way, features in ways]


class Decoder(nn.Module):
    """Back to full resolution, with a head at each stride that is asked for."""

    def __init__(self, conv: Convolution, w: int, *, outputs: int, heads: tuple[str, ...]) -> None:
        super().__init__()
        self.layer1 = _decoder_layer(conv, 16 * w, 8 * w, blocks=2)
        self.layer2 = _decoder_layer(conv, 8 * w, 4 * w, blocks=3)
        self.layer3 = _decoder_layer(conv, 4 * w, 2 * w, blocks=3)
        self.layer4 = _decoder_layer(conv, 2 * w, w, blocks=2)
        self.conv1 = conv(w, w, 4, stride=2, transposed=True)
        self.bn1 = nn.BatchNorm2d(w)
        planes = {"OS8": 4 * w, "OS4": 2 * w, "OS1": w}
        for name in heads:
            self.add_module(f"refine_{name}", head(planes[name], w, outputs))

    def forward(self, x: Tensor, ways: list[Tensor]) -> dict[str, Tensor]:
        """Each head's answer before the tanh, at its own stride."""
        seen = {}
        x = self.layer1(x) + ways[4]
        seen["OS8"] = x = self.layer2(x) + ways[3]
        seen["OS4"] = x = self.layer3(x) + ways[2]
        x = self.layer4(x) + ways[1]
        seen["OS1"] = F.leaky_relu(self.bn1(self.conv1(x)), SLOPE) + ways[0]
        heads = {name: getattr(self, f"refine_{name}", None) for name in seen}
        return {name: head(seen[name]) for name, head in heads.items() if head is not None}


class PublishedUnet(nn.Module):
    """Encoder, pyramid and decoder from RGB and one more plane to answers in [0, 1].

    Args:
        outputs: planes of each answer.
        heads: which of `HEADS` there are.
        width: channels of the first layer.
        spectral: normalise the weights spectrally; without, the convolutions are plain, for
            weights out of `engine.models.spectral.folded`.
    """

    size_multiple = SIZE_MULTIPLE
    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        *,
        outputs: int = 1,
        heads: tuple[str, ...] = HEADS,
        width: int = WIDTH,
        spectral: bool = True,
    ) -> None:
        super().__init__()
        conv: Convolution = SpectralConv if spectral else plain_conv
        self.encoder = Encoder(conv, 4, width)
        self.aspp = Aspp(16 * width)
        self.decoder = Decoder(conv, width, outputs=outputs, heads=heads)
        # not among the weights: the released files have none
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1), persistent=False)

    def answers(self, rgb: Tensor, plane: Tensor) -> dict[str, Tensor]:
        """Each head's answer at full size.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            plane: B×1×H×W in [0, 1].
        """
        check_size(rgb)
        x, ways = self.encoder(torch.cat([(rgb - self.mean) / self.scale, plane], 1))
        raw = self.decoder(self.aspp(x), ways)
        return {name: _answer(one.float(), rgb) for name, one in raw.items()}


class Prn(PublishedUnet):
    """Matte from RGB and one plane of guidance."""

    guidance_channels = 1

    def __init__(self, *, width: int = WIDTH, spectral: bool = True) -> None:
        super().__init__(width=width, spectral=spectral)

    def forward(self, rgb: Tensor, guidance: Tensor) -> Heads:
        """Raw mattes in [0, 1].

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            guidance: B×1×H×W in [0, 1].
        """
        found = self.answers(rgb, guidance)
        return Heads(*(found[name] for name in HEADS))

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; arguments as those of `forward`."""
        return fuse(self(rgb, guidance)).os1


def build() -> Prn:
    """The network as it is released and trained, with random weights."""
    return Prn()


def build_folded() -> Prn:
    """The same with plain convolutions, for the weights that `folded` returns: 12 MB less to move
    and nothing to normalise in each pass."""
    return Prn(spectral=False)


def _encoder_layer(
    conv: Convolution, planes: int, width: int, *, blocks: int, stride: int = 2
) -> nn.Sequential:
    first = EncoderBlock(conv, planes, width, stride=stride)
    return nn.Sequential(first, *(EncoderBlock(conv, width, width) for _ in range(blocks - 1)))


def _decoder_layer(conv: Convolution, planes: int, width: int, *, blocks: int) -> nn.Sequential:
    first = DecoderBlock(conv, planes, width, doubles=True)
    more = (DecoderBlock(conv, width, width, doubles=False) for _ in range(blocks - 1))
    return nn.Sequential(first, *more)


def _answer(raw: Tensor, like: Tensor) -> Tensor:
    if raw.shape[-2:] != like.shape[-2:]:
        size = [like.shape[-2], like.shape[-1]]
        raw = F.interpolate(raw, size=size, mode="bilinear", align_corners=False)
    return (raw.tanh() + 1) / 2
