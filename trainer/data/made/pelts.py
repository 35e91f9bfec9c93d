"""Fur, wool, beards and other strands that grow all over a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from trainer.data.made import paint
from trainer.data.made.layers import Rgba, blank, defocus, over, painted
from trainer.data.made.noise import F32, Reals, noise, smoothstep, wander
from trainer.data.made.silhouettes import Silhouette, silhouette
from trainer.data.made.strands import Style, Tone, bundle_up, draw_under, visible
from trainer.data.made.view import View, cover, look_at
from trainer.data.sample import Pixels8, Split

Span = tuple[float, float]


@dataclass(frozen=True)
class Pelt:
    """A kind of pelt; lengths in units, spans are drawn from evenly.

    Attributes:
        length: of the hairs.
        clump: radius of a clump, as a share of the length.
        outward: how far hairs stand off, against lying along the body.
        tight: how far clumps close to a point.
        frizz: how far hairs leave their clump, as a share of the length.
        stray: share of hairs that stick out.
        curl: radius of curls, as a share of the length.
        patchy: how unevenly long it grows.
        dense: how many times over the surface is covered; little for fuzz on cloth.
        width: of a hair, pixels.
        cloth: grows on cloth of one colour, not on a hide.
        steps: points on a hair.
    """

    length: Span
    clump: Span = (0.1, 0.3)
    outward: Span = (0.3, 1.0)
    tight: Span = (0.3, 1.0)
    frizz: Span = (0.01, 0.08)
    stray: Span = (0.02, 0.15)
    curl: Span = (0.0, 0.0)
    patchy: Span = (0.1, 0.6)
    dense: Span = (1.0, 2.2)
    width: Span = (0.35, 1.3)
    cloth: bool = False
    steps: int = 12


def _between(span: Span, rng: np.random.Generator) -> float:
    return float(rng.uniform(*span))


def pelted(
    size: tuple[int, int],
    rng: np.random.Generator,
    split: Split,
    pelt: Pelt,
    *,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    """A shape covered with a pelt."""
    shape = silhouette(rng, split, pelt=True)
    return covered(shape, look_at(shape.body, size, rng), rng, pelt, pictures=pictures)


def covered(
    shape: Silhouette,
    view: View,
    rng: np.random.Generator,
    pelt: Pelt,
    *,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    """`shape` in a pelt, seen in `view`."""
    length = max(_between(pelt.length, rng) * view.scale, 5.0)
    margin = int(min(length, 0.3 * min(view.size))) + 2
    wide = View(tuple(n + 2 * margin for n in view.size), view.scale, view.centre)  # type: ignore[arg-type]
    distance = wide.distance(shape.body)
    name = "cloth" if pelt.cloth else "hide"
    colour = paint.material(name, wide.size, rng, pictures)
    colour = paint.lit(colour, distance, rng, depth=max(view.scale * 0.25, 4.0))
    layer = _hairs(blank(wide.size), distance, colour, length, pelt, rng)
    inset = 0.0 if pelt.cloth else 0.15 * length
    under = colour * (1.0 if pelt.cloth else 0.75)
    base = painted(under, cover(distance + inset, softness=max(1.0, 0.5 * inset)))
    layer = over(layer, defocus(base, 0.3))
    return np.ascontiguousarray(layer[margin:-margin, margin:-margin])


def _hairs(
    layer: Rgba, distance: Reals, colour: Reals, length: float, pelt: Pelt, rng: np.random.Generator
) -> Rgba:
    style = _style(pelt, length, rng)
    size = (layer.shape[0], layer.shape[1])
    rows, cols = _roots(distance, length, style, pelt, rng)
    if not rows.size:
        return layer
    even = _between(pelt.patchy, rng) * noise(size, rng, cell=3 * length)[rows, cols]
    lengths = length * np.exp(np.clip(even, -1.2, 0.7)) * rng.uniform(0.6, 1.1, len(rows))
    heading = _heading(distance, rows, cols, length, pelt, rng)
    roots = np.stack([rows, cols], 1) + rng.uniform(-0.5, 0.5, (len(rows), 2))
    guides = _guides(roots, heading, lengths.astype(np.float32), pelt, rng)
    # Hair that starts further inside lies over hair that starts at the border.
    order = -distance[rows, cols] / length + 0.3 * rng.standard_normal(len(rows))
    seen = visible(guides, size, style.astray)
    tone = _tone(cv2.GaussianBlur(colour, (0, 0), 1.5)[rows, cols][seen], pelt, rng)
    bundle = bundle_up(guides[seen], order[seen].astype(np.float32), style, tone, rng)
    return draw_under(layer, bundle)


def _style(pelt: Pelt, length: float, rng: np.random.Generator) -> Style:
    width = float(np.exp(rng.uniform(*np.log(pelt.width))))
    curl = _between(pelt.curl, rng) * length
    return Style(
        width=width,
        clump=max(_between(pelt.clump, rng) * length, 1.5 * width),
        tight=_between(pelt.tight, rng),
        filled=float(rng.uniform(0.7, 1.6)),
        curl=curl,
        period=max(length / rng.uniform(1.0, 3.0), 4.0),
        loose=float(rng.uniform(0.1, 0.6)),
        frizz=_between(pelt.frizz, rng) * length,
        stray=_between(pelt.stray, rng),
        astray=0.2 * length,
        core=False,
        opacity=float(rng.uniform(0.7, 1.0)),
    )


def _tone(base: Reals, pelt: Pelt, rng: np.random.Generator) -> Tone:
    return Tone(
        base=base,
        varied=float(rng.uniform(0.06, 0.25)),
        root=float(rng.uniform(0.55, 0.95)),
        tip=np.clip(base * rng.uniform(0.95, 1.35), 0, 1),
        shine=0.0 if pelt.cloth else float(rng.uniform(0, 0.35)),
        shine_at=float(rng.uniform(0.4, 0.9)),
    )


def _roots(
    distance: Reals, length: float, style: Style, pelt: Pelt, rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Random pixels for the clumps' roots: everywhere inside, closer together at the border."""
    rim = np.exp(np.minimum(distance + 0.2 * length, 0) / (1.5 * length))
    chance = np.where(distance < 0, 0.35 + rim, 0).ravel().cumsum()
    area = float(chance[-1])
    each = length * 2 * style.clump * min(style.filled, 1.0)
    count = int(np.clip(4 * _between(pelt.dense, rng) * area / each, 0, 9000))
    if area < 1 or count == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.searchsorted(chance, rng.uniform(0, area, count))
    at = np.minimum(at, chance.size - 1)
    return at // distance.shape[1], at % distance.shape[1]


