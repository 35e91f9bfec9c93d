"""Where the border is: what dilation adds and erosion takes."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def border_map(truth: Tensor, width: int) -> Tensor:
    """1 near the border of a map, 0 elsewhere (POMAGAN, section 3.1 and figure 3d).

    Args:
        truth: B×1×H×W in [0, 1]; its binary version counts.
        width: side of the square that dilates and erodes, odd, in pixels; the paper gives none.

    Returns:
        B×1×H×W of `truth`'s type; nothing of it has a gradient.
    """
    binary = (truth.detach() > 0.5).to(truth.dtype)
    return _dilated(binary, width) - (1 - _dilated(1 - binary, width))


def _dilated(mask: Tensor, width: int) -> Tensor:
    reach = width // 2
    down = F.max_pool2d(mask, (width, 1), stride=1, padding=(reach, 0))
    return F.max_pool2d(down, (1, width), stride=1, padding=(0, reach))
