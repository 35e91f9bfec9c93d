"""What surfaces look like: cloth, skin, hide, objects, leaves; then light on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from trainer.data.made.colours import FUR, LEAF, SKIN, near, one_of, vivid
from trainer.data.made.fields import Point
from trainer.data.made.layers import Rgba, blank, over, painted
from trainer.data.made.noise import F32, Reals, noise, smoothstep
from trainer.data.made.silhouettes import Silhouette
from trainer.data.made.view import View, cover
from trainer.data.sample import Pixels8

Size = tuple[int, int]


def flat(size: Size, colour: Reals) -> F32:
    """One colour everywhere, H×W×3."""
    return np.broadcast_to(colour, (*size, 3)).astype(np.float32)


def mix(one: Reals, other: Reals, share: Reals) -> F32:
    """`other` where `share` (H×W) is 1."""
    return (one + share[..., None] * (other - one)).astype(np.float32)


def _skin(size: Size, rng: np.random.Generator) -> F32:
    base = one_of(SKIN, rng)
    blotches = noise(size, rng, cell=max(size) / 6, octaves=3)[..., None]
    pores = noise(size, rng, cell=2.0)[..., None]
    return flat(size, base) * (1 + 0.05 * blotches * np.array([0.5, 1, 1.1]) + 0.015 * pores)


def _plain(size: Size, rng: np.random.Generator) -> F32:
    grain = noise(size, rng, cell=rng.uniform(1, 3), octaves=1, stretch=rng.choice([0.3, 1, 3]))
    return flat(size, vivid(rng)) * (1 + rng.uniform(0, 0.08) * grain[..., None])


def _waves(size: Size, rng: np.random.Generator, period: float) -> tuple[F32, F32]:
    """Two crossed phases, bent a little as cloth is."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    turn = rng.uniform(0, np.pi)
    bend = max(size) / 60 * noise(size, rng, cell=max(size) / 3)
    u = np.cos(turn) * x + np.sin(turn) * y + bend
    v = np.cos(turn) * y - np.sin(turn) * x + bend
    return u * (2 * np.pi / period), v * (2 * np.pi / period)


def _stripes(size: Size, rng: np.random.Generator) -> F32:
    u, _ = _waves(size, rng, rng.uniform(5, 50))
    share = smoothstep(-0.25, 0.25, np.sin(u) + rng.uniform(-0.5, 0.5))
    return mix(_plain(size, rng), _plain(size, rng), share)


def _plaid(size: Size, rng: np.random.Generator) -> F32:
    u, v = _waves(size, rng, rng.uniform(14, 80))
    one, two, three = vivid(rng), vivid(rng), vivid(rng)
    cloth = mix(flat(size, one), flat(size, two), 0.5 * smoothstep(-0.2, 0.2, np.sin(u)))
    cloth = mix(cloth, flat(size, two), 0.5 * smoothstep(-0.2, 0.2, np.sin(v)))
    return mix(cloth, flat(size, three), 0.8 * smoothstep(0.93, 0.97, np.sin(u / 2 + 1)))


def _knit(size: Size, rng: np.random.Generator) -> F32:
    u, v = _waves(size, rng, rng.uniform(4, 14))
    loops = np.abs(np.sin(u / 2)) * (0.6 + 0.4 * np.sin(v + 2 * np.abs(np.sin(u / 2))))
    return flat(size, vivid(rng)) * (0.6 + 0.5 * loops[..., None])


def _print(size: Size, rng: np.random.Generator) -> F32:
    share = noise(size, rng, cell=rng.uniform(6, 60), octaves=2)
    cloth = mix(_plain(size, rng), _plain(size, rng), smoothstep(0.3, 0.5, share))
    return mix(cloth, flat(size, vivid(rng)), smoothstep(1.1, 1.3, share))


CLOTHS = (_plain, _plain, _plain, _stripes, _plaid, _knit, _print)


def _cloth(size: Size, rng: np.random.Generator) -> F32:
    cloth = CLOTHS[int(rng.integers(len(CLOTHS)))](size, rng)
    turn = rng.uniform(0.3, 4)
    folds = noise(size, rng, cell=max(size) / rng.uniform(4, 12), octaves=2, stretch=turn)
    return cloth * (1 + rng.uniform(0.03, 0.22) * folds[..., None])


def _hide(size: Size, rng: np.random.Generator) -> F32:
    coat = mix(
        flat(size, one_of(FUR, rng)),
        flat(size, one_of(FUR, rng)),
        smoothstep(0.2, 1.0, noise(size, rng, cell=max(size) / rng.uniform(2, 8), octaves=2)),
    )
    return coat * (1 + 0.12 * noise(size, rng, cell=4, octaves=2, stretch=2)[..., None])


