"""What every masked loss shares: full precision, and a mean that may be split over ranks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeAlias

import torch
from torch import Tensor

Total: TypeAlias = Callable[[Tensor], Tensor]
"""Sums a tensor over all ranks, see `trainer.phase.StepContext`."""

_NOTHING = 1e-8  # keeps an empty mask's 0/0 at 0
_LOW = (torch.float16, torch.bfloat16)

P = ParamSpec("P")


def in_full_precision(loss: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Make a loss compute in float32 (float64 stays) also inside an autocast region."""

    @wraps(loss)
    def computed(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        with torch.autocast("cuda", enabled=False), torch.autocast("cpu", enabled=False):
            raised = [_raised(value) for value in args]
            return loss(*raised, **{key: _raised(value) for key, value in kwargs.items()})  # type: ignore[arg-type]

    return computed


def _raised(value: object) -> object:
    low = isinstance(value, Tensor) and value.dtype in _LOW
    return value.float() if low and isinstance(value, Tensor) else value


def masked_mean(values: Tensor, mask: Tensor, *, total: Total) -> Tensor:
    """This rank's share of the mean of `values` where `mask` is 1.

    Args:
        values: B×C×H×W.
        mask: B×1×H×W or B×C×H×W weights, 0 or more.
        total: sums the weights over all ranks.

    Returns:
        A scalar; the shares of all ranks add up to the mean. 0 where the mask is empty everywhere.
    """
    weights = mask.to(values.dtype).expand_as(values)
    return (values * weights).sum() / total(weights.sum().detach()).clamp_min(_NOTHING)
