"""Hair on a head: guides grown in three dimensions from the scalp, then clumps around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trainer.data.made import paint
from trainer.data.made.colours import hair as hair_colour
from trainer.data.made.colours import near
from trainer.data.made.fields import Point
from trainer.data.made.layers import Rgba, blank, over
from trainer.data.made.noise import F32, Reals, wander
from trainer.data.made.silhouettes import Silhouette, bust_parts
from trainer.data.made.strands import Bundle, Style, Tone, bundle_up, draw_under, visible
from trainer.data.made.view import View
from trainer.data.sample import Pixels8

Span = tuple[float, float]
"""Least and most; drawn evenly between."""


@dataclass(frozen=True)
class Hairdo:
    """A kind of hair; lengths in units (a head is about 0.8 high), each a span.

    Attributes:
        length: of the hairs.
        lift: how far they stand off the head at the root, 0 to 1.
        weight: how soon they hang.
        puff: how far the hair's outside is above the scalp, as a share of the head.
        clump: radius of a clump.
        curl: radius of curls.
        period: length of a curl.
        loose: share of the curls that each hair has for itself, 0 to 1.
        frizz: how far hairs leave their clump's line.
        stray: share of hairs that leave the mass.
        astray: how far these go.
        tight: how far clumps close.
        wander: how crooked the clumps themselves are.
        wind: how strong wind may be.
        guides: how many clumps.
        core: clumps are opaque inside.
        filled: how many times over hairs cover their clump.
        beard: grows on the jaw, not on the scalp.
    """

    length: Span
    lift: Span = (0.2, 0.5)
    weight: Span = (0.1, 0.25)
    puff: Span = (1.03, 1.15)
    clump: Span = (0.012, 0.03)
    curl: Span = (0.0, 0.0)
    period: Span = (0.15, 0.4)
    loose: Span = (0.05, 0.35)
    frizz: Span = (0.002, 0.008)
    stray: Span = (0.02, 0.08)
    astray: Span = (0.03, 0.12)
    tight: Span = (0.4, 0.9)
    wander: Span = (0.0, 0.03)
    wind: Span = (0.0, 0.05)
    guides: int = 420
    core: bool = True
    filled: Span = (1.2, 2.6)
    beard: bool = False


def _between(span: Span, rng: np.random.Generator) -> float:
    return float(rng.uniform(*span))


@dataclass(frozen=True)
class Guides:
    """Paths of clumps: G×N×2 units and G×N depth (towards the camera)."""

    paths: F32
    depth: F32


def _scalp(count: int, rng: np.random.Generator) -> F32:
    """Unit normals (row, col, depth) where hair grows; the face is free."""
    yaw, tilt = rng.normal(0, 0.5), rng.uniform(0.15, 0.45)
    if rng.random() < 0.2:
        yaw += np.pi
    face = np.array([np.sin(tilt), np.cos(tilt) * np.sin(yaw), np.cos(tilt) * np.cos(yaw)])
    normals = rng.standard_normal((count * 6, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    bare = (normals @ face > 0.42) | (normals[:, 0] > 0.45)
    return normals[~bare][:count].astype(np.float32)


def _jaw(count: int, rng: np.random.Generator) -> F32:
    """Unit normals (row, col, depth) where a beard grows, about the mouth and below."""
    normals = rng.standard_normal((count * 6, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    low = 0.35 + rng.uniform(-0.1, 0.15) - 0.45 * np.abs(normals[:, 1])
    mouth = np.hypot((normals[:, 0] - 0.6) / 0.12, normals[:, 1] / 0.3) < 1
    grown = (normals[:, 0] > low) & (normals[:, 2] > -0.25) & ~mouth
    return normals[grown][:count].astype(np.float32)


def grow(
    hairdo: Hairdo, head: Point, radii: Point, rng: np.random.Generator, *, steps: int = 28
) -> Guides:
    """Let clumps grow out of the scalp, around the head and down.

    Args:
        hairdo: the kind of hair.
        head: the head's centre, units.
        radii: its radii (rows, cols); it is as deep as it is high.
        rng: where it comes from.
        steps: points on each guide.
    """
    normals = (_jaw if hairdo.beard else _scalp)(hairdo.guides, rng)
    count = len(normals)
    centre = np.array([*head, 0.0], np.float32)
    size = np.array([radii[0], radii[1], radii[0]], np.float32)
    spot = centre + normals * size
    part = np.array([-1.0, rng.uniform(-0.5, 0.5), rng.uniform(-0.3, 0.6)])
    comb = normals - part + rng.normal(0, 0.15, (count, 3))
    comb -= (comb * normals).sum(1, keepdims=True) * normals
    lift = _between(hairdo.lift, rng)
    heading = _unit(lift * normals + (1 - lift) * _unit(comb))
    even = np.exp(0.12 * rng.standard_normal(count))
    stride = (_between(hairdo.length, rng) * even / (steps - 1))[:, None]
    shell = rng.uniform(1.0, _between(hairdo.puff, rng), (count, 1))
    pull = np.array([1.0, 0.0, 0.0]) * _between(hairdo.weight, rng)
    pull = pull + np.array([rng.normal(0, 0.3), rng.normal(), 0]) * _between(hairdo.wind, rng)
    crooked = _between(hairdo.wander, rng) * 28 / steps
    drift = [crooked * 8 * wander(count, steps, rng, knots=7) for _ in range(3)]
    paths = np.empty((count, steps, 3), np.float32)
    for k in range(steps):
        paths[:, k] = spot
        bend = np.stack([d[:, k] for d in drift], axis=1)
        heading = _unit(heading + pull * (28 / steps) + bend)
        spot = _outside(spot + stride * heading, centre, size, shell)
    return Guides(np.ascontiguousarray(paths[..., :2]), np.ascontiguousarray(paths[..., 2]))


def _unit(vectors: Reals) -> F32:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)


def _outside(spots: Reals, centre: Reals, size: Reals, shell: Reals) -> F32:
    """Push points out of the head, to their own height above the scalp."""
    rel = (spots - centre) / size
    reach = np.linalg.norm(rel, axis=1, keepdims=True)
    return np.where(reach < shell, centre + rel / np.maximum(reach, 1e-6) * shell * size, spots)


def hair_width(view: View, rng: np.random.Generator) -> float:
    """A hair's width in pixels: 0.3 to 2, larger in close views."""
    close = view.scale / (min(view.size) / 2.3)
    return float(np.clip(np.exp(rng.normal(-0.45, 0.4)) * close**0.3, 0.3, 2.2))


