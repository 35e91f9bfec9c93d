"""StyleGAN3's filters against filters as they are defined, and how exactly its pictures move.

    python tests/benchmarks/stylegan3_speed.py --resolution 64 --batch 4 --repeats 5

Lines of JSON: pictures a second, forward and with gradients, medians of one run in which the two
take turns; then EQ-T (and EQ-R) beside a StyleGAN2 of about the same size, both with random
weights. StyleGAN2's constant is moved as waves are, around its border, and its noise is left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models import stylegan2
from engine.models import stylegan3_layers as layers
from engine.models.stylegan3 import SMALL, Generator, R, Size, T
from engine.models.stylegan3_size import LayerSize
from trainer.metrics.equivariance import Draw, drawing, equivariance


class Naive:
    """The filters as they are defined."""

    def __init__(self, row: LayerSize, clamp: float | None) -> None:
        self.row, self.clamp = row, clamp

    def of(self, up: Tensor, down: Tensor, *, like: Tensor) -> tuple[Naive, Tensor, Tensor]:
        return self, up, down


def naive(x: Tensor, how: tuple[Naive, Tensor, Tensor]) -> Tensor:
    """Zeros, pad, filter, bend, filter, leave out."""
    layer, up, down = how
    row, planes = layer.row, x.shape[1]
    first, last = row.padding
    raised = x.new_zeros(*x.shape[:2], x.shape[2] * row.up, x.shape[3] * row.up)
    raised[:, :, :: row.up, :: row.up] = x
    raised = F.pad(raised, [first, last, first, last])
    bent = F.leaky_relu(_convolved(raised, up * row.up, planes), 0.2) * 2**0.5
    if layer.clamp is not None:
        bent = bent.clamp(-layer.clamp, layer.clamp)
    return _convolved(bent, down, planes)[:, :, :: row.down, :: row.down]


def _convolved(x: Tensor, taps: Tensor, planes: int) -> Tensor:
    if taps.ndim == 2:
        return F.conv2d(x, taps.flip(0, 1).expand(planes, 1, -1, -1), groups=planes)
    kernel = taps.flip(0).expand(planes, 1, 1, -1)
    return F.conv2d(F.conv2d(x, kernel, groups=planes), kernel.transpose(2, 3), groups=planes)


@contextmanager
def naive_filters(network: Generator) -> Iterator[None]:
    """The network with the filters of above."""
    made = [one for one in network.modules() if isinstance(one, layers.Layer)]
    before, fast = [one.matrices for one in made], layers.filtered
    for one in made:
        one.matrices = Naive(one.row, one.clamp)
    layers.filtered = naive
    try:
        yield
    finally:
        layers.filtered = fast
        for one, matrices in zip(made, before, strict=True):
            one.matrices = matrices


def speeds(network: Generator, z: Tensor, repeats: int) -> Iterator[dict[str, object]]:
    """Pictures a second of both, in turns, and how far their pictures are apart."""
    draws = {"fast": lambda: network(z), "naive": lambda: _naively(network, z)}
    with torch.no_grad():
        apart = (draws["fast"]() - draws["naive"]()).abs().max().item()
    for what, step in {"forward": _forward, "forward and backward": _backward}.items():
        taken = [
            {name: _seconds(step, draw, z.device) for name, draw in draws.items()}
            for _ in range(repeats + 1)
        ]
        medians = {name: statistics.median(one[name] for one in taken[1:]) for name in draws}
        yield {
            "what": what,
            "pictures_a_second": {name: len(z) / each for name, each in medians.items()},
            "times": medians["naive"] / medians["fast"],
            "apart": apart,
        }


def _naively(network: Generator, z: Tensor) -> Tensor:
    with naive_filters(network):
        return network(z)


def _forward(draw: Callable[[], Tensor]) -> None:
    with torch.no_grad():
        draw()


def _backward(draw: Callable[[], Tensor]) -> None:
    draw().square().mean().backward()


def _seconds(
    step: Callable[[Callable[[], Tensor]], None], draw: Callable[[], Tensor], device: torch.device
) -> float:
    begin = time.perf_counter()
    step(draw)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def moving(network: stylegan2.Generator) -> Draw:
    """How a StyleGAN2 draws when its constant is moved as the sum of waves that it is."""

    @torch.no_grad()
    def draw(z: Tensor, translation: tuple[float, float], degrees: float) -> Tensor:
        if degrees:
            raise SystemExit("a constant of 4×4 pixels cannot be turned")
        const = network.synthesis.b4.const
        before = const.clone()
        rows, cols = (torch.fft.fftfreq(4, 1 / 4, device=const.device) for _ in range(2))
        turns = rows[:, None] * translation[0] + cols * translation[1]
        waves = torch.fft.fft2(before) * torch.exp(-2j * torch.pi * turns)
        const.copy_(torch.fft.ifft2(waves).real)
        pictures = network(z.to(const.device), noise="none")
        const.copy_(before)
        return pictures

    return draw


def equivariances(size: Size, device: str, pictures: int) -> Iterator[dict[str, object]]:
    """T and R of these numbers, and a StyleGAN2 of about as many parameters."""
    torch.manual_seed(1)
    turning = _turning(size)
    older = stylegan2.Size(
        size.resolution, size.colours, size.base, size.most, size.latent, size.style, size.depth
    )
    networks = {
        "StyleGAN3-T": (Generator(size), drawing, ("EQ-T", "EQ-T frac", "EQ-R")),
        "StyleGAN3-R": (Generator(turning), drawing, ("EQ-T", "EQ-T frac", "EQ-R")),
        "StyleGAN2": (stylegan2.Generator(older), moving, ("EQ-T", "EQ-T frac")),
    }
    for name, (network, manner, kinds) in networks.items():
        network = network.to(device).eval()
        draw = manner(network)
        for kind in kinds:
            made = torch.Generator().manual_seed(3)
            found = equivariance(draw, kind, latent=size.latent, pictures=pictures, generator=made)
            yield {
                "network": name,
                "parameters": sum(one.numel() for one in network.parameters()),
                "what": kind,
                "decibels": round(found.decibels, 2),
                "of_contrast": round(found.of_contrast, 2),
            }


def _turning(size: Size) -> Size:
    """R's changes to T."""
    return replace(size, kernel=1, radial=True, base=2 * size.base, most=2 * size.most)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--published", action="store_true", help="T's and R's own channels")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=32, help="for EQ-T and EQ-R; 0 is none")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    small = replace(SMALL, resolution=options.resolution)
    sizes = {"T": small, "R": _turning(small)}
    if options.published:
        sizes = {"T": T(options.resolution, 4), "R": R(options.resolution, 4)}
    said = {"device": options.device, "threads": torch.get_num_threads(), "batch": options.batch}
    for name, size in sizes.items():
        torch.manual_seed(0)
        network = Generator(size).to(options.device)
        z = torch.randn(options.batch, size.latent).to(options.device)
        for row in speeds(network, z, options.repeats):
            print(json.dumps({"network": name, "resolution": size.resolution, **said, **row}))
    if options.pictures:
        for row in equivariances(sizes["T"], options.device, options.pictures):
            print(json.dumps({"resolution": options.resolution, **row}))


if __name__ == "__main__":
    main()