def _object(size: Size, rng: np.random.Generator) -> F32:
    surface = flat(size, vivid(rng))
    if rng.random() < 0.4:
        grain = noise(size, rng, cell=rng.uniform(2, 6), octaves=2, stretch=rng.uniform(4, 15))
        surface = surface * (1 + 0.15 * grain[..., None])
    shine = smoothstep(1.0, 2.2, noise(size, rng, cell=max(size) / 3))
    return mix(surface, flat(size, np.ones(3, np.float32)), 0.5 * shine)


def _leaf(size: Size, rng: np.random.Generator) -> F32:
    one, two = one_of(LEAF, rng), one_of(LEAF, rng)
    share = smoothstep(-0.5, 1.5, noise(size, rng, cell=max(size) / 4, octaves=3))
    u, v = _waves(size, rng, rng.uniform(14, 40))
    veins = smoothstep(0.9, 1.0, np.sin(u + 0.6 * np.abs(v)))
    return mix(
        mix(flat(size, one), flat(size, two), share), flat(size, near(one * 1.4, rng)), 0.4 * veins
    )


MATERIALS: dict[str, Callable[[Size, np.random.Generator], F32]] = {
    "skin": _skin,
    "cloth": _cloth,
    "hide": _hide,
    "object": _object,
    "leaf": _leaf,
}
"""What a part may be made of."""


def photograph(size: Size, rng: np.random.Generator, pictures: Sequence[Pixels8]) -> F32:
    """A random piece of a random one of `pictures`, H×W×3, enlarged only if it is too small."""
    picture = pictures[int(rng.integers(len(pictures)))]
    grow = max(size[0] / picture.shape[0], size[1] / picture.shape[1], 1.0)
    if grow > 1:
        picture = cv2.resize(picture, None, fx=grow * 1.01, fy=grow * 1.01)
    row = int(rng.integers(picture.shape[0] - size[0] + 1))
    col = int(rng.integers(picture.shape[1] - size[1] + 1))
    piece = picture[row : row + size[0], col : col + size[1]]
    turned = piece[:, :: int(rng.choice([-1, 1]))]
    return turned.astype(np.float32) / np.float32(255)


def material(
    name: str, size: Size, rng: np.random.Generator, pictures: Sequence[Pixels8] = ()
) -> F32:
    """H×W×3 colours of a material; cloth and objects may show one of `pictures`."""
    if pictures and name in ("cloth", "object") and rng.random() < 0.5:
        return photograph(size, rng, pictures)
    return MATERIALS[name](size, rng)


def lit(colour: Reals, distance: Reals, rng: np.random.Generator, *, depth: float) -> F32:
    """Light from one side on a surface that curves away within `depth` pixels of its outline."""
    down, right = np.gradient(cv2.GaussianBlur(distance, (0, 0), max(depth / 6, 1.0)))
    angle, power = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.45)
    rim = np.exp(np.minimum(distance, 0) / depth)
    shade = (down * np.sin(angle) + right * np.cos(angle)) * rim * power
    return np.clip(colour * (1 + shade - 0.15 * power * rim)[..., None], 0.004, 0.996)


def body(
    shape: Silhouette,
    view: View,
    rng: np.random.Generator,
    *,
    softness: float = 1.0,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    """A silhouette's parts, painted and lit."""
    layer = blank(view.size)
    for part in shape.parts:
        distance = view.distance(part.field)
        coverage = cover(distance, softness=softness)
        colour = material(part.material, view.size, rng, pictures)
        if coverage.any():
            depth = max(view.scale * 0.25, 4.0)
            layer = over(painted(lit(colour, distance, rng, depth=depth), coverage), layer)
    return layer


def features(layer: Rgba, view: View, head: Point, radii: Point, rng: np.random.Generator) -> Rgba:
    """Eyes, brows and a mouth, roughly, on a head that is already there."""
    y, x = view.grid()
    dark = np.zeros(view.size, np.float32)
    turn = rng.uniform(-0.25, 0.25) * radii[1]
    spots = [(0.12, side * 0.4, 0.06, 0.13) for side in (-1, 1)]
    spots += [(-0.06, side * 0.42, 0.035, 0.2) for side in (-1, 1)] + [(0.62, 0.0, 0.05, 0.25)]
    for row, col, tall, wide in spots:
        v = (y - head[0] - row * radii[0]) / (tall * radii[0])
        u = (x - head[1] - turn - col * radii[1]) / (wide * radii[1])
        dark = np.maximum(dark, smoothstep(-1.3, -0.6, -np.sqrt(u * u + v * v)))
    out = layer.copy()
    out[..., :3] *= (1 - rng.uniform(0.35, 0.75) * dark)[..., None]
    return out
