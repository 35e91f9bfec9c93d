"""StyleMatte: a matte from the photograph alone, by a transformer.

Source: "Adversarially-Guided Portrait Matting" (section 3.1, figure 3); what the paper leaves open
follows the released weights, whose names and values these are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.guided_upsampling import UPSAMPLING, enlarged
from engine.models.segmentation_net import check_multiple
from engine.models.stylematte_pixels import PixelModule
from engine.models.stylematte_size import (
    RELEASED,
    SMALL,
    Architecture,
    Shapes,
    architecture_of,
)

SIZE_MULTIPLE = 8
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Pyramid(nn.Module):
    """Puts the four outputs of the pixel decoder together, the coarsest first.

    Args:
        features: channels of each output, and of the result.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1x1 = nn.ModuleList(nn.Conv2d(features, features, 1) for _ in range(3))
        self.smooth_conv = nn.Conv2d(features, features, 3, padding=1)
        self.conv_fusion = nn.Sequential(
            nn.Conv2d(2 * features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
            nn.ReLU(inplace=True),
        )

    def forward(self, seen: list[Tensor]) -> Tensor:
        """From N×features maps at strides 32, 16, 8 and 4 to one at stride 4."""
        *coarse, finest = seen
        x, *beside = (conv(one) for conv, one in zip(self.conv1x1, coarse, strict=True))
        for finer in (*beside, finest):
            x = enlarged(self.smooth_conv(x), finer) + finer
        fused: Tensor = self.conv_fusion(torch.cat([x, finest], 1))
        return fused


class StyleMatte(nn.Module):
    """Alpha at each pixel, without any guidance.

    Args:
        architecture: how large, and how the matte is enlarged.

    Raises:
        NotInstalled: if there is no transformers.
    """

    guidance_channels = 0
    size_multiple = SIZE_MULTIPLE
    mean: Tensor
    scale: Tensor

    def __init__(self, architecture: Architecture = RELEASED) -> None:
        super().__init__()
        self.architecture = architecture
        # not among the weights: the released files have none
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1), persistent=False)
        self.pixel_decoder = PixelModule(architecture)
        features = architecture.features
        self.fpn = Pyramid(features) if architecture.head == "pyramid" else None
        self.conv = nn.Conv2d(features, 1, 3, padding=1)
        self.upsampling = _marked(architecture)

    def encode(self, rgb: Tensor) -> list[Tensor]:
        """What the pixel decoder finds.

        Args:
            rgb: N×3×H×W in [0, 1]; both sides multiples of `size_multiple`.

        Returns:
            N×features×H/s×W/s for the strides s = 32, 16, 8 and 4, rounded up.
        """
        check_multiple(rgb, self.size_multiple)
        found: list[Tensor] = self.pixel_decoder(self._normalised(rgb))
        return found

    def logits(self, rgb: Tensor) -> Tensor:
        """N×1×H/4×W/4 float32, the matte before enlarging and sigmoid; `rgb` as for `encode`."""
        seen = self.encode(rgb)
        fused = seen[-1] if self.fpn is None else self.fpn(seen)
        logits: Tensor = self.conv(fused)
        return logits.float()

    def forward(self, rgb: Tensor) -> Tensor:
        """The matte, N×1×H×W float32 in [0, 1]; `rgb` as for `encode`."""
        guide = self._normalised(rgb).float().mean(1, keepdim=True)
        return UPSAMPLING[self.architecture.upsampling](self.logits(rgb), guide).sigmoid()

    def predict(self, rgb: Tensor) -> Tensor:
        """As `forward`."""
        matte: Tensor = self(rgb)
        return matte

    def encoder_parameters(self) -> Iterator[nn.Parameter]:
        """Of the Swin transformer, which the first phase of training leaves alone."""
        return self.pixel_decoder.encoder.parameters()

    def decoder_parameters(self) -> Iterator[nn.Parameter]:
        """All others."""
        encoder = {id(one) for one in self.encoder_parameters()}
        return (one for one in self.parameters() if id(one) not in encoder)

    def _normalised(self, rgb: Tensor) -> Tensor:
        return (rgb - self.mean) / self.scale


def build() -> StyleMatte:
    """The released network, with random weights."""
    return StyleMatte(RELEASED)


def build_small() -> StyleMatte:
    """The one for processors, with random weights."""
    return StyleMatte(SMALL)


def network_of(shapes: Shapes) -> StyleMatte:
    """The network that weights of these shapes are for, with random weights.

    Raises:
        UserError: if they are for none, or there is no transformers.
    """
    return StyleMatte(architecture_of(shapes))


def small_network_of(shapes: Shapes) -> StyleMatte:
    """As `network_of`; only those of the small size, with any head and upsampling.

    Raises:
        UserError: as `network_of`.
    """
    found = architecture_of(shapes)
    if replace(found, head=SMALL.head, upsampling=SMALL.upsampling) != SMALL:
        raise UserError("These are no weights of the small StyleMatte network.")
    return StyleMatte(found)


def _marked(architecture: Architecture) -> nn.Module:
    """What makes weights say which upsampling they were trained with."""
    mark = nn.Module()
    if architecture.upsampling != RELEASED.upsampling:
        mark.register_buffer(architecture.upsampling, torch.zeros(0))
    return mark
