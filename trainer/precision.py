"""Which arithmetic a run uses, and what stands in its way on a device."""

from __future__ import annotations

from typing import Any, Literal

import torch
from lightning_fabric.plugins import MixedPrecision
from lightning_fabric.plugins.precision import Precision

from engine.errors import UserError

DTYPES = {"32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_FABRIC: dict[str, Literal["bf16-mixed", "16-mixed"]] = {"bf16": "bf16-mixed", "fp16": "16-mixed"}
_NO_BFLOAT16 = (8, 0)
"""Devices of a lower compute capability have no bfloat16 units (a V100 has 7.0)."""


class _Mixed(MixedPrecision):
    """Autocast around the losses, without rounding the batch: a matte needs more than 8 bits."""

    def convert_input(self, data: Any) -> Any:
        return data


def precision_plugin(precision: str, *, device: str, loss_scale: float) -> Precision:
    """What Fabric needs for a precision.

    Args:
        precision: a key of `DTYPES`.
        device: "cpu", "cuda" or "mps".
        loss_scale: of the gradient scaler at the start (fp16).

    Raises:
        UserError: if the device cannot compute in it.
    """
    if precision == "32":
        return Precision()
    obstacle = _obstacle(precision, device)
    if obstacle is not None:
        raise obstacle
    scaler = None
    if precision == "fp16":
        scaler = torch.amp.GradScaler(device, init_scale=loss_scale)
    return _Mixed(_FABRIC[precision], device, scaler)


def scaler_of(precision: Precision) -> torch.amp.GradScaler | None:
    """The gradient scaler of fp16."""
    return precision.scaler if isinstance(precision, MixedPrecision) else None


def _obstacle(precision: str, device: str) -> UserError | None:
    if device == "mps" and precision == "fp16":
        return UserError(
            "Training in fp16 doesn't work on Apple's graphics processor.",
            remedy="Use --set precision=32.",
        )
    if device == "cuda" and precision == "bf16":
        capability = torch.cuda.get_device_capability()
        if capability < _NO_BFLOAT16:
            name = torch.cuda.get_device_name()
            return UserError(
                f"The {name} has no bfloat16 units.", remedy="Use --set precision=fp16."
            )
    return None
