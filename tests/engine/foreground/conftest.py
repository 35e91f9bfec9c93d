from __future__ import annotations

import importlib.resources
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from engine.imaging.types import Alpha, Image, Rgb


@pytest.fixture(scope="session")
def photograph() -> Image:
    data = importlib.resources.files("resources").joinpath("samples/astronaut.png").read_bytes()
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return Image(np.ascontiguousarray(bgr[..., ::-1]))


@pytest.fixture(scope="session")
def soft_disc() -> Callable[..., Alpha]:
    """A disc in the middle whose edge falls from 1 to 0 over 2·softness pixels."""

    def make(size: tuple[int, int], radius: float, softness: float) -> Alpha:
        rows, cols = np.mgrid[: size[0], : size[1]]
        away = np.hypot(rows - size[0] / 2, cols - size[1] / 2)
        return np.clip((radius - away) / (2 * softness) + 0.5, 0, 1).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def smooth_colours() -> Callable[..., Rgb]:
    """Slowly varying colours in [0, 1], H×W×3."""

    def make(size: tuple[int, int], seed: int) -> Rgb:
        noise = np.random.default_rng(seed).random((6, 6, 3), dtype=np.float32)
        wide = cv2.resize(noise, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
        return np.clip(wide, 0, 1)

    return make
