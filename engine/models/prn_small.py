"""Progressive refinement on a small backbone: corrects what something else proposed.

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
MASK_WIDTHS = (16, 32, 48, 80, 128)
"""Channels of the network for coarse masks, which looks at a small copy and has less to see."""
_SOFT = 8
"""Pixels over which a mask is averaged before it is corrected."""
_SURE = 0.05
"""A mask is wrong so often far from its edge, at most."""
_START = 0.003
"""Deviation of a head's first weights. Small, so that the first answer is nearly the prior; not
zero, because nothing behind a zero layer would learn."""


def head(width: int, planes: int) -> nn.Conv2d:
    """From features to one correction a pixel, or to four where a pixel stands for 2×2."""
    last = nn.Conv2d(width, planes, 3, padding=1, bias=False)
    nn.init.normal_(last.weight, std=_START)
    return last


class PrnSmall(nn.Module):
    """Matte from RGB and guidance, of which the last plane is corrected.

    Each head answers the prior plus a correction; at strides 8 and 4 the prior is as coarse as
    the head is, so that what the coarse heads cannot see is left to the fine one.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
        planes: of guidance: 2 are what was given and the matte to correct; 1 is a coarse mask. Its
            hard edge could not be removed by adding to it, so it is softened, and corrected as
            the logarithm of odds, which makes the answer a probability.
    """

    size_multiple = SIZE_MULTIPLE
    mean: Tensor
    scale: Tensor

    def __init__(self, *, widths: tuple[int, ...] = WIDTHS, planes: int = 2) -> None:
        super().__init__()
        self.guidance_channels = planes
        seen = 3 + planes
        self.register_buffer("mean", torch.tensor(_MEAN[:seen]).view(1, -1, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE[:seen]).view(1, -1, 1, 1))
        self.backbone = SmallUnet(seen, widths=widths)
        self.head8 = head(widths[2], 1)
        self.head4 = head(widths[1], 1)
        self.head1 = head(widths[0], 4)

    def forward(self, rgb: Tensor, guidance: Tensor) -> Heads:
        """Raw mattes.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            guidance: B×planes×H×W in [0, 1]: what was given (a trimap as 0, ½, 1; a mask; a
                matte), and of two planes the matte to correct, which may be the same again.
        """
        x = (torch.cat([rgb, guidance], 1) - self.mean) / self.scale
        seen = self.backbone(x)
        by_mask = self.guidance_channels == 1
        prior = _odds(guidance) if by_mask else guidance[:, 1:].float()
        heads = Heads(
            os8=_coarse(self.head8(seen.stride8).float(), prior),
            os4=_coarse(self.head4(seen.stride4).float(), prior),
            os1=prior + F.pixel_shuffle(self.head1(seen.stride2).float(), 2),
        )
        return Heads(*map(torch.sigmoid, heads)) if by_mask else heads

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; arguments as those of `forward`."""
        return fuse(self(rgb, guidance)).os1


def build() -> PrnSmall:
    """The network that refines, with random weights."""
    return PrnSmall()


def build_for_masks() -> PrnSmall:
    """The network for coarse masks, with random weights."""
    return PrnSmall(widths=MASK_WIDTHS, planes=1)


def _odds(mask: Tensor) -> Tensor:
    """The logarithm of a mask's odds, without its hard edge, at its size."""
    cells = F.avg_pool2d(mask.float(), _SOFT)
    soft = F.interpolate(cells, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    return torch.logit(soft, eps=_SURE)


def _coarse(correction: Tensor, prior: Tensor) -> Tensor:
    """A coarse head's answer at the prior's size."""
    stride = prior.shape[-1] // correction.shape[-1]
    answer = F.avg_pool2d(prior, stride) + correction
    return F.interpolate(answer, size=prior.shape[-2:], mode="bilinear", align_corners=False)
