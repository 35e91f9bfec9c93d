"""The absolute difference, where a mask says so."""

from __future__ import annotations

from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean


@in_full_precision
def l1_loss(prediction: Tensor, target: Tensor, mask: Tensor, *, total: Total) -> Tensor:
    """The mean absolute difference inside a mask (paper 003, equations 4 and 5).

    Args:
        prediction: B×C×H×W, any scale.
        target: as `prediction`.
        mask: B×1×H×W weights; all ones for the whole image.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar, this rank's share.
    """
    return masked_mean((prediction - target).abs(), mask, total=total)
