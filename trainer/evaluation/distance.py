"""How far pictures are from real ones: the Fréchet distance of what a network sees in them.

With Inception, whose weights people bring, it is FID (Heusel et al., 2017); in features of our own
segmenter's encoder it is `FD-ours`, which can't be compared with an FID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.device import Compute, choose_device
from engine.errors import UserError
from trainer.data.folders import Files, PhotographFiles, PictureFiles, Pictures
from trainer.metrics.frechet import Gaussian, frechet_distance, gaussian_of
from trainer.metrics.inception import open_inception
from trainer.networks.segmenter import open_segmenter
from trainer.validation.generated import LEVELS

ENOUGH = 5000
"""Pictures of each kind from which a distance may be compared with another."""
BATCH = 32
Told = Callable[[int, int], None]


class Eye(Protocol):
    """A network that looks at pictures.

    Attributes:
        distance: what the Fréchet distance in its features is called.
    """

    @property
    def distance(self) -> str: ...

    def features(self, pictures: Tensor) -> Tensor:
        """N×D of N×3×H×W uint8."""


class InceptionEye:
    """Inception with the published weights.

    Args:
        path: of the weights.
        compute: where it runs.

    Raises:
        UserError: if these are others.
    """

    distance = "FID"

    def __init__(self, path: Path, *, compute: Compute) -> None:
        self._network = _placed(open_inception(path), compute)

    def features(self, pictures: Tensor) -> Tensor:
        """See `Eye.features`."""
        found: Tensor = self._network(pictures.to(_where(self._network)))
        return found


class SegmenterEye:
    """The means over a picture of what the coarsest levels of a segmenter's encoder see.

    Args:
        weights: a name of the list of weights, or a file.
        side: pixels of a side that it sees.
        compute: where it runs.

    Raises:
        UserError: if these are no segmenter's weights.
    """

    distance = "FD-ours"

    def __init__(self, weights: str, *, side: int = 128, compute: Compute) -> None:
        self._network = _placed(open_segmenter(weights, purpose="the Fréchet distance"), compute)
        self._side = side

    def features(self, pictures: Tensor) -> Tensor:
        """See `Eye.features`."""
        net = self._network
        rgb = pictures.to(_where(net)).float() / 255
        size = (self._side, self._side)
        seen = F.interpolate(rgb, size, mode="bilinear", antialias=True).clamp(0, 1)
        levels: list[Tensor] = net.encoder((seen - net.mean) / net.scale)  # type: ignore[operator]
        return torch.cat([level.mean((2, 3)) for level in levels[-LEVELS:]], 1)


@dataclass(frozen=True)
class Distance:
    """How far made pictures are from real ones.

    Attributes:
        name: "FID" or "FD-ours".
        value: between the made ones and one half of the real ones.
        floor: between the two halves of the real ones: what perfect pictures would have.
        to_all: between the made ones and all real ones, as published numbers have it.
        made: how many were made.
        real: how many are in each half.
    """

    name: str
    value: float
    floor: float
    to_all: float
    made: int
    real: int

    @property
    def few(self) -> bool:
        """Whether there are too few pictures for a comparison with other numbers."""
        return min(self.made, self.real) < ENOUGH

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "few": self.few}


def distance(
    made: Pictures,
    real: Pictures,
    eye: Eye,
    *,
    count: int = ENOUGH,
    seed: int = 0,
    told: Told = lambda done, wanted: None,
) -> Distance:
    """Compare pictures of one size.

    Args:
        made: each S×S×3 uint8.
        real: as `made`; two halves are drawn, without a picture in common.
        eye: looks at them.
        count: made pictures, and real ones in each half; fewer if there are not so many.
        seed: of which pictures are drawn.
        told: called with how many pictures were looked at, of how many.

    Raises:
        UserError: if there are fewer than two made or four real ones.
    """
    if len(made) < 2 or len(real) < 4:
        raise UserError(f"{len(made)} made and {len(real)} real pictures are too few to compare.")
    rng = np.random.default_rng(seed)
    half = min(count, len(real) // 2)
    chosen = rng.choice(len(made), min(count, len(made)), replace=False)
    halves = np.split(rng.choice(len(real), 2 * half, replace=False), 2)
    wanted = len(chosen) + 2 * half
    ours = _looked(eye, made, chosen, lambda done: told(done, wanted))
    one = _looked(eye, real, halves[0], lambda done: told(len(chosen) + done, wanted))
    other = _looked(eye, real, halves[1], lambda done: told(len(chosen) + half + done, wanted))
    seen = gaussian_of(one)
    return Distance(
        eye.distance,
        value=_between(ours, seen),
        floor=_between(other, seen),
        to_all=_between(ours, gaussian_of(np.concatenate([one, other]))),
        made=len(chosen),
        real=half,
    )


def colours_of(photographs: PhotographFiles) -> PictureFiles:
    """Photographs without their mattes."""
    files = [
        (entry, entry.paths.get("image") or entry.paths["cutout"]) for entry in photographs.files
    ]
    return PictureFiles([Files(entry.name, {"image": path}) for entry, path in files])


def _between(features: NDArray[np.float32], seen: Gaussian) -> float:
    return frechet_distance(gaussian_of(features), seen)


def _looked(
    eye: Eye, pictures: Pictures, chosen: NDArray[np.int64], told: Callable[[int], None]
) -> NDArray[np.float32]:
    """Features of some pictures, N×D."""
    found = []
    for part in _batches(chosen):
        batch = np.stack([pictures.picture(int(number)) for number in part])
        with torch.inference_mode():
            seen = eye.features(torch.from_numpy(batch).permute(0, 3, 1, 2))
        found.append(seen.float().cpu().numpy())
        told(sum(map(len, found)))
    return np.concatenate(found)


def _batches(chosen: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(chosen), BATCH):
        yield chosen[start : start + BATCH]


def _placed(network: nn.Module, compute: Compute) -> nn.Module:
    return network.requires_grad_(False).eval().to(choose_device(compute.device).name)


def _where(network: nn.Module) -> torch.device:
    return next(network.parameters()).device
