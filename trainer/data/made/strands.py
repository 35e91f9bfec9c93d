"""Bundles of strands: from a few guides to thousands of hairs, and onto a layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.made.layers import Rgba, over
from trainer.data.made.noise import F32, Reals, wander
from trainer.data.made.strand_kernels import draw_strands

MOST = 60_000
"""Strands in one bundle at most."""


@dataclass(frozen=True)
class Style:
    """How the hairs of a clump lie; lengths in pixels unless said otherwise.

    Attributes:
        width: of a hair at its thickest.
        clump: radius of a clump at its root.
        tight: how far a clump closes towards its tip, 0 to 1.
        filled: how many times over the hairs of a clump cover it.
        curl: radius of curls.
        period: length of one curl.
        loose: share of curls and waves that each hair has for itself, 0 to 1.
        frizz: how far hairs leave their clump's line.
        stray: share of hairs that leave the mass.
        astray: how far these go.
        core: draws an opaque ribbon under each clump.
        opacity: of one hair.
    """

    width: float
    clump: float
    tight: float = 0.7
    filled: float = 2.0
    curl: float = 0.0
    period: float = 60.0
    loose: float = 0.15
    frizz: float = 1.0
    stray: float = 0.05
    astray: float = 12.0
    core: bool = True
    opacity: float = 0.95


@dataclass(frozen=True)
class Tone:
    """How the hairs are coloured.

    Attributes:
        base: straight colour, 3 or (one for each guide) G×3.
        varied: deviation of brightness from hair to hair and clump to clump.
        root: brightness at the root.
        tip: colour at the tip, shaped as `base`; None for the same.
        shine: strength of the highlight.
        shine_at: where along the hair the highlight is, 0 to 1.
    """

    base: F32
    varied: float = 0.13
    root: float = 0.6
    tip: F32 | None = None
    shine: float = 0.3
    shine_at: float = 0.35


@dataclass
class Bundle:
    """Strands ready to draw, in any order.

    Attributes:
        points: S×N×2 pixels.
        widths: S×N pixels.
        colours: S×N×3 straight.
        opacities: S.
        order: S; larger is nearer to the camera.
    """

    points: F32
    widths: F32
    colours: F32
    opacities: F32
    order: F32

    def where(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Bundle:
        """Only some of the strands, by a mask or by numbers."""
        return Bundle(
            self.points[keep], self.widths[keep], self.colours[keep], self.opacities[keep],
            self.order[keep],
        )  # fmt: skip


def draw_under(layer: Rgba, bundle: Bundle) -> Rgba:
    """The bundle behind what is on `layer`, as a new layer."""
    canvas = np.ascontiguousarray(layer, np.float32).copy()
    order = np.argsort(-bundle.order, kind="stable")
    arrays = (bundle.points, bundle.widths, bundle.colours, bundle.opacities)
    draw_strands(canvas, *(np.ascontiguousarray(a, np.float32) for a in arrays), order)
    return canvas


def draw_over(layer: Rgba, bundle: Bundle) -> Rgba:
    """The bundle over `layer`, as a new layer."""
    return over(draw_under(np.zeros_like(layer), bundle), layer)


def visible(points: Reals, size: tuple[int, int], margin: float) -> NDArray[np.bool_]:
    """Which S×N×2 curves come within `margin` pixels of the frame."""
    low, high = points.min(axis=1), points.max(axis=1)
    limit = np.array(size, np.float32) + margin
    return np.all((high > -margin) & (low < limit), axis=1)


def _resampled(paths: Reals, lengths: Reals) -> F32:
    """Each path up to a share `lengths` (0 to 1) of its own, with as many points as before."""
    steps = paths.shape[1]
    at = lengths[:, None] * np.linspace(0, steps - 1, steps, dtype=np.float32)
    left = np.minimum(at.astype(np.int64), steps - 2)
    t = (at - left)[..., None]
    rows = np.arange(len(paths))[:, None]
    return paths[rows, left] * (1 - t) + paths[rows, left + 1] * t


def _normals(paths: Reals) -> F32:
    tangent = np.gradient(paths, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-4)
    return np.stack([-tangent[..., 1], tangent[..., 0]], axis=2)


def _lengths(paths: Reals) -> F32:
    return np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1)


def bundle_up(
    guides: Reals, order: Reals, style: Style, tone: Tone, rng: np.random.Generator
) -> Bundle:
    """Hairs around guides.

    Args:
        guides: G×N×2 pixels.
        order: G; larger is nearer to the camera.
        style: how hairs lie.
        tone: how they are coloured.
        rng: where they come from.
    """
    each = int(np.clip(style.filled * 2 * style.clump / style.width, 1, 400))
    each = max(1, min(each, MOST // max(len(guides), 1)))
    owner = np.repeat(np.arange(len(guides)), each)
    count, steps = len(owner), guides.shape[1]
    strayed = rng.random(count) < style.stray
    share = np.where(strayed, rng.uniform(0.8, 1.0, count), 1 - 0.45 * rng.random(count) ** 2)
    paths = _resampled(guides[owner], share.astype(np.float32))
    along = np.linspace(0, 1, steps, dtype=np.float32)
    lengths = _lengths(guides)[owner] * share
    aside, ahead, facing = _aside(owner, strayed, lengths, along, style, rng)
    points = paths + _normals(paths) * aside[..., None]
    if style.curl > 0:
        points = points + np.gradient(paths, axis=1) * ahead[..., None]
    widths = _widths(count, along, style, strayed, rng)
    clumps = rng.standard_normal(len(guides), np.float32)
    colours = _colours(owner, clumps, along, tone, rng)
    if style.curl > 0:
        colours = np.clip(colours * facing[..., None], 0.004, 0.996)
    rank = order[owner] + 0.02 * rng.standard_normal(count, np.float32)
    opacities = np.full(count, style.opacity, np.float32)
    hairs = Bundle(points, widths, colours, opacities, rank)
    return joined(_cores(guides, order, style, tone, clumps), hairs) if style.core else hairs


def _aside(
    owner: NDArray[np.int64],
    strayed: NDArray[np.bool_],
    lengths: Reals,
    along: Reals,
    style: Style,
    rng: np.random.Generator,
) -> tuple[F32, F32, F32]:
    """How far from its guide each hair is, and how it faces the light, at each step.

    Returns:
        Pixels to the side, steps ahead, and brightness, each S×N.
    """
    count, steps = len(owner), len(along)
    root = style.clump * np.clip(0.6 * rng.standard_normal(count, np.float32), -1.2, 1.2)
    closing = style.tight * rng.uniform(0.6, 1.0, count).astype(np.float32)
    aside = root[:, None] * (1 - closing[:, None] * along**1.3)
    aside += style.frizz * wander(count, steps, rng, knots=max(4, steps // 4)) * along**0.7
    far = style.astray * (0.3 + rng.exponential(0.7, count).astype(np.float32))
    aside += np.where(strayed, far, 0)[:, None] * wander(count, steps, rng, knots=4) * along
    ahead, facing = np.zeros_like(aside), np.ones_like(aside)
    if style.curl > 0:
        phase = rng.uniform(0, 2 * np.pi, int(owner[-1]) + 1)[owner]
        phase = phase + style.loose * np.pi * rng.standard_normal(count)
        rate = lengths / style.period * (1 + 0.3 * style.loose * rng.standard_normal(count))
        turn = (2 * np.pi * rate[:, None] * along + phase[:, None]).astype(np.float32)
        size = style.curl * (1 + 2 * style.loose * rng.standard_normal(count))
        size = size[:, None] * np.minimum(along * 5, 1)
        aside += size * np.sin(turn)
        # Seen a little from above, a helix runs to and fro along its axis too.
        ahead += 0.5 * np.cos(turn) * size / np.maximum(lengths / steps, 0.5)[:, None]
        facing += 0.18 * np.cos(turn) * min(style.curl / style.period * 4, 1.0)
    return aside.astype(np.float32), ahead.astype(np.float32), facing.astype(np.float32)


def _widths(
    count: int,
    along: Reals,
    style: Style,
    strayed: NDArray[np.bool_],
    rng: np.random.Generator,
) -> F32:
    taper = np.minimum(0.75 + along, 1.0) * (1 - along ** rng.uniform(3, 8))
    each = style.width * np.exp(0.25 * rng.standard_normal(count))
    each = np.where(strayed, 0.75 * each, each)
    return (each[:, None] * np.maximum(taper, 0.05)).astype(np.float32)


def _colours(
    owner: NDArray[np.int64], clumps: Reals, along: Reals, tone: Tone, rng: np.random.Generator
) -> F32:
    count = len(owner)
    shift = clumps[owner]
    bright = np.exp(tone.varied * (0.7 * shift + rng.standard_normal(count, np.float32)))
    rise = tone.root + (1 - tone.root) * np.minimum(along * 3, 1)
    where = tone.shine_at + 0.06 * shift + 0.05 * rng.standard_normal(count, np.float32)
    glow = tone.shine * np.exp(-(((along - where[:, None]) / 0.12) ** 2))
    glow *= rng.uniform(0.3, 1.2, count).astype(np.float32)[:, None]
    base = np.broadcast_to(tone.base, (len(clumps), 3))
    tip = base if tone.tip is None else np.broadcast_to(tone.tip, base.shape)
    colour = base[owner, None] + (along**1.5)[:, None] * (tip - base)[owner, None]
    colour = colour * (bright[:, None] * rise)[..., None]
    hue = 0.03 * rng.standard_normal((count, 1, 3), np.float32)
    colour = colour * (1 + hue) + glow[..., None] * (0.35 * colour + 0.18)
    return np.clip(colour, 0.004, 0.996).astype(np.float32)


def _cores(guides: Reals, order: Reals, style: Style, tone: Tone, clumps: Reals) -> Bundle:
    """An opaque, darker ribbon under every clump, so that a mass of hair doesn't leak."""
    steps = guides.shape[1]
    along = np.linspace(0, 1, steps, dtype=np.float32)
    shape = np.clip(1 - along / 0.8, 0, 1) * np.minimum(0.3 + 4 * along, 1)
    widths = np.outer(np.ones(len(guides)), 1.5 * style.clump * shape)
    dark = 0.62 * np.exp(tone.varied * clumps)[:, None] * tone.base
    colours = np.broadcast_to(dark[:, None], (len(guides), steps, 3))
    return Bundle(
        guides,
        widths.astype(np.float32),
        np.clip(colours, 0.004, 0.996).astype(np.float32),
        np.ones(len(guides), np.float32),
        order - 0.05,
    )


def joined(*bundles: Bundle) -> Bundle:
    """All strands of bundles whose strands have equally many points."""
    return Bundle(
        np.concatenate([b.points for b in bundles]),
        np.concatenate([b.widths for b in bundles]),
        np.concatenate([b.colours for b in bundles]),
        np.concatenate([b.opacities for b in bundles]),
        np.concatenate([b.order for b in bundles]),
    )
