"""Strands: found on the hair's mass, run over it, curled, and coloured. Camera frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from trainer.data.portraits.curves import Curves, smooth
from trainer.data.portraits.eyes import brow_line, lid_edges
from trainer.data.portraits.flow_kernels import flow, meet
from trainer.data.portraits.hair_colour import hair_tone, strand_tones
from trainer.data.portraits.hair_masses import Style
from trainer.data.portraits.head import eye_place, surface
from trainer.data.portraits.skin import beard_share
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.solids import Array, Frame
from trainer.data.portraits.traits import PortraitTraits

POINTS = 12
"""Points per strand while it runs; `smooth` adds more."""
LED = 3
"""One strand of so many is computed; the others follow it."""
GUIDES = 1 / 14
"""Share of the strands that the others gather around."""


def grow_hair(
    traits: PortraitTraits, style: Style, head: Frame, rows: Array, body: Array
) -> Curves:
    """The strands of a hairstyle.

    Args:
        traits: whose hair.
        style: how it grows.
        head: the head's pose.
        rows: the hair's own solids.
        body: what it must not enter besides.
    """
    rng = traits.detail(21)
    roots = _roots(style, head, rows, rng)
    count = len(roots)
    if count == 0:
        return _none()
    stray = rng.random(count) < 0.07
    path, normals = _run(traits, style, head, roots, np.concatenate([rows, body]), rng)
    ends = rng.uniform(0.5, 1.0, count) * _clear(style, head, path, roots)
    kept = ends * style.length > 0.03
    path, normals = _cut(path[kept], ends[kept]), _cut(normals[kept], ends[kept])
    path, normals, stray = _with_tail(style, head, path, normals, stray[kept], rng)
    path, normals = smooth(path), smooth(normals)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-9
    path = _curled(style, path, normals, rng)
    return _strands(traits, style, path, normals, stray, rng)


def _with_tail(
    style: Style,
    head: Frame,
    path: Array,
    normals: Array,
    stray: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The strands with those of a ponytail added: a bundle along a bow, thinner at its end."""
    if style.tail is None:
        return path, normals, stray
    count = style.strands // 3
    t = np.linspace(0.0, 1.0, POINTS)[:, None]
    start, bend, end = (np.array(place) for place in style.tail)
    bow = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    out = rng.normal(size=(count, 1, 3))
    out /= np.linalg.norm(out, axis=-1, keepdims=True)
    girth = 0.05 + 0.11 * np.sin(np.pi * np.clip(0.15 + 0.75 * t, 0.0, 1.0))
    bundle = bow + out * girth * rng.uniform(0.3, 1.1, (count, 1, 1))
    bundle = bundle + rng.normal(0.0, 0.06, (count, 1, 3)) * t**2
    around = np.broadcast_to(out, bundle.shape)
    return (
        np.concatenate([path, head.to_camera(_cut(bundle, rng.uniform(0.75, 1.0, count)))]),
        np.concatenate([normals, head.turn(around)]),
        np.concatenate([stray, rng.random(count) < 0.05]),
    )


