"""The numbers that a StyleGAN3 generator is built from, and how they are read off its weights.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021), section 3.2 and appendix D:
cutoff and stopband frequencies grow geometrically from layer to layer, and all else follows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

from engine.errors import UserError
from engine.models.stylegan2_size import Shapes

FIRST_CUTOFF = 2.0
"""Highest frequency of the first layer, cycles per picture, like the next two."""
FIRST_STOPBAND = 2**2.1
"""From where on the first layer has nothing."""
LAST_STOPBAND = 2**0.3
"""The last stopband, as a multiple of the last cutoff."""
TAPS = 6
"""Of a filter, for each factor by which it resamples."""
OVERSAMPLING = 2
"""Of the rate at which a layer bends its signal, over the higher of those before and after."""
SMALLEST = 16
"""The first sampling rate."""
_NAME = re.compile(r"synthesis\.L(\d+)_(\d+)_(\d+)\.weight")
_MOST_BASE = 1 << 20


@dataclass(frozen=True)
class LayerSize:
    """A row of the layer table.

    Attributes:
        name: such as "L0_36_512".
        inputs: channels in.
        outputs: channels out.
        sizes: sides of what comes and goes, pixels.
        rates: samples per picture's side before and after.
        between: the rate at which the signal is bent.
        cutoffs: cycles per picture, before and after.
        halves: half widths of the transition bands, before and after, the same unit.
        up: from the rate before to that between.
        down: from there to the rate after.
        taps: of the filters up and down; 1 is no filter.
        kernel: side of the convolution's, pixels.
        radial: whether the filter down is the same in all directions.
        critical: whether the cutoff is half the rate.
        last: whether this makes the colours.
    """

    name: str
    inputs: int
    outputs: int
    sizes: tuple[int, int]
    rates: tuple[int, int]
    between: int
    cutoffs: tuple[float, float]
    halves: tuple[float, float]
    up: int
    down: int
    taps: tuple[int, int]
    kernel: int
    radial: bool
    critical: bool
    last: bool

    @property
    def padding(self) -> tuple[int, int]:
        """Zeros before and after each row and column at the rate between; negative cuts."""
        before = (self.sizes[0] + self.kernel - 1) * self.up
        needed = (self.sizes[1] - 1) * self.down + 1 + sum(self.taps) - 2
        first = (needed - before + self.up) // 2
        return first, needed - before - first


@dataclass(frozen=True)
class Size:
    """A generator's numbers; the defaults are those of configuration T at 1024.

    Attributes:
        resolution: side of the picture in pixels, a power of two from 16.
        colours: planes of the picture: 3, or 4 with a matte.
        latent: length of z.
        style: length of w.
        depth: layers of the mapping network.
        base: a layer has `base / 2 / cutoff` channels, rounded to even, at most `most`.
        most: channels of the first layers.
        layers: of the synthesis, without the one that makes the colours.
        critical: how many of the last have their cutoff at half the rate.
        kernel: side of the convolutions' kernels, pixels.
        radial: whether the layers that are not critical filter alike in all directions.
        margin: pixels that layers have beyond each border of the picture.
        clamp: activations are kept within ± this; None leaves them alone.
    """

    resolution: int = 1024
    colours: int = 3
    latent: int = 512
    style: int = 512
    depth: int = 2
    base: int = 32768
    most: int = 512
    layers: int = 14
    critical: int = 2
    kernel: int = 3
    radial: bool = False
    margin: int = 10
    clamp: float | None = 256.0

    def __post_init__(self) -> None:
        side = self.resolution
        if side < SMALLEST or side & (side - 1):
            raise UserError(f"A resolution of {side} is not possible: a power of two from 16 is.")
        numbers = self.colours, self.latent, self.style, self.depth, self.most, self.critical
        fits = self.base >= side and self.layers > self.critical and self.margin >= 0
        if min(numbers) < 1 or not fits or self.kernel % 2 == 0:
            raise UserError(f"A StyleGAN3 network cannot have a size of {self}.")

    @property
    def num_ws(self) -> int:
        """How many w steer the generator: one for the input, one for each layer."""
        return self.layers + 2

    @cached_property
    def rows(self) -> tuple[LayerSize, ...]:
        """The layers, first to last."""
        return tuple(self._row(index) for index in range(self.layers + 1))

    @property
    def first_rate(self) -> int:
        """Sampling rate of the input."""
        return self._rate(0)

    @property
    def first_side(self) -> int:
        """Side of the input, pixels."""
        return self._side(0)

    @property
    def first_channels(self) -> int:
        """Channels of the input."""
        return self._channels(0)

    def _row(self, index: int) -> LayerSize:
        before, last = max(index - 1, 0), index == self.layers
        rates = self._rate(before), self._rate(index)
        between = max(rates) * (1 if last else OVERSAMPLING)
        up, down = between // rates[0], between // rates[1]
        critical = index >= self.layers - self.critical
        outputs = self.colours if last else self._channels(index)
        return LayerSize(
            name=f"L{index}_{self._side(index)}_{outputs}",
            inputs=self._channels(before),
            outputs=outputs,
            sizes=(self._side(before), self._side(index)),
            rates=rates,
            between=between,
            cutoffs=(self._cutoff(before), self._cutoff(index)),
            halves=(self._half(before), self._half(index)),
            up=up,
            down=down,
            taps=(_taps(up, last), _taps(down, last)),
            kernel=1 if last else self.kernel,
            radial=self.radial and not critical,
            critical=critical,
            last=last,
        )

    def _share(self, index: int) -> float:
        """Of the way from the first frequencies to the last."""
        return min(index / (self.layers - self.critical), 1.0)

    def _cutoff(self, index: int) -> float:
        last = self.resolution / 2
        return float(FIRST_CUTOFF * (last / FIRST_CUTOFF) ** self._share(index))

    def _stopband(self, index: int) -> float:
        last = self.resolution / 2 * LAST_STOPBAND
        return float(FIRST_STOPBAND * (last / FIRST_STOPBAND) ** self._share(index))

    def _rate(self, index: int) -> int:
        wanted = min(2 * self._stopband(index), self.resolution)
        return 1 << math.ceil(math.log2(wanted))

    def _half(self, index: int) -> float:
        return max(self._stopband(index), self._rate(index) / 2) - self._cutoff(index)

    def _side(self, index: int) -> int:
        """The last two layers have the picture's own."""
        borderless = index >= self.layers - 1
        return self.resolution if borderless else self._rate(index) + 2 * self.margin

    def _channels(self, index: int) -> int:
        return round(min(self.base / 2 / self._cutoff(index), self.most))