def style_of(hairdo: Hairdo, view: View, rng: np.random.Generator) -> Style:
    """A hairdo's numbers, drawn and in pixels."""
    unit = view.scale
    width = hair_width(view, rng)
    return Style(
        width=width,
        clump=max(_between(hairdo.clump, rng) * unit, 2 * width),
        tight=_between(hairdo.tight, rng),
        filled=_between(hairdo.filled, rng),
        core=hairdo.core,
        curl=_between(hairdo.curl, rng) * unit,
        period=max(_between(hairdo.period, rng) * unit, 6.0),
        loose=_between(hairdo.loose, rng),
        frizz=_between(hairdo.frizz, rng) * unit,
        stray=_between(hairdo.stray, rng),
        astray=_between(hairdo.astray, rng) * unit,
        opacity=float(rng.uniform(0.75, 1.0)),
    )


def tone_of(base: Reals, rng: np.random.Generator) -> Tone:
    """Random colouring about a base colour."""
    return Tone(
        base=base,
        varied=float(rng.uniform(0.08, 0.25)),
        root=float(rng.uniform(0.45, 0.9)),
        tip=near(base * rng.uniform(0.9, 1.35), rng),
        shine=float(rng.uniform(0.05, 0.6)),
        shine_at=float(rng.uniform(0.15, 0.6)),
    )


def head_view(guides: Guides, size: tuple[int, int], rng: np.random.Generator) -> View:
    """The whole bust, or a piece of it about the outer part of some hair."""
    whole = min(size) / 2.3
    if rng.random() < 0.3:
        return View(size, whole * rng.uniform(0.85, 1.2), (0.05, rng.uniform(-0.15, 0.15)))
    outer = guides.paths[:, guides.paths.shape[1] // 2 :]
    reach = np.abs(outer[..., 1]) - 0.5 * outer[..., 0] + rng.gumbel(0, 0.15, outer.shape[:2])
    k = np.unravel_index(int(np.argmax(reach)), reach.shape)
    zoom = float(np.exp(rng.uniform(np.log(1.2), np.log(4.5))))
    row, col = outer[k] * rng.uniform(0.7, 1.0)
    return View(size, whole * zoom, (float(row), float(col)))


def head_of_hair(
    size: tuple[int, int],
    rng: np.random.Generator,
    hairdo: Hairdo,
    *,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    """A bust with hair: hair behind, the body, hair in front."""
    tall = float(rng.uniform(0.36, 0.48))
    head = (float(rng.uniform(-0.5, -0.25)), float(rng.uniform(-0.1, 0.1)))
    radii = (tall, tall * float(rng.uniform(0.74, 0.82)))
    # About a dozen points on each turn of a curl.
    steps = int(np.clip(12 * hairdo.length[1] / hairdo.period[0], 28, 96)) if hairdo.curl[1] else 28
    guides = grow(hairdo, head, radii, rng, steps=steps)
    view = head_view(guides, size, rng)
    style = style_of(hairdo, view, rng)
    tone = tone_of(hair_colour(rng), rng)
    back, front = _halves(guides, view, style, tone, rng)
    layer = draw_under(blank(size), front)
    bust = Silhouette(bust_parts(rng, head=head, radii=radii), pelt=False)
    person = paint.body(bust, view, rng, softness=1.0, pictures=pictures)
    person = paint.features(person, view, head, radii, rng)
    return draw_under(over(layer, person), back)


def _halves(
    guides: Guides, view: View, style: Style, tone: Tone, rng: np.random.Generator
) -> tuple[Bundle, Bundle]:
    """Hair behind the head and before it."""
    paths = view.pixels(guides.paths)
    margin = style.clump + style.curl + 2 * style.astray
    seen = visible(paths, view.size, margin)
    paths, depth = paths[seen], guides.depth[seen]
    order = depth.mean(axis=1)
    behind = depth[:, 0] < 0.02
    dark = replace(tone, base=tone.base * 0.7, shine=tone.shine * 0.4)
    return (
        bundle_up(paths[behind], order[behind], style, dark, rng),
        bundle_up(paths[~behind], order[~behind], style, tone, rng),
    )