def _run(
    traits: PortraitTraits,
    style: Style,
    head: Frame,
    roots: Array,
    solids: Array,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Paths and normals: every third strand runs, its neighbours run beside it."""
    led = np.ascontiguousarray(roots[::LED])
    count = len(led)
    lift = np.tile(style.lift, (count, 1)) * rng.uniform(0.2, 1.6, (count, 1))
    loose = rng.random(count) < 0.07
    lift[loose, 1] += rng.uniform(0.02, 0.12, int(loose.sum()))
    lengths = np.full(count, 1.1 * style.length)
    wish = _wishes(traits, style, head, led, rng)
    tie = np.zeros(3) if style.tie is None else head.to_camera(np.array(style.tie))
    path, normals = flow(solids, led, wish, tie, style.bound, lengths, lift, style.cling, POINTS)
    _, nearest = cKDTree(led).query(roots)
    aside = (roots - led[nearest])[:, None]
    return path[nearest] + aside, normals[nearest]


def _cut(path: Array, ends: Array) -> Array:
    """N×K×3 curves shortened to the share `ends` (N) of themselves, as many points as before."""
    last = path.shape[1] - 1
    at = ends[:, None] * np.arange(last + 1)
    low = np.minimum(at.astype(np.int64), last - 1)
    share = (at - low)[..., None]
    row = np.arange(len(path))[:, None]
    return np.asarray(path[row, low] * (1.0 - share) + path[row, low + 1] * share)


def _clear(style: Style, head: Frame, path: Array, roots: Array) -> Array:
    """The share of each strand before it hangs into the face or across the throat; N in [0, 1]."""
    place = head.from_camera(path)
    x, y, z = np.abs(place[..., 0]), place[..., 1], place[..., 2]
    start = head.from_camera(roots)
    over = (start[:, 2] > 0.1) & (np.abs(start[:, 0]) < 0.5)
    ragged = 0.06 * np.sin(37.0 * start[:, 0] + 11.0 * start[:, 1])
    top = np.where(over, min(style.front, -0.5) if style.front > 1.0 else style.front, -0.5)
    face = (x < 0.42) & (y > (top + ragged)[:, None]) & (y < 0.9) & (z > 0.3)
    throat = (x < 0.36) & (y > 0.7) & (z > -0.2)
    bad = face | throat
    first = np.where(bad.any(axis=1), bad.argmax(axis=1) - 1, path.shape[1] - 1)
    return np.asarray(np.clip(first, 0, None) / (path.shape[1] - 1))


def grow_beard(traits: PortraitTraits, head: Frame, face: Array) -> Curves:
    """The hairs of a beard; none for other faces."""
    if traits.beard == "none":
        return _none()
    rng = traits.detail(22)
    tries = 9000 if traits.beard != "stubble" else 5000
    spots = np.column_stack([rng.uniform(-0.75, 0.75, tries), rng.uniform(0.1, 1.05, tries)])
    share = beard_share(traits, spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32))
    roots = surface(head, face, spots[rng.random(tries) < share])
    roots = roots[np.isfinite(roots).all(axis=1)]
    place = head.from_camera(roots)
    roots = roots[(place[:, 2] > 0.05 + 0.3 * (place[:, 1] > 0.75)) & (np.abs(place[:, 0]) < 0.62)]
    long = 0.04 if traits.beard == "stubble" else 0.12 + 0.2 * traits.hair_length
    count = len(roots)
    sideways = head.from_camera(roots)[:, 0]
    wish = np.column_stack([0.5 * sideways, np.full(count, 1.0), np.full(count, 0.15)])
    wish = head.turn(wish + rng.normal(0.0, 0.45, (count, 3)))
    lengths = long * rng.uniform(0.5, 1.2, count)
    lift = np.column_stack([np.zeros(count), rng.uniform(0.01, 0.35, count) * long])
    path, normals = flow(face, roots, wish, np.zeros(3), 0.0, lengths, lift, 0.2, 6)
    tones = strand_tones(traits, rng, count) * 0.9
    return _tapered(smooth(path), smooth(normals), tones, 0.011, rng, gloss=0.1)


def grow_brows(traits: PortraitTraits, head: Frame, face: Array) -> Curves:
    """The hairs of both brows and the lashes of both upper lids."""
    rng = traits.detail(23)
    at, half = eye_place(traits)
    count = int(170 * traits.brows)
    u = np.concatenate([rng.uniform(-1.3, 1.15, count)])
    middle, thick = brow_line(traits, u.astype(np.float32))
    off = rng.uniform(-1.0, 1.0, count)
    start = np.column_stack([u, middle + off * thick])
    lean = np.column_stack([0.55 + 0.25 * u, -0.5 + 0.5 * (u + 1.3) / 2.4 + 0.5 * off * 0.4])
    end = start + 0.26 * lean / np.linalg.norm(lean, axis=1, keepdims=True)
    lash_u = np.linspace(-0.7, 1.06, 34)
    upper, _ = lid_edges(traits, np.clip(lash_u, -1, 1).astype(np.float32))
    root = np.column_stack([lash_u, upper])
    long = (0.12 + 0.12 * (traits.build < 0.5)) * rng.uniform(0.7, 1.2, len(lash_u))
    tip = root + long[:, None] * np.column_stack([0.9 * lash_u, np.full(len(lash_u), -0.9)])
    curves = []
    for side in (-1.0, 1.0):
        scale = np.array([side * half, half])
        for a, b, width in ((start, end, 0.007), (root, tip, 0.009)):
            ways = (a[:, None] + (b - a)[:, None] * np.linspace(0, 1, 4)[:, None]) * scale
            ways[..., 0] += side * at
            curves.append((ways, width))
    return _on_face(traits, head, face, curves, rng)


def _on_face(
    traits: PortraitTraits,
    head: Frame,
    face: Array,
    curves: list[tuple[Array, float]],
    rng: np.random.Generator,
) -> Curves:
    ways = np.concatenate([way for way, _ in curves])
    width = np.concatenate([np.full(len(way), w) for way, w in curves])
    places = surface(head, face, ways.reshape(-1, 2)).reshape(*ways.shape[:2], 3)
    places = places + head.turn(np.array([0.0, 0.0, 0.02]))
    good = np.isfinite(places).all(axis=(1, 2))
    normals = np.broadcast_to(head.turn(np.array([0.0, -0.2, 0.98])), places[good].shape)
    tones = hair_tone(traits) * np.full((int(good.sum()), 1), 0.55, np.float32)
    grown = _tapered(smooth(places[good]), smooth(np.array(normals)), tones, 1.0, rng, gloss=0.0)
    return Curves(
        grown.points,
        grown.normals,
        grown.widths * width[good][:, None],
        grown.albedo,
        grown.opacity * 0.8,
    )


def _roots(style: Style, head: Frame, rows: Array, rng: np.random.Generator) -> Array:
    """Places on the mass's outside; strands that start there cover it evenly."""
    if style.strands == 0:
        return np.zeros((0, 3))
    y = rng.uniform(-0.85, style.low, style.strands)
    centre = np.column_stack([np.zeros_like(y), np.maximum(y, -0.25), np.full_like(y, -0.2)])
    out = rng.normal(size=(style.strands, 3))
    out[:, 1] = np.where(y > -0.25, 0.3 * out[:, 1], -np.abs(out[:, 1]) + 0.35)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    starts, ways = head.to_camera(centre + 3.0 * out), head.turn(-out)
    far = meet(rows, np.ascontiguousarray(starts), np.ascontiguousarray(ways), 3.0)
    good = np.isfinite(far)
    return np.asarray(starts[good] + far[good, None] * ways[good])


def _wishes(
    traits: PortraitTraits, style: Style, head: Frame, roots: Array, rng: np.random.Generator
) -> Array:
    """Where each strand wants to go, camera frame; gravity pulls along the picture's y."""
    place = head.from_camera(roots)
    part = 0.3 * traits.parting
    side = np.tanh((place[:, 0] - part) / 0.12)
    top = np.clip((0.2 - place[:, 1]) / 0.8, 0.0, 1.0)
    combed = np.column_stack([style.side * side * top, np.zeros(len(roots)), -style.back * top])
    wish = head.turn(combed) + np.array([0.0, style.down, 0.0])
    return np.asarray(wish + rng.normal(0.0, style.wild, wish.shape))


def _curled(style: Style, path: Array, normals: Array, rng: np.random.Generator) -> Array:
    """Bundles drawn together towards their guides, then wound around themselves."""
    count, points = path.shape[:2]
    t = np.linspace(0.0, 1.0, points)
    guides = rng.choice(count, max(1, int(count * GUIDES)), replace=False)
    _, nearest = cKDTree(path[guides][:, points // 3]).query(path[:, points // 3])
    path = path + (path[guides][nearest] - path) * (style.clump * t**0.8)[:, None]
    if style.curl == 0.0:
        return path
    phase = (rng.uniform(0, 2 * np.pi, len(guides))[nearest] + rng.normal(0, 0.5, count))[:, None]
    turns = (style.turns * rng.uniform(0.8, 1.25, len(guides))[nearest])[:, None]
    wind = 2 * np.pi * turns * t + phase
    radius = style.curl * np.minimum(1.0, 3.0 * t) * rng.uniform(0.6, 1.2, (count, 1))
    tangent = np.gradient(path, axis=1)
    across = np.cross(normals, tangent)
    across /= np.linalg.norm(across, axis=-1, keepdims=True) + 1e-9
    return np.asarray(
        path
        + across * (radius * np.sin(wind))[..., None]
        + normals * (0.6 * radius * (1.0 + np.cos(wind)))[..., None]
    )


def _strands(
    traits: PortraitTraits,
    style: Style,
    path: Array,
    normals: Array,
    stray: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Curves:
    tones = strand_tones(traits, rng, len(path))
    grown = _tapered(path, normals, tones, style.width, rng, gloss=0.45 * (1.0 - 0.5 * traits.grey))
    thin = np.where(stray, 0.35, 1.0)[:, None]
    return Curves(
        grown.points, grown.normals, grown.widths * thin, grown.albedo, grown.opacity, grown.gloss
    )


def _tapered(
    path: Array,
    normals: Array,
    tones: Plane,
    width: float,
    rng: np.random.Generator,
    *,
    gloss: float,
) -> Curves:
    t = np.linspace(0.0, 1.0, path.shape[1])
    widths = width * rng.uniform(0.5, 1.3, (len(path), 1)) * np.clip(1.05 - t**2, 0.08, 1.0)
    deep = 0.62 + 0.38 * np.minimum(1.0, 2.5 * t)
    albedo = tones[:, None, :] * deep[:, None]
    opacity = np.broadcast_to(np.minimum(1.0, 0.3 + 5 * t) * 0.92, widths.shape)
    return Curves(path, normals, widths, albedo, opacity, gloss)


def _none() -> Curves:
    empty = np.zeros((0, 2))
    return Curves(np.zeros((0, 2, 3)), np.zeros((0, 2, 3)), empty, np.zeros((0, 2, 3)), empty)
