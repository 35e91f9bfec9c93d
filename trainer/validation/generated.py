"""Judge a generator: how far its pictures are from real ones, and a sheet of them to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.models import stylegan2, stylegan3
from trainer.config import Block, Count
from trainer.data.folders import Pictures
from trainer.data.portrait_pictures import RGB, as_seen
from trainer.data.sample import Pixels8
from trainer.losses.composites import composites
from trainer.metrics.frechet import Gaussian, frechet_distance, gaussian_of
from trainer.networks.segmenter import open_segmenter
from trainer.phase import Validation

Generator: TypeAlias = stylegan2.Generator | stylegan3.Generator
Gaussians: TypeAlias = dict[str, Gaussian]
"""By what of the pictures was looked at."""
LEVELS = 2
"""Of the encoder, the coarsest ones; their means over the picture are the features."""
COLUMNS = 8
LEAST = 128
"""Pixels that a picture on the sheet has at least on a side."""


class Judged(Block):
    """What a generator is judged on.

    Attributes:
        count: pictures that it makes, and as many real ones as there are to compare with, twice.
        features: a segmenter whose encoder looks: a name of the list of weights, or a file.
        side: pixels of a side that the encoder sees.
        batch: pictures at once.
        shown: how many are on the sheet.
        seed: of z, and of which real pictures are taken.
    """

    count: Count = 5000
    features: str = "person_small"
    side: Count = 128
    batch: Count = 32
    shown: Count = 32
    seed: int = 900_000


class GeneratorJudge:
    """Computes figures of the network called `generator`.

    Args:
        settings: what it is judged on.
        pictures: real ones, of the training set.
    """

    def __init__(self, settings: Judged, pictures: Pictures) -> None:
        self._settings, self._pictures = settings, pictures

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """`fd_ours`, the Fréchet distance in features of our own encoder (never to be called FID)
        between `made` pictures and `real` ones; `fd_ours_floor`, that between these and others
        that are real too. With mattes, the same of what they cut out: `fd_ours_cutouts`."""
        generator = networks["generator"]
        if not isinstance(generator, stylegan2.Generator | stylegan3.Generator):
            raise TypeError(type(generator))
        self._encoder.to(generator.mapping.w_avg.device)
        made = self._gaussians(self._made(generator))
        one, other = self._real
        figures: dict[str, float] = {}
        for view in made.keys() & one.keys():
            figures[f"fd_ours{view}"] = frechet_distance(made[view], one[view])
            figures[f"fd_ours_floor{view}"] = frechet_distance(other[view], one[view])
        figures |= {"made": float(made[""].samples), "real": float(one[""].samples)}
        return Validation(figures, "fd_ours", {"sheet": self._sheet(generator)})

    @cached_property
    def _encoder(self) -> nn.Module:
        weights = self._settings.features
        network = open_segmenter(weights, purpose="the Fréchet distance")
        return network.requires_grad_(False).eval()

    @cached_property
    def _real(self) -> tuple[Gaussians, Gaussians]:
        """Of two halves without a picture in common."""
        there, wanted = len(self._pictures), self._settings.count
        count = max(2, min(wanted, there // 2))
        rng = np.random.default_rng(self._settings.seed)
        chosen = rng.choice(there, 2 * count, replace=2 * count > there)
        one, other = (self._gaussians(self._read(part)) for part in np.split(chosen, 2))
        return one, other

    def _read(self, chosen: NDArray[np.int64]) -> Iterator[Tensor]:
        for part in _parts(chosen, self._settings.batch):
            yield torch.stack([as_seen(self._pictures.picture(int(n))) for n in part])

    def _made(self, generator: Generator) -> Iterator[Tensor]:
        drawn = torch.Generator().manual_seed(self._settings.seed)
        for part in _parts(range(max(2, self._settings.count)), self._settings.batch):
            yield _pictures(generator, len(part), drawn)

    def _gaussians(self, pictures: Iterator[Tensor]) -> Gaussians:
        found: dict[str, list[NDArray[np.float32]]] = {}
        for part in pictures:
            for view, seen in _views(part).items():
                found.setdefault(view, []).append(self._features(seen).cpu().numpy())
        return {view: gaussian_of(np.concatenate(parts)) for view, parts in found.items()}

    def _features(self, pictures: Tensor) -> Tensor:
        """N×D of N×3×S×S in [-1, 1]."""
        net = self._encoder
        where = next(net.parameters()).device
        rgb = (pictures.to(where).float() + 1) / 2
        size = (self._settings.side, self._settings.side)
        seen = F.interpolate(rgb, size, mode="bilinear", antialias=True).clamp(0, 1)
        levels: list[Tensor] = net.encoder((seen - net.mean) / net.scale)  # type: ignore[operator]
        return torch.cat([level.float().mean((2, 3)) for level in levels[-LEVELS:]], 1)

    def _sheet(self, generator: Generator) -> Pixels8:
        """Pictures of the same z at every validation."""
        drawn = torch.Generator().manual_seed(self._settings.seed + 1)
        parts = _parts(range(self._settings.shown), self._settings.batch)
        made = [_pictures(generator, len(part), drawn) for part in parts]
        return contact_sheet([cell for one in torch.cat(made) for cell in _cells(one)])


def contact_sheet(pictures: Sequence[Pixels8]) -> Pixels8:
    """Square pictures of one size in rows of eight, enlarged where they are small."""
    larger = max(1, LEAST // pictures[0].shape[0])
    side = pictures[0].shape[0] * larger
    sheet = np.full((-(-len(pictures) // COLUMNS) * side, COLUMNS * side, 3), 128, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = (side * place for place in divmod(number, COLUMNS))
        cell = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
        sheet[top : top + side, left : left + side] = cell
    return sheet


def _pictures(generator: Generator, count: int, drawn: torch.Generator) -> Tensor:
    """Of random z, rounded to what a file would hold, N×C×S×S in [-1, 1] on the CPU."""
    z = torch.randn((count, generator.size.latent), generator=drawn)
    z = z.to(generator.mapping.w_avg.device)
    noise = {"noise": "const"} if isinstance(generator, stylegan2.Generator) else {}
    made = generator(z, **noise).float().cpu()
    return ((made + 1) * 127.5).round().clamp(0, 255) / 127.5 - 1


def _views(pictures: Tensor) -> dict[str, Tensor]:
    """Name to N×3×S×S: the colours, and what a matte cuts out of them before grey."""
    colours = pictures[:, :RGB]
    if pictures.shape[1] == RGB:
        return {"": colours}
    return {"": colours, "_cutouts": composites(pictures, torch.zeros_like(colours))}


def _cells(picture: Tensor) -> Iterator[Pixels8]:
    """The colours, and the matte beside them."""
    pixels = ((picture + 1) * 127.5).round().clamp(0, 255).byte()
    for planes in torch.split(pixels, RGB):
        yield np.ascontiguousarray(planes.expand(RGB, -1, -1).permute(1, 2, 0).numpy())


def _parts(items: Sequence[int] | NDArray[np.int64], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]  # type: ignore[misc]  # an array's slice is a sequence