def T(resolution: int = 1024, colours: int = 3) -> Size:
    """Configuration T: follows translations."""
    return Size(resolution, colours, base=_base(resolution))


def R(resolution: int = 1024, colours: int = 3) -> Size:
    """Configuration R: follows rotations as well."""
    base = 2 * _base(resolution)
    return Size(resolution, colours, base=base, most=1024, kernel=1, radial=True)


def generator_size(shapes: Shapes) -> Size:
    """The size of the generator that some weights belong to.

    The clamp is not in the weights and keeps its default; base is any that gives these channels.

    Args:
        shapes: name to shape of each tensor.

    Raises:
        UserError: if they are no such generator's.
    """
    named = _named(shapes)
    if "mapping.embed.weight" in shapes:
        raise UserError(
            "These weights are of a network that is told a class; only those without are known."
        )
    try:
        size, widths = _seen(shapes, named)
    except (LookupError, ValueError) as error:
        raise UserError("These are no weights of a StyleGAN3 generator.") from error
    for candidate in _candidates(size, widths):
        if [f"synthesis.{row.name}" for row in candidate.rows] == list(named):
            return candidate
    raise UserError(f"No StyleGAN3 network has layers of {', '.join(named)}.")


def _named(shapes: Shapes) -> dict[str, tuple[int, int]]:
    """Names of the layers in their order, with the side and the channels that each says."""
    found = (match for match in map(_NAME.fullmatch, shapes) if match)
    numbers = sorted((int(one[1]), int(one[2]), int(one[3])) for one in found)
    return {f"synthesis.L{i}_{side}_{out}": (side, out) for i, side, out in numbers}


def _seen(shapes: Shapes, named: Mapping[str, tuple[int, int]]) -> tuple[Size, list[int]]:
    """What shapes tell at once, and the channels of each layer but the last."""
    names, (first, *_, last) = list(named), named.values()
    style, latent = shapes["mapping.fc0.weight"]
    inputs = [shapes[f"{name}.weight"][1] for name in names]
    size = Size(
        resolution=last[0],
        colours=last[1],
        latent=latent,
        style=style,
        depth=next(i for i in count() if f"mapping.fc{i}.weight" not in shapes),
        base=_MOST_BASE,
        most=inputs[0],
        layers=len(names) - 1,
        critical=1,
        kernel=shapes[f"{names[0]}.weight"][2],
        radial=len(shapes[f"{names[0]}.down_filter"]) == 2,
        margin=max(0, (first[0] - SMALLEST) // 2),
    )
    return size, inputs[1:]


def _candidates(size: Size, widths: Sequence[int]) -> Iterator[Size]:
    """Sizes with these channels, the usual number of critical layers first."""
    for critical in sorted(range(1, size.layers), key=lambda number: abs(number - 2)):
        other = replace(size, critical=critical)
        cutoffs = [row.cutoffs[1] for row in other.rows]
        least = max(2 * cutoffs[i] * (width - 0.5) for i, width in enumerate(widths))
        most = [2 * cutoffs[i] * (w + 0.5) for i, w in enumerate(widths) if w < size.most]
        if least <= min(most, default=2 * least):
            yield replace(other, base=_roundest(least, min(most, default=2 * least)))


def _roundest(least: float, most: float) -> int:
    """The number within these that the highest power of two divides, else the next above."""
    steps = (1 << power for power in reversed(range(_MOST_BASE.bit_length())))
    found = (math.ceil(least / step) * step for step in steps)
    return next((one for one in found if one <= most), math.ceil(least))


def _base(resolution: int) -> int:
    """As the published networks have it."""
    return 32768 if resolution >= 512 else 16384


def _taps(factor: int, last: bool) -> int:
    return 1 if last or factor == 1 else TAPS * factor
