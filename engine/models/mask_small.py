"""A matte from a coarse mask, on a small copy of a photograph: weighs what classical methods found.

The network is our own; its heads refine each other as in Yu et al., "Mask Guided Matting via
Progressive Refinement Network" (2021).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.models.prn_small import head
from engine.models.refinement import Heads, fuse
from engine.models.small_unet import SIZE_MULTIPLE, SmallUnet
from engine.models.spec import MASK_PLANES as PLANES

WIDTHS = (16, 32, 48, 80, 128)
"""Channels at strides 2, 4, 8, 16 and 32."""
_MEAN = (0.485, 0.456, 0.406, *PLANES * (0.5,))
_SCALE = (0.229, 0.224, 0.225, *PLANES * (0.5,))


class MaskSmall(torch.nn.Module):
    """Matte from RGB and `MASK_PLANES` planes that propose one.

    Each head answers a mean of the planes, whose weights it chooses at each pixel, plus a
    correction: where one of them is right the network need only see which.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
    """

    guidance_channels = PLANES
    size_multiple = SIZE_MULTIPLE
    mean: Tensor
    scale: Tensor

    def __init__(self, *, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, -1, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, -1, 1, 1))
        self.backbone = SmallUnet(len(_MEAN), widths=widths)
        self.head8 = head(widths[2], PLANES + 1)
        self.head4 = head(widths[1], PLANES + 1)
        self.head1 = head(widths[0], 4 * (PLANES + 1))

    def forward(self, rgb: Tensor, guidance: Tensor) -> Heads:
        """Raw mattes.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            guidance: B×MASK_PLANES×H×W in [0, 1].
        """
        seen = self.backbone((torch.cat([rgb, guidance], 1) - self.mean) / self.scale)
        planes = guidance.float()
        return Heads(
            os8=_coarse(self.head8(seen.stride8).float(), planes),
            os4=_coarse(self.head4(seen.stride4).float(), planes),
            os1=_weighed(F.pixel_shuffle(self.head1(seen.stride2).float(), 2), planes),
        )

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; arguments as those of `forward`."""
        return fuse(self(rgb, guidance)).os1


def build() -> MaskSmall:
    """The network with random weights."""
    return MaskSmall()


def _weighed(answers: Tensor, planes: Tensor) -> Tensor:
    """From the weights' logarithms and the correction to a matte."""
    weights = answers[:, :PLANES].softmax(1)
    return (weights * planes).sum(1, keepdim=True) + answers[:, PLANES:]


def _coarse(answers: Tensor, planes: Tensor) -> Tensor:
    """A coarse head's matte at the planes' size."""
    stride = planes.shape[-1] // answers.shape[-1]
    matte = _weighed(answers, F.avg_pool2d(planes, stride))
    return F.interpolate(matte, size=planes.shape[-2:], mode="bilinear", align_corners=False)
