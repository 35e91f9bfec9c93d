from __future__ import annotations

import importlib.resources

import cv2
import numpy as np
import pytest

from engine.imaging.types import Image


def _sample(name: str) -> Image:
    data = importlib.resources.files("resources").joinpath("samples", name).read_bytes()
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return Image(np.ascontiguousarray(bgr[..., ::-1]))


@pytest.fixture(scope="session")
def astronaut() -> Image:
    return _sample("astronaut.png")


@pytest.fixture(scope="session")
def hopper() -> Image:
    return _sample("grace_hopper.jpg")


@pytest.fixture(scope="session")
def disc_image() -> Image:
    """An orange disc of radius 60 around (100, 150) on a blue ground, with some grain."""
    grain = np.random.default_rng(1).normal(0, 4, (200, 300, 3))
    inside = disc_mask((200, 300), (100, 150), 60)[..., None]
    colours = np.where(inside > 0, (220, 130, 40), (40, 80, 160)) + grain
    return Image(np.clip(colours, 0, 255).astype(np.uint8))


def disc_mask(size: tuple[int, int], centre: tuple[int, int], radius: float) -> np.ndarray:
    rows, cols = np.mgrid[: size[0], : size[1]]
    away = np.hypot(rows - centre[0], cols - centre[1])
    return (away <= radius).astype(np.float32)


@pytest.fixture
def disc() -> np.ndarray:
    return disc_mask((200, 300), (100, 150), 60)
