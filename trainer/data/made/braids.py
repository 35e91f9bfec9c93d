"""Braids: three bundles of hair that cross over one another, and loose hairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trainer.data.made import paint
from trainer.data.made.colours import hair as hair_colour
from trainer.data.made.hair import hair_width, tone_of
from trainer.data.made.layers import Rgba
from trainer.data.made.noise import F32, wander
from trainer.data.made.silhouettes import Silhouette, bust_parts
from trainer.data.made.strands import Bundle, Style, bundle_up, draw_over, joined
from trainer.data.made.view import View
from trainer.data.sample import Pixels8, Split

STEPS = 96
PIECES = 24


def _along(line: F32) -> F32:
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-5)
    return np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)


def _pieces(bundle: Bundle, depth: F32) -> Bundle:
    """Strands cut into short ones, each at the depth (N) that its part of the strand has."""
    size = STEPS // PIECES
    parts = []
    for k in range(PIECES):
        # One point more than needed, so that pieces meet.
        at = np.minimum(np.arange(k * size, (k + 1) * size + 1), STEPS - 1)
        order = depth[at].mean() + 0.05 * (bundle.order - bundle.order.mean())
        parts.append(
            Bundle(
                bundle.points[:, at],
                bundle.widths[:, at],
                bundle.colours[:, at],
                bundle.opacities,
                order.astype(np.float32),
            )
        )
    return joined(*parts)


def _line(rng: np.random.Generator) -> F32:
    """The middle of a braid, in units: from the neck outwards and down."""
    along = np.linspace(0, 1, STEPS)
    side = rng.choice([-1, 1])
    out = rng.uniform(0.2, 0.9) * (1 - (1 - along) ** 2) + 0.05 * wander(1, STEPS, rng, knots=5)[0]
    down = rng.uniform(-0.4, 0.0) + rng.uniform(0.5, 1.3) * along
    return np.stack([down, side * (0.15 + out)], axis=1).astype(np.float32)


def _strand(k: int, line: F32, radius: float, turns: float) -> tuple[F32, F32]:
    along = np.linspace(0, 1, STEPS)
    phase = 2 * np.pi * (turns * along + k / 3)
    shrink = np.interp(along, [0, 0.75, 1.0], [1.0, 0.75, 0.35])
    aside = (radius * shrink * np.sin(phase)).astype(np.float32)
    depth = np.sin(2 * phase + 0.3).astype(np.float32)
    return line + aside[:, None] * _along(line), depth


def braid(
    size: tuple[int, int],
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    """A braid that hangs beside and over a bust."""
    line, tall = _line(rng), float(rng.uniform(0.36, 0.45))
    bust = Silhouette(bust_parts(rng, head=(-0.45, 0.0), radii=(tall, 0.78 * tall)), pelt=False)
    focus = line[int(rng.integers(20, STEPS))]
    zoom = float(np.exp(rng.uniform(np.log(0.9), np.log(4.0))))
    view = View(size, min(size) / 2.3 * zoom, (float(focus[0]), float(focus[1])))
    layer = paint.body(bust, view, rng, pictures=pictures)
    radius, turns = float(rng.uniform(0.05, 0.09)), float(rng.uniform(2.5, 5))
    tone, width = replace(tone_of(hair_colour(rng), rng), root=0.9), hair_width(view, rng)
    style = Style(
        width=width,
        clump=0.62 * radius * view.scale,
        tight=0.5,
        filled=float(rng.uniform(2, 3)),
        frizz=0.006 * view.scale,
        stray=float(rng.uniform(0.02, 0.15)),
        astray=float(rng.uniform(0.02, 0.08)) * view.scale,
    )
    parts = []
    for k in range(3):
        path, depth = _strand(k, line, radius, turns)
        guide = view.pixels(path)[None]
        parts.append(_pieces(bundle_up(guide, np.zeros(1, np.float32), style, tone, rng), depth))
    wisps = replace(style, filled=0.3, clump=1.6 * style.clump, stray=0.6, tight=-0.5, core=False)
    loose = bundle_up(view.pixels(line)[None], np.ones(1, np.float32), wisps, tone, rng)
    return draw_over(draw_over(layer, joined(*parts)), loose)
