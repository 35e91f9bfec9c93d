"""Progressive refinement on a small backbone: corrects a matte that something else proposed.

After Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021); the network is
our own.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.refinement import Heads, fuse
from engine.models.small_unet import SIZE_MULTIPLE, WIDTHS, SmallUnet

_MEAN = (0.485, 0.456, 0.406, 0.5, 0.5)
_SCALE = (0.229, 0.224, 0.225, 0.5, 0.5)
_START = 0.003
"""Deviation of a head's first weights. Small, so that the first answer is nearly the prior; not
zero, because nothing behind a zero layer would learn."""


def head(width: int, planes: int) -> nn.Conv2d:
    """From features to one correction a pixel, or to four where a pixel stands for 2×2."""
    last = nn.Conv2d(width, planes, 3, padding=1, bias=False)
    nn.init.normal_(last.weight, std=_START)
    return last


class PrnSmall(nn.Module):
    """Matte from RGB, guidance and prior.

    Each head answers the prior plus a correction; at strides 8 and 4 the prior is as coarse as
    the head is, so that what the coarse heads cannot see is left to the fine one.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
    """

    guidance_channels = 2
    size_multiple = SIZE_MULTIPLE
    mean: Tensor
    scale: Tensor

    def __init__(self, *, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, -1, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, -1, 1, 1))
        self.backbone = SmallUnet(len(_MEAN), widths=widths)
        self.head8 = head(widths[2], 1)
        self.head4 = head(widths[1], 1)
        self.head1 = head(widths[0], 4)

    def forward(self, rgb: Tensor, guidance: Tensor) -> Heads:
        """Raw mattes.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            guidance: B×2×H×W in [0, 1]: what was given (a trimap as 0, ½, 1; a mask; a matte), and
                the matte to correct, which may be the same plane again.
        """
        x = (torch.cat([rgb, guidance], 1) - self.mean) / self.scale
        seen = self.backbone(x)
        prior = guidance[:, 1:].float()
        return Heads(
            os8=_coarse(self.head8(seen.stride8).float(), prior),
            os4=_coarse(self.head4(seen.stride4).float(), prior),
            os1=prior + F.pixel_shuffle(self.head1(seen.stride2).float(), 2),
        )

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; arguments as those of `forward`."""
        return fuse(self(rgb, guidance)).os1


def build() -> PrnSmall:
    """The network with random weights."""
    return PrnSmall()


def _coarse(correction: Tensor, prior: Tensor) -> Tensor:
    """A coarse head's answer at the prior's size."""
    stride = prior.shape[-1] // correction.shape[-1]
    answer = F.avg_pool2d(prior, stride) + correction
    return F.interpolate(answer, size=prior.shape[-2:], mode="bilinear", align_corners=False)
