"""Score a matting network on a data set."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.types import Alpha, to_float
from engine.models.import_weights import import_weights
from engine.models.loaded import LoadedNetwork, load_found, load_network
from engine.models.spec import ModelKind
from engine.models.weights import find_weights
from trainer.data.sample import Photograph, Photographs
from trainer.evaluation.guidance import GuidanceKind, true_trimap
from trainer.evaluation.scores import Evaluation, Failure, Score, check_finite
from trainer.metrics import measure

SEED = 20210

_IMPORTED = "evaluated"  # a name that is no network's: which one it is, the tensors say


def evaluate_network(
    network: LoadedNetwork,
    photographs: Photographs,
    kind: GuidanceKind,
    *,
    subject: str,
    profile: str = "dim",
    stretch: bool = True,
    long_side: int | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Evaluation:
    """Score what a network answers when it sees each whole picture at once.

    Nothing is done to its answer but rounding to 8 bits, as published numbers have it: what the
    trimap knows is not set. A picture without a trimap gets `true_trimap`.

    Args:
        network: the network.
        photographs: pictures with true mattes.
        kind: of the guidance it is given, unless it takes none.
        subject: what is scored, for people.
        profile: a key of `trainer.metrics.PROFILES`.
        stretch: see `trainer.metrics.measure`.
        long_side: larger pictures and their mattes are scaled down to this; None leaves them.
        limit: at most this many pictures, from the first.
        progress: told how many pictures are done, of how many.
    """
    evaluation = Evaluation(profile, subject)
    count = len(photographs) if limit is None else min(limit, len(photographs))
    for index in range(count):
        try:
            photograph = scaled_down(photographs.photograph(index), long_side)
            rng = np.random.default_rng((SEED, index))
            evaluation.scores.append(_score(network, photograph, kind, rng, profile, stretch))
        except UserError as error:
            evaluation.failures.append(Failure(f"picture {index}", str(error)))
        progress(index + 1, count)
    return evaluation


def open_network(weights: str, *, kind: ModelKind = "matting", compute: Compute) -> LoadedNetwork:
    """A network by the name of its weights, or by a weights file of its own.

    Args:
        weights: a name that `matte models list` shows, or a file: safetensors, or a checkpoint.
        kind: what it must compute.
        compute: where it runs.

    Raises:
        UserError: if there are no such weights or they fit no network of that kind.
    """
    path = Path(weights)
    if path.is_file():
        return _from_file(path, kind, compute)
    return load_network(weights, kind=kind, compute=compute)


def scaled_down(photograph: Photograph, long_side: int | None) -> Photograph:
    """A picture with everything that belongs to it, its long side at most `long_side` pixels."""
    height, width = photograph.alpha.shape
    if long_side is None or max(height, width) <= long_side:
        return photograph
    scale = long_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))

    def picked(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), plane.dtype)

    area = cv2.INTER_AREA
    trimap, detail = photograph.trimap, photograph.detail
    return replace(
        photograph,
        image=np.asarray(cv2.resize(photograph.image, size, interpolation=area), np.uint8),
        alpha=np.asarray(cv2.resize(photograph.alpha, size, interpolation=area), np.float32),
        foreground=None,
        background=None,
        trimap=None if trimap is None else picked(trimap),
        detail=None if detail is None else picked(detail.astype(np.uint8)) > 0,
    )


def in_eight_bits(matte: Alpha) -> Alpha:
    """What is left of a matte that was saved with 8 bits."""
    return np.asarray(np.rint(matte * 255) / np.float32(255), np.float32)


def _score(
    network: LoadedNetwork,
    photograph: Photograph,
    kind: GuidanceKind,
    rng: np.random.Generator,
    profile: str,
    stretch: bool,
) -> Score:
    alpha = photograph.alpha
    trimap = true_trimap(alpha) if photograph.trimap is None else photograph.trimap
    guidance = kind.make(alpha, trimap, rng)
    planes = [np.stack([guidance] * network.planes, axis=-1)] if network.planes else []
    start = time.perf_counter()
    matte = network.run(to_float(photograph.image), *planes)
    seconds = time.perf_counter() - start
    errors = measure(
        in_eight_bits(matte),
        alpha,
        trimap=trimap,
        detail=photograph.detail,
        profile=profile,
        stretch=stretch,
    )
    check_finite(errors)
    return Score(photograph.name, errors, seconds, photograph.family)


def _from_file(path: Path, kind: ModelKind, compute: Compute) -> LoadedNetwork:
    """A network whose weights are imported as `matte models add` does, but kept nowhere."""
    with TemporaryDirectory() as folder:
        import_weights(path, name=_IMPORTED, folder=Path(folder))
        found = find_weights(_IMPORTED, weights=Path(folder))
        return replace(load_found(found, kind=kind, compute=compute), name=path.stem)
