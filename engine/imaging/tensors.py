"""The only door between NumPy arrays and torch tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import to_float

if TYPE_CHECKING:
    import torch


def to_tensor(array: NDArray[Any], *, device: str = "cpu") -> torch.Tensor:
    """An image or a matte as a network takes it.

    Args:
        array: H×W or H×W×C, uint8, uint16 or float32.
        device: where the tensor lives.

    Returns:
        1×C×H×W float32 in [0, 1]; a copy.
    """
    import torch

    values = to_float(array)
    planes = values[None] if values.ndim == 2 else np.moveaxis(values, -1, 0)
    return torch.from_numpy(np.ascontiguousarray(planes))[None].to(device)


def from_tensor(tensor: torch.Tensor) -> NDArray[np.float32]:
    """What a network gave as an array; the inverse of `to_tensor`.

    Args:
        tensor: 1×C×H×W or C×H×W of any floating type, on any device.

    Returns:
        H×W for one channel, else H×W×C; float32, contiguous, a copy.
    """
    planes = tensor.detach().float().cpu().numpy()
    planes = planes[0] if planes.ndim == 4 else planes
    if planes.shape[0] == 1:
        return np.array(planes[0], dtype=np.float32)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1), dtype=np.float32)
