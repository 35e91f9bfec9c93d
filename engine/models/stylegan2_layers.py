"""Layers of StyleGAN2, with the names of the official weights.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020). A modulated
convolution scales what goes in and what comes out rather than its weights (the two are equal), so
that a batch needs one convolution and not one for each picture. Everything can be differentiated
twice.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.stylegan2_convolution import convolved, filtered, spread

SLOPE = 0.2
GAIN = math.sqrt(2.0)
"""Keeps the variance through a leaky ReLU."""
TINY = 1e-8
TAPS = (1.0, 3.0, 3.0, 1.0)


class Linear(nn.Module):
    """A fully connected layer whose learning rate is equalised.

    Args:
        inputs: features in.
        outputs: features out.
        bias: that it starts with.
        rate: multiplies the learning rate; the weights are stored divided by it.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.rate = rate
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias))

    def forward(self, x: Tensor) -> Tensor:
        """From N×inputs to N×outputs."""
        gain = self.rate / math.sqrt(self.weight.shape[1])
        return F.linear(x, self.weight * gain, self.bias * self.rate)


class StyledConv(nn.Module):
    """Modulated 3×3 convolution, noise, bias and activation; perhaps twice the side.

    Args:
        inputs: channels in.
        outputs: channels out.
        style: length of w.
        side: of the answer, pixels.
        up: whether the answer has twice the side of what goes in.
        clamp: the answer is kept within ± this.
    """

    noise_const: Tensor
    resample_filter: Tensor

    def __init__(
        self, inputs: int, outputs: int, *, style: int, side: int, up: bool, clamp: float | None
    ) -> None:
        super().__init__()
        self.up, self.clamp = up, clamp
        self.affine = Linear(style, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.randn(side, side))
        self.register_buffer("resample_filter", binomial())

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
        """N×outputs×side×side.

        Args:
            x: N×inputs×h×h.
            w: N×style.
            noise: (N|1)×1×side×side, or none.
        """
        style = self.affine(w)
        power = style.square() @ self.weight.square().sum((2, 3)).t()  # N×outputs
        scale = GAIN * (power + TINY).rsqrt()  # a leaky ReLU commutes with a gain
        x = self._convolve(x * style[:, :, None, None])
        x = torch.addcmul((GAIN * self.bias)[:, None, None], x, scale[:, :, None, None])
        if noise is not None:
            x.add_(noise * (GAIN * self.noise_strength))
        return clamped(F.leaky_relu_(x, SLOPE), self.clamp)

    def _convolve(self, x: Tensor) -> Tensor:
        if not self.up:
            return convolved(x, self.weight, padding=1)
        x = spread(x, self.weight.transpose(0, 1))
        return filtered(x, 4.0 * self.resample_filter, padding=1)


class ToColours(nn.Module):
    """Modulated 1×1 convolution to the picture's planes, neither demodulated nor activated.

    Args:
        inputs: channels in.
        colours: planes out.
        style: length of w.
        clamp: the answer is kept within ± this.
    """

    def __init__(self, inputs: int, colours: int, *, style: int, clamp: float | None) -> None:
        super().__init__()
        self.clamp = clamp
        self.affine = Linear(style, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(colours, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(colours))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """From N×inputs×h×h and w, N×style, to N×colours×h×h."""
        style = self.affine(w) / math.sqrt(self.weight.shape[1])
        mix = style[:, :, None] * self.weight[:, :, 0, 0].t()  # N×inputs×colours
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # N×(h·h)×inputs
        planes = torch.baddbmm(self.bias.expand(1, 1, -1), pixels, mix)
        planes = planes.view(len(x), *x.shape[2:], -1).permute(0, 3, 1, 2)
        return clamped(planes, self.clamp)


class Conv(nn.Module):
    """A plain convolution whose learning rate is equalised; perhaps half the side.

    Args:
        inputs: channels in.
        outputs: channels out.
        kernel: its side, pixels; odd.
        down: whether the answer has half the side.
        active: whether a bias and a leaky ReLU follow.
        clamp: the answer is kept within ± this.
        gain: of the answer, and of the clamp.
    """

    resample_filter: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        down: bool = False,
        active: bool = True,
        clamp: float | None = None,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.down = down
        self.clamp = None if clamp is None else clamp * gain
        self.gain = gain * GAIN if active else gain
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if active else None
        self.register_buffer("resample_filter", binomial())

    def forward(self, x: Tensor) -> Tensor:
        """From N×inputs×h×h to N×outputs×h×h, or half of it."""
        kernel = self.weight.shape[-1]
        weight = self.weight * (self.gain / math.sqrt(self.weight[0].numel()))
        if self.down and kernel == 1:  # what is left out afterwards need not be filtered
            x = filtered(x, self.resample_filter, padding=1, stride=2)
            x = convolved(x, weight)
        elif self.down:
            x = filtered(x, self.resample_filter, padding=(kernel + 1) // 2)
            x = convolved(x, weight, stride=2)
        else:
            x = convolved(x, weight, padding=kernel // 2)
        if self.bias is not None:
            x = F.leaky_relu_(x + (self.bias * self.gain)[:, None, None], SLOPE)
        return clamped(x, self.clamp)


def binomial() -> Tensor:
    """The 4×4 filter that all resampling uses; its sum is 1."""
    taps = torch.tensor(TAPS)
    return torch.outer(taps, taps) / taps.sum().square()


def clamped(x: Tensor, limit: float | None) -> Tensor:
    """Within ± limit, if there is one."""
    return x if limit is None else x.clamp(-limit, limit)
