"""Made pictures without a subject, as they are behind subjects: mostly out of focus."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trainer.data.made import paint
from trainer.data.made.colours import LEAF, near, one_of, vivid
from trainer.data.made.noise import F32, noise, smoothstep
from trainer.data.sample import Pixels8, Split

Size = tuple[int, int]


class Palette:
    """Colours for one picture: `like` and its neighbours if given, else a few at random."""

    def __init__(self, rng: np.random.Generator, like: F32 | None) -> None:
        first = vivid(rng) if like is None else like
        wide = rng.uniform(0.03, 0.2)
        others = [near(first, rng, spread=wide) for _ in range(3)]
        self.colours = [first, *others] if like is not None else [first, *others, vivid(rng)]

    def pick(self, rng: np.random.Generator) -> F32:
        """One of the colours, or close to it."""
        return near(self.colours[int(rng.integers(len(self.colours)))], rng, spread=0.03)


def _gradient(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    share = smoothstep(-1.2, 1.2, np.cos(turn) * x + np.sin(turn) * y)
    room = paint.mix(
        paint.flat(size, palette.pick(rng)), paint.flat(size, palette.pick(rng)), share
    )
    away = np.hypot(y - rng.uniform(-0.5, 0.5), x - rng.uniform(-0.5, 0.5))
    return room * (1 - rng.uniform(0, 0.4) * smoothstep(0.3, 1.6, away))[..., None]


def _cloudy(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = _gradient(size, rng, palette)
    for _ in range(3):
        share = noise(size, rng, cell=max(size) / rng.uniform(1.5, 8), octaves=4)
        scene = paint.mix(scene, paint.flat(size, palette.pick(rng)), smoothstep(-0.2, 1.4, share))
    return scene


def _surface(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    names = ("cloth", "object", "hide", "leaf")
    surface = paint.MATERIALS[names[int(rng.integers(len(names)))]](size, rng)
    return surface * 0.6 + 0.4 * _gradient(size, rng, palette)


def _foliage(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = np.ascontiguousarray(_cloudy(size, rng, palette) * 0.5)
    large = max(size) / rng.uniform(8, 40)
    tint = palette.pick(rng)
    for _ in range(int(rng.integers(150, 500))):
        centre = rng.uniform(-0.05, 1.05, 2) * (size[1], size[0])
        axes = large * rng.uniform(0.4, 1.3) * np.array([1.0, rng.uniform(0.2, 0.6)])
        tone = near(one_of(LEAF, rng) * 0.75 + tint * 0.25, rng, spread=0.06)
        bright = float(rng.uniform(0.4, 1.4))
        cv2.ellipse(
            scene,
            (tuple(map(float, centre)), tuple(map(float, 2 * axes)), float(rng.uniform(0, 180))),
            tuple(float(c) for c in tone * bright),
            -1,
            cv2.LINE_AA,
        )
    return scene


def _indoor(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = np.ascontiguousarray(_gradient(size, rng, palette))
    for _ in range(int(rng.integers(5, 30))):
        corner = rng.uniform(-0.2, 1.0, 2) * (size[1], size[0])
        extent = np.exp(rng.uniform(-3, 0, 2)) * max(size)
        lean = rng.normal(0, 0.03, (4, 2)) * max(size)
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * extent + corner + lean
        tone = tuple(float(c) for c in palette.pick(rng) * rng.uniform(0.5, 1.3))
        cv2.fillPoly(scene, [np.rint(square * 16).astype(np.int32)], tone, cv2.LINE_AA, 4)
    return scene


def _lights(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = np.ascontiguousarray(_cloudy(size, rng, palette) * rng.uniform(0.2, 0.6))
    radius = max(size) / rng.uniform(12, 50)
    for _ in range(int(rng.integers(15, 90))):
        disc = np.zeros(size, np.float32)
        centre = rng.uniform(0, 1, 2) * (size[1], size[0])
        spot = (int(centre[0] * 16), int(centre[1] * 16))
        cv2.circle(disc, spot, int(16 * radius * rng.uniform(0.6, 1.2)), 1.0, -1, cv2.LINE_AA, 4)
        scene += disc[..., None] * palette.pick(rng) * rng.uniform(0.1, 0.8)
    return scene


def _branches(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = np.ascontiguousarray(_cloudy(size, rng, palette))
    for _ in range(int(rng.integers(20, 120))):
        start, angle = rng.uniform(-0.1, 1.1, 2) * (size[1], size[0]), rng.uniform(0, 2 * np.pi)
        turns = angle + np.cumsum(rng.normal(0, 0.25, 12))
        steps = max(size) / rng.uniform(10, 40) * np.stack([np.cos(turns), np.sin(turns)], 1)
        line = np.rint((start + np.cumsum(steps, 0)) * 16).astype(np.int32)
        tone = tuple(float(c) for c in palette.pick(rng) * rng.uniform(0.3, 1.2))
        cv2.polylines(scene, [line], False, tone, int(rng.integers(1, 6)), cv2.LINE_AA, 4)
    return scene


def _street(size: Size, rng: np.random.Generator, palette: Palette) -> F32:
    scene = np.ascontiguousarray(_gradient(size, rng, palette))
    left = 0.0
    while left < size[1]:
        wide, top = max(size) * rng.uniform(0.05, 0.3), size[0] * rng.uniform(0, 0.7)
        tone = palette.pick(rng) * rng.uniform(0.4, 1.2)
        first, last = (int(left), int(top)), (int(left + wide), size[0])
        cv2.rectangle(scene, first, last, tuple(float(c) for c in tone), -1)
        _windows(scene, (left, top, wide), tone * rng.uniform(0.5, 1.7), rng)
        left += wide
    return scene


def _windows(
    scene: F32, house: tuple[float, float, float], tone: F32, rng: np.random.Generator
) -> None:
    left, top, wide = house
    pitch = max(scene.shape[0] * rng.uniform(0.02, 0.08), 4.0)
    for row in np.arange(top + pitch / 2, scene.shape[0], 1.6 * pitch):
        for col in np.arange(left + pitch / 3, left + wide - pitch / 2, 1.3 * pitch):
            first, last = (int(col), int(row)), (int(col + 0.7 * pitch), int(row + pitch))
            cv2.rectangle(scene, first, last, tuple(float(c) for c in tone), -1)


Drawer = Callable[[Size, np.random.Generator, Palette], F32]
BACKGROUNDS: dict[str, tuple[Split, Drawer]] = {
    "gradient": ("train", _gradient),
    "cloudy": ("train", _cloudy),
    "surface": ("train", _surface),
    "foliage": ("train", _foliage),
    "indoor": ("train", _indoor),
    "lights": ("train", _lights),
    "branches": ("validation", _branches),
    "street": ("validation", _street),
}
"""Name to (split, drawer)."""


def made_background(
    size: Size,
    rng: np.random.Generator,
    split: Split,
    *,
    like: tuple[float, float, float] | None = None,
) -> Pixels8:
    """A made background.

    Args:
        size: height and width.
        rng: where it comes from.
        split: which kinds of background.
        like: a colour in [0, 1] that it should resemble, such as the subject's (a hard case).

    Returns:
        H×W×3 uint8.
    """
    drawers = [drawer for its, drawer in BACKGROUNDS.values() if its == split]
    palette = Palette(rng, None if like is None else np.array(like, np.float32))
    scene = drawers[int(rng.integers(len(drawers)))](size, rng, palette)
    if rng.random() < 0.75:
        sigma = float(np.exp(rng.uniform(np.log(0.7), np.log(max(0.7, max(size) / 30)))))
        scene = cv2.GaussianBlur(scene.astype(np.float32), (0, 0), sigma)
    scene = np.clip(scene, 0, 1) ** float(np.exp(rng.normal(0, 0.25)))
    grain = rng.uniform(0, 0.015) * rng.standard_normal((*size, 1), np.float32)
    return np.clip(np.rint((scene + grain) * 255), 0, 255).astype(np.uint8)
