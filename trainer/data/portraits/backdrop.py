"""Backgrounds for portraits: studio paper, walls, things out of focus."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.texture import lattice, turbulence
from trainer.data.sample import Pixels8, Split

Grid = tuple[Plane, Plane]
"""x and y of every pixel, H×W each; the frame's short side is 1."""
DETAIL = 256
"""Short side in pixels that soft backgrounds are drawn at before they are enlarged."""


def backdrop(rng: np.random.Generator, size: tuple[int, int], split: Split) -> Pixels8:
    """A background without a person, from the split's families."""
    names = [name for name, (belongs, _) in BACKDROPS.items() if belongs == split]
    return draw_backdrop(str(rng.choice(names)), rng, size)


def draw_backdrop(name: str, rng: np.random.Generator, size: tuple[int, int]) -> Pixels8:
    """A background of one family; the same scene for the same generator at any size."""
    factor = min(1.0, DETAIL / min(size))
    rows, cols = (max(2, round(side * factor)) for side in size)
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32) + np.float32(0.5)
    colours = BACKDROPS[name][1](rng, (x / min(rows, cols), y / min(rows, cols)))
    full = cv2.resize(colours, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.round(255.0 * full.clip(0.0, 1.0)).astype(np.uint8)


def _studio(rng: np.random.Generator, grid: Grid) -> Plane:
    x, y = grid
    tone = _tone(rng, 0.15, 0.85)
    away = np.hypot(x - rng.uniform(0.2, 0.8), (y - rng.uniform(0.1, 0.7)) * rng.uniform(0.6, 1.0))
    glow = np.exp(-np.square(away / rng.uniform(0.4, 1.1)))
    return np.asarray(tone * (0.6 + 0.6 * rng.uniform(0.3, 1.0) * glow[..., None]), np.float32)


def _wall(rng: np.random.Generator, grid: Grid) -> Plane:
    x, y = grid
    values = lattice(rng)
    tone = _tone(rng, 0.3, 0.85)
    rough = 0.07 * turbulence(values, 30 * x, 30 * y, 3) + 0.08 * turbulence(
        values, 2 * x, 2 * y, 2
    )
    slope = rng.uniform(-0.35, 0.35) * (x - 0.5) + rng.uniform(-0.2, 0.2) * (y - 0.5)
    joints = np.zeros_like(x)
    if rng.random() < 0.5:
        gap = rng.uniform(0.12, 0.5)
        joints = np.exp(-np.square((np.mod(x + rng.random(), gap) - gap / 2) / 0.008))
    return np.asarray(tone * (1.0 + rough + slope - 0.3 * joints)[..., None], np.float32)


def _lights(rng: np.random.Generator, grid: Grid) -> Plane:
    """A dim room with lamps out of focus."""
    x, y = grid
    picture = _tone(rng, 0.05, 0.3) * (1.2 - 0.5 * y[..., None])
    for _ in range(int(rng.integers(8, 40))):
        radius = rng.uniform(0.015, 0.09)
        away = np.hypot(x - rng.uniform(-0.1, 1.3), y - rng.uniform(-0.1, 0.9)) / radius
        disc = np.clip((1.0 - away) * 6.0, 0.0, 1.0) * (0.75 + 0.25 * away.clip(0, 1) ** 4)
        picture = picture + (disc * rng.uniform(0.1, 0.7))[..., None] * _tone(
            rng, 0.4, 1.0, vivid=0.9
        )
    return np.asarray(picture, np.float32)


def _room(rng: np.random.Generator, grid: Grid) -> Plane:
    """Furniture, shelves and windows as blurred blocks."""
    x, y = grid
    picture = np.broadcast_to(_tone(rng, 0.3, 0.8), (*x.shape, 3)).astype(np.float32)
    for _ in range(int(rng.integers(6, 22))):
        cx, cy = rng.uniform(-0.1, 1.4), rng.uniform(0.0, 1.3)
        wide, tall = rng.uniform(0.03, 0.4), rng.uniform(0.05, 0.6)
        soft = rng.uniform(0.01, 0.04)
        inside = np.clip((wide / 2 - np.abs(x - cx)) / soft, 0, 1)
        inside = inside * np.clip((tall / 2 - np.abs(y - cy)) / soft, 0, 1)
        picture = picture + (_tone(rng, 0.1, 0.9) - picture) * inside[..., None]
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.01, 0.04) * min(x.shape))


def _garden(rng: np.random.Generator, grid: Grid) -> Plane:
    """Foliage and sky, far out of focus."""
    x, y = grid
    values = lattice(rng)
    scale = rng.uniform(3.0, 8.0)
    clump = 0.5 + 0.5 * turbulence(values, scale * x, scale * y, 3)
    green = np.array([rng.uniform(0.12, 0.35), rng.uniform(0.3, 0.5), rng.uniform(0.08, 0.22)])
    sun = np.array([0.75, 0.82, rng.uniform(0.4, 0.7)])
    leaves = (
        green * (0.4 + clump[..., None])
        + (sun - green) * np.clip(2.2 * clump - 1.5, 0, 1)[..., None]
    )
    sky = np.array([0.72, 0.83, 0.95]) * (1.05 - 0.2 * y[..., None])
    line = rng.uniform(-0.2, 0.5) + 0.3 * (clump - 0.5)
    return np.asarray(
        sky + (leaves - sky) * np.clip((y - line) / 0.12, 0, 1)[..., None], np.float32
    )


def _street(rng: np.random.Generator, grid: Grid) -> Plane:
    """Upright façades that run towards a bright end."""
    x, y = grid
    values = lattice(rng)
    end = rng.uniform(0.2, 0.8)
    deep = np.clip(np.abs(x - end) / 0.8, 0.0, 1.0)[..., None]
    stone = _tone(rng, 0.25, 0.6) * (1.0 + 0.35 * turbulence(values, 9 * x, 3 * y, 2))[..., None]
    far = np.array([0.86, 0.88, 0.92])
    picture = far + (stone - far) * np.clip(1.6 * deep + 0.25 * y[..., None], 0.0, 1.0)
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.015 * min(x.shape))


def _tone(rng: np.random.Generator, low: float, high: float, *, vivid: float = 0.35) -> Plane:
    """One colour: a lightness, a hue, and up to `vivid` of saturation."""
    hue = 0.5 + 0.5 * np.cos(2 * np.pi * (rng.random() + np.arange(3) / 3))
    share = rng.uniform(0.0, vivid)
    return np.asarray(rng.uniform(low, high) * (1.0 - share + share * hue), np.float32)


BACKDROPS: dict[str, tuple[Split, Callable[[np.random.Generator, Grid], Plane]]] = {
    "studio": ("train", _studio),
    "wall": ("train", _wall),
    "lights": ("train", _lights),
    "room": ("train", _room),
    "garden": ("validation", _garden),
    "street": ("validation", _street),
}
"""Name, the split that it belongs to, and what draws it."""
