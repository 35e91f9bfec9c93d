"""Convolution and its adjoint, cheap to differentiate as often as one likes.

Each is the other's gradient, said here. What autograd derives for a second derivative convolves
with kernels of the picture's size, and for the resampling filters channel by channel and with a
gradient of their taps, which are constant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


def convolved(x: Tensor, weight: Tensor, *, padding: int = 0, stride: int = 1) -> Tensor:
    """Cross-correlation, as `torch.nn.functional.conv2d`.

    Args:
        x: N×I×H×W.
        weight: O×I×K×K.
        padding: zeros at each side, pixels.
        stride: 1 keeps every row and column.
    """
    return _applied(x, weight, _Manner(stride, padding))


def spread(x: Tensor, weight: Tensor) -> Tensor:
    """Transposed convolution with a stride of 2: N×O×(2(H - 1) + K)×(2(W - 1) + K).

    Args:
        x: N×I×H×W.
        weight: I×O×K×K.
    """
    return _applied(x, weight, _Manner(2, 0, transposed=True))


def filtered(x: Tensor, taps: Tensor, *, padding: int, stride: int = 1) -> Tensor:
    """Each plane convolved with the same taps, zeros around it.

    Args:
        x: N×C×H×W.
        taps: K×K, constant.
        padding: zeros at each side, pixels.
        stride: 1 keeps every row and column.
    """
    planes = x.shape[1]
    kernel = taps.flip(0, 1).expand(planes, 1, -1, -1)
    return _applied(x, kernel, _Manner(stride, padding, groups=planes))


def doubled(x: Tensor, taps: Tensor) -> Tensor:
    """Twice the side: zeros between the pixels, then 4×4 taps with a gain of 4; N×C×2H×2W.

    Args:
        x: N×C×H×W.
        taps: 4×4, constant.
    """
    planes = x.shape[1]
    kernel = (4.0 * taps).expand(planes, 1, -1, -1)
    return _applied(x, kernel, _Manner(2, 1, transposed=True, groups=planes))


@dataclass(frozen=True)
class _Manner:
    """How a kernel is moved over a picture."""

    stride: int
    padding: int
    transposed: bool = False
    groups: int = 1
    extra: tuple[int, int] = (0, 0)
    """Rows and columns that a transposed convolution adds at the end."""

    def adjoint(self, before: torch.Size, after: torch.Size, kernel: int) -> _Manner:
        """The manner of the gradient, which goes from the answer's sides back to those before."""
        lost = (0, 0)
        if not self.transposed:
            reach = kernel - 2 * self.padding
            least = [self.stride * (side - 1) + reach for side in after[2:]]
            lost = before[2] - least[0], before[3] - least[1]
        return _Manner(self.stride, self.padding, not self.transposed, self.groups, lost)

    def as_arguments(self) -> tuple[Any, ...]:
        """Stride to groups, as `aten::convolution` takes them."""
        both = (self.stride,) * 2, (self.padding,) * 2, (1, 1)
        return *both, self.transposed, self.extra, self.groups


class _Convolution(torch.autograd.Function):
    """x and a kernel, convolved in some manner."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Tensor, manner: _Manner) -> Tensor:
        ctx.save_for_backward(x, kernel)
        ctx.manner = manner
        answer: Tensor = torch.ops.aten.convolution(x, kernel, None, *manner.as_arguments())
        return answer

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, kernel = ctx.saved_tensors
        (grad,) = gradients
        of_x, of_kernel = None, None
        if ctx.needs_input_grad[0]:
            back = ctx.manner.adjoint(x.shape, grad.shape, kernel.shape[-1])
            of_x = _convolve(grad, kernel, back)
        if ctx.needs_input_grad[1]:
            of_kernel = _kernel_gradient(grad, x, kernel.shape, ctx.manner)
        return of_x, of_kernel, None


class _KernelGradient(torch.autograd.Function):
    """The gradient of a kernel, linear in the answer's gradient and in x."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, x: Tensor, shape: torch.Size, manner: _Manner) -> Tensor:
        ctx.save_for_backward(grad, x)
        ctx.manner = manner
        asked = False, True, False
        _, found, _ = torch.ops.aten.convolution_backward(
            grad, x, x.new_empty(()).expand(shape), None, *manner.as_arguments(), asked
        )
        answer: Tensor = found
        return answer

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        grad, x = ctx.saved_tensors
        (kernel,) = gradients
        of_grad, of_x = None, None
        if ctx.needs_input_grad[0]:
            of_grad = _convolve(x, kernel, ctx.manner)
        if ctx.needs_input_grad[1]:
            back = ctx.manner.adjoint(x.shape, grad.shape, kernel.shape[-1])
            of_x = _convolve(grad, kernel, back)
        return of_grad, of_x, None, None


_convolve: Callable[[Tensor, Tensor, _Manner], Tensor] = _Convolution.apply
_kernel_gradient: Callable[[Tensor, Tensor, torch.Size, _Manner], Tensor] = _KernelGradient.apply


def _applied(x: Tensor, kernel: Tensor, manner: _Manner) -> Tensor:
    """In the precision of autocast if that is on: gradients of any order keep it."""
    device = x.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype
    return _convolve(x.to(dtype), kernel.to(dtype), manner)