def _heading(
    distance: Reals,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    cols: np.ndarray[tuple[int], np.dtype[np.int64]],
    length: float,
    pelt: Pelt,
    rng: np.random.Generator,
) -> F32:
    """Away from the body near its border, along a smooth flow elsewhere."""
    size = distance.shape
    smooth = cv2.GaussianBlur(distance, (0, 0), max(0.3 * length, 1.0))
    away = np.stack(np.gradient(smooth), axis=2)[rows, cols]
    flow = np.stack([noise(size, rng, cell=8 * length) for _ in range(2)], axis=2)[rows, cols]
    flow = 0.7 * flow + np.array([rng.uniform(0.2, 1.4), rng.normal(0, 0.5)])
    rim = smoothstep(-2.5 * length, 0.0, distance[rows, cols])[:, None]
    heading = _between(pelt.outward, rng) * 1.6 * rim * away + (1.2 - rim) * flow
    heading = heading + 0.15 * rng.standard_normal(heading.shape)
    reach = np.linalg.norm(heading, axis=1, keepdims=True)
    return (heading / np.maximum(reach, 1e-3)).astype(np.float32)


def _guides(
    roots: Reals, heading: Reals, lengths: Reals, pelt: Pelt, rng: np.random.Generator
) -> F32:
    """Hairs that start along their heading and bend a little, mostly down."""
    count, steps = len(roots), pelt.steps
    sag, bend = rng.uniform(0, 0.8), rng.uniform(0.1, 0.6)
    turn = bend * wander(count, steps, rng, knots=4)
    along = np.linspace(0, 1, steps, dtype=np.float32)
    angle = np.arctan2(heading[:, 0], heading[:, 1])[:, None] + turn
    angle = angle + sag * np.cos(angle) * along
    step = (lengths / (steps - 1))[:, None]
    moves = np.stack([step * np.sin(angle), step * np.cos(angle)], axis=2)
    moves[:, 0] = 0
    return (roots[:, None] + np.cumsum(moves, axis=1)).astype(np.float32)
