"""Few strands that each count: whiskers, lashes, twigs, leaves, feathers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.data.made import paint
from trainer.data.made.colours import FUR, HAIR, LEAF, near, one_of, vivid
from trainer.data.made.fields import ellipse, warped
from trainer.data.made.layers import Rgba, blank, painted
from trainer.data.made.noise import F32, Reals, wander
from trainer.data.made.pelts import Pelt, covered
from trainer.data.made.silhouettes import silhouette
from trainer.data.made.strands import Bundle, draw_over, draw_under, joined
from trainer.data.made.view import View, cover, look_at
from trainer.data.sample import Pixels8, Split

Size = tuple[int, int]
SLEEK = Pelt((0.02, 0.1), outward=(0.1, 0.5), stray=(0.0, 0.05))


def curves(roots: Reals, angles: Reals, lengths: Reals, bends: Reals, *, steps: int = 14) -> F32:
    """Arcs from roots (S×2) at angles, of lengths in pixels, that turn by `bends` (S, radians)."""
    along = np.linspace(0, 1, steps, dtype=np.float32)
    angle = angles[:, None] + bends[:, None] * along
    step = (lengths / (steps - 1))[:, None]
    moves = np.stack([step * np.sin(angle), step * np.cos(angle)], axis=2)
    moves[:, 0] = 0
    return (roots[:, None] + np.cumsum(moves, axis=1)).astype(np.float32)


def bundle(
    points: Reals,
    widths: Reals,
    tones: Reals,
    rng: np.random.Generator,
    *,
    order: Reals | None = None,
) -> Bundle:
    """Strands with S×N widths and S×3 colours that vary a little along each."""
    count, steps = points.shape[:2]
    each = 0.08 * rng.standard_normal((count, 1), np.float32)
    shade = 1 + each + 0.12 * wander(count, steps, rng, knots=5)
    colours = np.asarray(np.clip(tones[:, None] * shade[..., None], 0.01, 0.99), np.float32)
    rank = rng.random((int(count),)) if order is None else order
    flat = (np.asarray(points, np.float32), np.asarray(widths, np.float32))
    return Bundle(*flat, colours, np.ones(count, np.float32), np.asarray(rank, np.float32))


def tapered(widths: Reals, steps: int, *, power: float = 1.5) -> F32:
    """S×N widths that go from `widths` (S) to next to nothing."""
    along = np.linspace(0, 1, steps)
    return (widths[:, None] * np.maximum(1 - along**power, 0.06)).astype(np.float32)


def lens(widths: Reals, steps: int) -> F32:
    """S×N widths of leaves: nothing at both ends."""
    along = np.linspace(0, 1, steps)
    return (widths[:, None] * np.maximum(np.sin(np.pi * along**0.8), 0.03)).astype(np.float32)


def _slope(distance: F32) -> F32:
    """H×W×2: which way, (row, col), a distance grows."""
    down, right = np.gradient(distance)
    return np.dstack([down, right]).astype(np.float32)


def _fan(centre: NDArray[np.float64], spread: float, count: int, rng: np.random.Generator) -> F32:
    return (centre + rng.normal(0, spread, (count, 2))).astype(np.float32)


def whiskers(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """A furry shape with long, single hairs."""
    shape = silhouette(rng, split, pelt=True)
    view = look_at(shape.body, size, rng)
    layer = covered(shape, view, rng, SLEEK, pictures=pictures)
    distance = view.distance(shape.body)
    rows, cols = np.nonzero(np.abs(distance + 0.05 * view.scale) < 3)
    tone = one_of(FUR, rng) if rng.random() < 0.4 else np.full(3, 0.93, np.float32)
    gradient = _slope(distance)
    for _ in range(int(rng.integers(1, 4)) if rows.size else 0):
        k = int(rng.integers(rows.size))
        away = gradient[rows[k], cols[k]]
        count = int(rng.integers(5, 26))
        angles = np.arctan2(away[0], away[1]) + rng.normal(0, 0.45, count)
        lengths = min(size) * rng.uniform(0.15, 0.7) * rng.uniform(0.4, 1.0, count)
        roots = _fan(np.array([rows[k], cols[k]]), 0.05 * view.scale, count, rng)
        points = curves(roots, angles, lengths, rng.normal(0, 0.5, count))
        widths = tapered(rng.uniform(0.5, 2.2) * rng.uniform(0.7, 1.3, count), 14)
        tones = np.stack([near(tone, rng, spread=0.03) for _ in range(count)])
        layer = draw_over(layer, bundle(points, widths, tones, rng))
    return layer


def lashes(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """The rim of a lid with lashes that stand off into the open."""
    tall = rng.uniform(0.5, 1.0)
    lid = warped(ellipse((0.3, 0), (tall, rng.uniform(0.8, 1.4))), rng, amount=0.05)
    view = View(
        size, min(size) / rng.uniform(1.2, 2.2), (rng.uniform(-0.5, 0.0), rng.uniform(-0.5, 0.5))
    )
    distance = view.distance(lid)
    skin = paint.lit(
        paint.material("skin", size, rng), distance, rng, depth=max(0.2 * view.scale, 4.0)
    )
    layer = painted(skin, cover(distance, softness=1.3))
    rows, cols = np.nonzero(np.abs(distance + 1.5) < 1)
    if not rows.size:
        return layer
    away = _slope(distance)
    count = int(np.clip(rows.size / rng.uniform(3, 10), 8, 400))
    pick = rng.integers(rows.size, size=count)
    at = np.stack([rows[pick], cols[pick]], 1).astype(np.float32)
    normal = away[rows[pick], cols[pick]]
    lean = 0.35 * np.sin(cols[pick] / rng.uniform(5, 20)) + rng.normal(0, 0.15, count)
    sweep = np.sign(cols[pick] - size[1] / 2) * rng.uniform(-0.2, 1.0)
    angles = np.arctan2(normal[:, 0], normal[:, 1]) + lean
    lengths = min(size) * rng.uniform(0.1, 0.35) * rng.uniform(0.5, 1.1, count)
    points = curves(at, angles, lengths, sweep + rng.normal(0, 0.2, count))
    widths = tapered(rng.uniform(0.9, 3.5) * rng.uniform(0.7, 1.2, count), 14, power=1.2)
    tones = np.stack([near(np.array(HAIR[int(rng.integers(4))], np.float32), rng)] * count)
    return draw_over(layer, bundle(points, widths, tones, rng))


def _branch(
    start: NDArray[np.float64],
    angle: float,
    length: float,
    width: float,
    depth: int,
    rng: np.random.Generator,
) -> list[tuple[NDArray[np.float64], float, float, float, float]]:
    """(root, angle, length, width, bend) of a twig and of all that grow from it."""
    bend = float(rng.normal(0, 0.35))
    grown = [(start, angle, length, width, bend)]
    if depth == 0 or length < 6:
        return grown
    for _ in range(int(rng.integers(2, 5))):
        t = rng.uniform(0.3, 0.95)
        turned = angle + bend * t / 2
        at = start + t * length * np.array([np.sin(turned), np.cos(turned)])
        side = rng.choice([-1, 1]) * rng.uniform(0.35, 1.0)
        thin = width * (1 - 0.6 * t) * 0.7
        grown += _branch(
            at, angle + bend * t + side, length * rng.uniform(0.4, 0.75), thin, depth - 1, rng
        )
    return grown


def plant(
    size: Size,
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
    *,
    leafy: tuple[float, float],
    slim: tuple[float, float],
) -> Rgba:
    """Branching twigs with leaves, `leafy` of them a twig, `slim` as wide as long."""
    small = min(size)
    twigs = []
    for _ in range(int(rng.integers(2, 7))):
        root = np.array([size[0] * rng.uniform(0.6, 1.2), size[1] * rng.uniform(-0.1, 1.1)])
        toward = rng.normal(-np.pi / 2, 0.5)
        length, width = small * rng.uniform(0.4, 1.0), small * rng.uniform(0.008, 0.04)
        twigs += _branch(root, toward, length, max(width, 1.0), 3, rng)
    roots = np.stack([twig[0] for twig in twigs])
    angle, long, width, bend = np.array([twig[1:] for twig in twigs]).T
    points = curves(roots, angle, long, bend)
    bark = np.stack([near(np.array([0.3, 0.22, 0.16]) * rng.uniform(0.5, 1.6), rng)] * len(points))
    wood = bundle(points, tapered(np.maximum(width, 0.5), 14, power=3), bark, rng)
    count = int(np.clip(len(points) * rng.uniform(*leafy), 0, 4000))
    layer = draw_under(blank(size), wood)
    if count == 0:
        return layer
    owner, t = rng.integers(len(points), size=count), rng.integers(4, 14, size=count)
    angles = angle[owner] + rng.normal(0, 0.8, count)
    lengths = small * rng.uniform(0.03, 0.16) * rng.uniform(0.5, 1.2, count)
    blades = curves(points[owner, t], angles, lengths, rng.normal(0, 0.5, count))
    widths = lens(lengths * rng.uniform(*slim) * rng.uniform(0.7, 1.2, count), 14)
    green = one_of(LEAF, rng) if rng.random() < 0.8 else vivid(rng)
    tones = np.stack([near(green, rng, spread=0.07) for _ in range(count)])
    return _split_order(layer, bundle(blades, widths, tones, rng), rng)


def _split_order(layer: Rgba, leaves: Bundle, rng: np.random.Generator) -> Rgba:
    front = rng.random(len(leaves.points)) < 0.6
    return draw_under(draw_over(layer, leaves.where(front)), leaves.where(~front))


def _feather(
    root: Reals, angle: float, length: float, tone: Reals, rng: np.random.Generator
) -> Bundle:
    """One feather: a shaft, and barbs that lie close but part here and there."""
    steps, count = 14, int(np.clip(length * 0.9, 30, 400))
    shaft = curves(
        root[None], np.array([angle]), np.array([length]), rng.normal(0, 0.5, 1), steps=40
    )
    at = np.linspace(0.1, 0.995, count)
    spot = shaft[0, np.minimum((at * 39).astype(np.int64), 39)] * 1.0
    slope = np.gradient(shaft[0], axis=0)[np.minimum((at * 39).astype(np.int64), 39)]
    heading = np.arctan2(slope[:, 0], slope[:, 1])
    long = (
        length * rng.uniform(0.1, 0.28) * np.sin(np.pi * np.minimum(at * 0.9 + 0.12, 0.99)) ** 0.6
    )
    parts = []
    spread = rng.uniform(0.45, 1.0)
    for side in (-1, 1):
        # Barbs cling together in groups; the groups part.
        group = np.repeat(0.05 * rng.standard_t(3, count // 8 + 1), 8)[:count]
        turned = heading + side * (spread + group + rng.normal(0, 0.02, count))
        lengths = long * rng.uniform(0.85, 1.1, count)
        points = curves(spot, turned, lengths, -side * rng.uniform(0.2, 0.7) * np.ones(count))
        widths = tapered(np.full(count, 1.7 * length / count), steps, power=4)
        tones = np.stack([tone * (0.85 + 0.25 * side * rng.uniform(0.3, 0.6))] * count)
        parts.append(bundle(points, widths, tones, rng, order=np.zeros(count, np.float32)))
    quill = bundle(
        curves(root[None], np.array([angle]), np.array([length]), np.zeros(1)),
        tapered(np.array([max(0.018 * length, 1.0)]), steps),
        near(np.clip(tone * 1.3, 0, 1), rng)[None],
        rng,
        order=np.ones(1, np.float32),
    )
    quill.points = shaft[:, np.linspace(0, 39, steps).astype(np.int64)]
    return joined(*parts, quill)


def feathers(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """A fan of feathers, or a few that lie about."""
    layer = blank(size)
    tone = one_of(FUR, rng) if rng.random() < 0.7 else vivid(rng)
    middle = np.array(size) * rng.uniform(0.3, 0.9, 2)
    fanned = rng.random() < 0.6
    start, opening = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.35)
    for k in range(int(rng.integers(3, 14))):
        angle = start + opening * k if fanned else rng.uniform(0, 2 * np.pi)
        root = middle + rng.normal(0, (0.04 if fanned else 0.3) * min(size), 2)
        length = min(size) * rng.uniform(0.45, 1.1)
        layer = draw_under(
            layer, _feather(root.astype(np.float32), angle, length, near(tone, rng), rng)
        )
    return layer
