"""Layers of StyleGAN3, with the names of the official weights.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021). Everything can be differentiated
twice.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.models.stylegan2_convolution import convolved
from engine.models.stylegan2_layers import TINY, Linear, clamped
from engine.models.stylegan3_filtering import filtered
from engine.models.stylegan3_filters import low_pass, radial_low_pass
from engine.models.stylegan3_matrices import Matrices
from engine.models.stylegan3_size import FIRST_CUTOFF, LayerSize, Size

HALF_LIFE = 20_000
"""Pictures after which the running mean of magnitudes is half as much older ones'."""


class FourierInput(nn.Module):
    """Waves over a plane that w turns and moves (section 3.2 and appendix F).

    Attributes:
        transform: 3×3, from places in the picture to places in the plane, in (column, row, 1) with
            the picture's side as unit and its middle as origin: the inverse of how what is drawn
            moves, see `placed`.

    Args:
        size: the generator's.
    """

    transform: Tensor
    freqs: Tensor
    phases: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.side, self.rate = size.first_side, size.first_rate
        channels = size.first_channels
        drawn = torch.randn(channels, 2)
        square = drawn.square().sum(1, keepdim=True)
        spread = (square / 4).exp() * square.sqrt()  # fills the disc up to the cutoff evenly
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.affine = Linear(size.style, 4)
        with torch.no_grad():
            self.affine.weight.zero_()
            self.affine.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", FIRST_CUTOFF * drawn / spread)
        self.register_buffer("phases", torch.rand(channels) - 0.5)

    def forward(self, w: Tensor) -> Tensor:
        """From N×style to N×channels×side×side, channels last."""
        moved = self._placed_by(w) @ self.transform
        freqs = self.freqs @ moved[:, :2, :2]  # N×channels×2
        phases = self.phases[:, None] + self.freqs @ moved[:, :2, 2:]
        waves = torch.sin(2 * math.pi * (freqs @ self._places() + phases))  # N×channels×(side²)
        waves = waves * self._strengths(freqs)
        mix = self.weight / math.sqrt(len(self.weight))
        x = waves.transpose(1, 2) @ mix.t()
        return x.view(len(w), self.side, self.side, -1).permute(0, 3, 1, 2)

    def _placed_by(self, w: Tensor) -> Tensor:
        """How w turns and moves the plane: N×3×3."""
        turned = self.affine(w)
        cos, sin, right, down = (turned / turned[:, :2].norm(dim=1, keepdim=True)).unbind(1)
        zero, one = torch.zeros_like(cos), torch.ones_like(cos)
        turn = [cos, -sin, zero, sin, cos, zero, zero, zero, one]
        move = [one, zero, -right, zero, one, -down, zero, zero, one]
        turning, moving = (torch.stack(each, 1).view(-1, 3, 3) for each in (turn, move))
        return turning @ moving

    def _places(self) -> Tensor:
        """Column and row of each pixel's middle: 2×(side²)."""
        steps = torch.arange(self.side, device=self.freqs.device, dtype=self.freqs.dtype)
        along = (steps + 0.5 - self.side / 2) / self.rate
        return torch.stack([along.repeat(self.side), along.repeat_interleave(self.side)])

    def _strengths(self, freqs: Tensor) -> Tensor:
        """Waves that were turned beyond the cutoff fade out up to half the rate: N×channels×1."""
        beyond = freqs.norm(dim=2, keepdim=True) - FIRST_CUTOFF
        return (1 - beyond / (self.rate / 2 - FIRST_CUTOFF)).clamp(0, 1)


class Layer(nn.Module):
    """A modulated convolution and its filtered non-linearity; at the last, the colours alone.

    Args:
        row: its numbers.
        style: length of w.
        clamp: what is bent is kept within ± this.
    """

    magnitude_ema: Tensor
    up_filter: Tensor | None
    down_filter: Tensor | None

    def __init__(self, row: LayerSize, *, style: int, clamp: float | None) -> None:
        super().__init__()
        self.row, self.clamp = row, clamp
        self.affine = Linear(style, row.inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(row.outputs, row.inputs, row.kernel, row.kernel))
        self.bias = nn.Parameter(torch.zeros(row.outputs))
        self.register_buffer("magnitude_ema", torch.ones(()))
        up, down = (None, None) if row.last else _filters(row)
        self.register_buffer("up_filter", up)
        self.register_buffer("down_filter", down)
        self.matrices = Matrices(row, clamp=clamp)

    def forward(self, x: Tensor, w: Tensor, *, track: bool = False) -> Tensor:
        """From N×inputs×h×h to N×outputs×r×r, channels last.

        Args:
            x: features.
            w: N×style.
            track: whether the running mean of magnitudes takes these features in first.
        """
        if track:
            self._track(x)
        weight, before, after = self._modulated(w)
        x = convolved(x * before[:, :, None, None], weight, padding=self.row.kernel - 1)
        x = torch.addcmul(self.bias[:, None, None], x, after[:, :, None, None])
        if self.up_filter is None or self.down_filter is None:
            return clamped(x, self.clamp)
        return filtered(x, self.matrices.of(self.up_filter, self.down_filter, like=x))

    def _modulated(self, w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The kernel, and what scales each plane before and after: N×inputs, N×outputs (eq. 2 of
        StyleGAN2; magnitudes are taken out first, so that half precision holds them)."""
        style, gain = self.affine(w), self.magnitude_ema.rsqrt()
        if self.row.last:
            scale = gain / math.sqrt(self.weight[0].numel())
            return self.weight, style * scale, torch.ones_like(self.bias).expand(len(w), -1)
        weight = self.weight * self.weight.square().mean((1, 2, 3), keepdim=True).rsqrt()
        style = style * style.square().mean().rsqrt()
        power = style.square() @ weight.square().sum((2, 3)).t()
        return weight, style, gain * (power + TINY).rsqrt()

    @torch.no_grad()
    def _track(self, x: Tensor) -> None:
        """Move the mean towards that of these features' squares."""
        beta = 0.5 ** (len(x) / HALF_LIFE)
        now = x.float().square().mean()
        self.magnitude_ema.copy_(now.lerp(self.magnitude_ema, beta))


def placed(*, translation: tuple[float, float] = (0.0, 0.0), degrees: float = 0.0) -> Tensor:
    """What `FourierInput.transform` is to be for a picture that is turned, then moved.

    Args:
        translation: rows down and columns right, the picture's side is 1.
        degrees: counterclockwise, around the middle.

    Returns:
        3×3, float32.
    """
    down, right = translation
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    drawn = torch.tensor([[cos, sin, right], [-sin, cos, down], [0, 0, 1]], dtype=torch.float64)
    return torch.linalg.inv(drawn).float()


def _filters(row: LayerSize) -> tuple[Tensor, Tensor]:
    """Up and down, as the layer's numbers ask for."""
    rate, (before, after), (half, half_after) = float(row.between), row.cutoffs, row.halves
    falling = radial_low_pass if row.radial else low_pass
    up = low_pass(row.taps[0], cutoff=before, half_width=half, rate=rate)
    down = falling(row.taps[1], cutoff=after, half_width=half_after, rate=rate)
    return torch.tensor(up, dtype=torch.float32), torch.tensor(down, dtype=torch.float32)
