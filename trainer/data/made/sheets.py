"""Thin cloth one can see through: veils with folds, nets, lace, crochet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data.made import paint
from trainer.data.made.colours import near, vivid
from trainer.data.made.fields import polar, warped
from trainer.data.made.layers import Rgba, blank, over, painted
from trainer.data.made.noise import F32, noise, smoothstep
from trainer.data.made.silhouettes import outline, silhouette
from trainer.data.made.view import Field, View, cover, look_at
from trainer.data.sample import Pixels8, Split

Size = tuple[int, int]


@dataclass(frozen=True)
class Sheet:
    """A kind of thin cloth.

    Attributes:
        thick: least and most alpha of one layer of it.
        folds: how many more layers lie in its folds.
        weave: how strongly single threads show.
        worn: how often it hangs over a body.
    """

    thick: tuple[float, float]
    folds: float
    weave: float
    worn: float = 0.6


def _shape(rng: np.random.Generator) -> Field:
    field = polar((0, 0), 0.75 * outline(rng), turn=rng.uniform(0, 6))
    return warped(field, rng, amount=rng.uniform(0.05, 0.3))


def _tint(rng: np.random.Generator) -> F32:
    """White and black are what most veils are."""
    choice = rng.random()
    if choice < 0.45:
        return near(np.full(3, 0.92, np.float32), rng, spread=0.02)
    return near(np.full(3, 0.08, np.float32), rng) if choice < 0.6 else vivid(rng)


def _phases(size: Size, rng: np.random.Generator, period: float) -> tuple[F32, F32]:
    """Two crossed phases on cloth that is pulled about; one turn a `period` of pixels."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    turn, pull = rng.uniform(0, np.pi), max(size) / rng.uniform(15, 60)
    bend = [pull * noise(size, rng, cell=max(size) / 2.5) for _ in range(2)]
    u = np.cos(turn) * x + np.sin(turn) * y + bend[0]
    v = np.cos(turn) * y - np.sin(turn) * x + bend[1]
    rate = np.float32(2 * np.pi / period)
    return (u * rate).astype(np.float32), (v * rate).astype(np.float32)


def veil(
    size: Size,
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
    *,
    sheet: Sheet,
) -> Rgba:
    """A veil, over a body or by itself."""
    field = _shape(rng)
    view = look_at(field, size, rng, closest=3.0)
    distance = view.distance(field)
    ridges = 1 - np.abs(noise(size, rng, cell=max(size) / rng.uniform(3, 9), octaves=2, stretch=4))
    layers = 1 + sheet.folds * smoothstep(0.0, 1.0, ridges)
    layers += 1.5 * smoothstep(-max(2.0, 0.03 * view.scale), 0, distance) * (rng.random() < 0.7)
    u, v = _phases(size, rng, rng.uniform(2.5, 7))
    threads = 1 + sheet.weave * 0.5 * (np.sin(u) + np.sin(v))
    thin = np.clip(rng.uniform(*sheet.thick) * threads, 0, 0.97)
    alpha = (1 - (1 - thin) ** layers) * cover(distance)
    light = 1 + rng.uniform(0.05, 0.3) * (ridges - 0.3)
    colour = np.clip(_tint(rng) * light[..., None], 0.01, 0.99).astype(np.float32)
    layer = painted(colour, alpha.astype(np.float32))
    return _worn(layer, view, rng, split, sheet.worn, pictures)


def _worn(
    layer: Rgba,
    view: View,
    rng: np.random.Generator,
    split: Split,
    chance: float,
    pictures: Sequence[Pixels8],
) -> Rgba:
    if rng.random() > chance:
        return layer
    shift = rng.uniform(-0.6, 0.6, 2)
    at = (view.centre[0] + float(shift[0]), view.centre[1] + float(shift[1]))
    body = paint.body(
        silhouette(rng, split), View(view.size, view.scale, at), rng, pictures=pictures
    )
    return over(layer, body) if rng.random() < 0.75 else over(body, layer)


Pattern = Callable[[F32, F32], F32]
"""Maps two phases to a height; there is thread where it is above a level."""


def squares(u: F32, v: F32) -> F32:
    """A square net."""
    return np.maximum(np.cos(u), np.cos(v))


def hexagons(u: F32, v: F32) -> F32:
    """Holes in rows that are moved by half a hole, as in tulle and stockings."""
    w = np.float32(np.sqrt(3) / 2)
    total = np.cos(u) + np.cos(0.5 * u + w * v) + np.cos(0.5 * u - w * v)
    return (total / -1.5).astype(np.float32)


def rings(u: F32, v: F32) -> F32:
    """Rings that touch, as in crochet."""
    reach = np.hypot((u + np.pi) % (2 * np.pi) - np.pi, (v + np.pi) % (2 * np.pi) - np.pi)
    return 1 - np.abs(reach - np.pi * 0.95)


def ladders(u: F32, v: F32) -> F32:
    """Cords with rungs between them."""
    return np.maximum(np.cos(0.5 * u) ** 2 * 2 - 1, np.cos(2 * v) - 0.25)


def net(
    size: Size,
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
    *,
    patterns: tuple[Pattern, ...],
    flowers: float,
) -> Rgba:
    """A net with a hem, and with closed flowers in it if `flowers` (a chance) says so."""
    field = _shape(rng)
    view = look_at(field, size, rng, closest=3.0)
    distance = view.distance(field)
    period = float(np.exp(rng.uniform(np.log(7), np.log(max(min(size) / 7, 9)))))
    pattern = patterns[int(rng.integers(len(patterns)))]
    height = pattern(*_phases(size, rng, period)).astype(np.float32)
    level = np.float32(rng.uniform(0.2, 0.85))
    slope = np.clip(np.hypot(*np.gradient(height)), 0.5 / period, None)
    thread = np.clip(0.5 + (height - level) / slope, 0, 1)
    if rng.random() < flowers:
        bloom = noise(size, rng, cell=period * rng.uniform(2, 5), octaves=2)
        slope = np.clip(np.hypot(*np.gradient(bloom)), 0.1 / period, None)
        thread = np.maximum(thread, np.clip(0.5 + (bloom - 0.6) / slope, 0, 1))
    hem = cover(np.abs(distance + period * 0.3) - period * 0.3)
    alpha = np.maximum(thread * cover(distance), hem) * rng.uniform(0.8, 1.0)
    relief = 0.8 + 0.3 * smoothstep(float(level) - 0.3, 1.0, height)
    cloth = np.broadcast_to(_tint(rng), (*size, 3)) * relief[..., None]
    cloth = cloth * (1 + 0.08 * noise(size, rng, cell=max(size) / 4, octaves=3)[..., None])
    layer = painted(np.clip(cloth, 0.01, 0.99).astype(np.float32), alpha.astype(np.float32))
    return _worn(over(layer, blank(size)), view, rng, split, 0.35, pictures)
