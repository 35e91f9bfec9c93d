"""From traits to layers: straight colours and an exact matte, at any size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.portraits.camera import Camera, View, look
from trainer.data.portraits.curves import Curves, draw, shaded
from trainer.data.portraits.eyes import around_eyes, paint_eyes
from trainer.data.portraits.garment import Garment, folds, garment_of, paint_cloth, seams
from trainer.data.portraits.hair import grow_beard, grow_brows, grow_hair
from trainer.data.portraits.hair_colour import hair_tone
from trainer.data.portraits.hair_masses import Style
from trainer.data.portraits.hair_styles import style_of
from trainer.data.portraits.head import (
    body_frame,
    head_frame,
    head_solids,
    neck_solids,
    skull_solids,
    torso_solids,
)
from trainer.data.portraits.light import Light, Surface, decode, encode, light_of, shade, shadows
from trainer.data.portraits.skin import paint_skin
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.solids import Array, Frame, Part, stacked, table
from trainer.data.portraits.spectacles import spectacles
from trainer.data.portraits.texture import lattice, mix, noise
from trainer.data.portraits.traits import PortraitTraits
from trainer.data.sample import Pixels8

FINER_BELOW = 160
"""Pictures with a shorter side are drawn twice as large and averaged; in larger ones the edges
between parts are smoothed instead. Outlines, strands and paint are anti-aliased analytically."""
LEAST = 1 / 512
"""Coverage below this is none: an 8-bit matte can't show it."""


@dataclass(frozen=True, eq=False)
class Sitter:
    """A person as shapes in front of the camera: everything that doesn't depend on the size."""

    traits: PortraitTraits
    head: Frame
    body: Frame
    solids: Array
    style: Style
    garment: Garment
    light: Light
    curves: list[Curves]


@dataclass(frozen=True, eq=False)
class Rendering:
    """A person without background.

    Attributes:
        foreground: H×W×3 uint8 straight sRGB, smooth where alpha is 0.
        alpha: H×W float32 in [0, 1].
    """

    foreground: Pixels8
    alpha: NDArray[np.float32]


def render(traits: PortraitTraits, size: int | tuple[int, int]) -> Rendering:
    """Render a person at a size in pixels (one number, or height and width)."""
    return photograph(seat(traits), size)


def seat(traits: PortraitTraits) -> Sitter:
    """Model a person: solids, strands and light."""
    head, body = head_frame(traits), body_frame(traits)
    style, garment = style_of(traits), garment_of(traits)
    face = table(head_solids(traits), head)
    neck = table(neck_solids(traits, head, body), body)
    torso = table(torso_solids(traits, Part.SKIN), body)
    clothes, worn = table(garment.solids, body), table(style.solids, head)
    hair = worn[worn[:, 1] == Part.HAIR]
    guard = table(style.guard, head)
    obstacles = stacked(table(skull_solids(traits), head), guard, neck[:1], clothes[:8])
    curves = [
        _in_camera(seams(garment), body),
        grow_brows(traits, head, face),
        grow_beard(traits, head, stacked(face, neck)),
        _in_camera(spectacles(traits), head),
        grow_hair(traits, style, head, hair, obstacles),
    ]
    solids = stacked(face, neck, torso, clothes, worn)
    return Sitter(traits, head, body, solids, style, garment, light_of(traits), curves)


def photograph(sitter: Sitter, size: int | tuple[int, int]) -> Rendering:
    """Look at a modelled person at a size in pixels."""
    rows, cols = (size, size) if isinstance(size, int) else size
    traits = sitter.traits
    middle = (-traits.place[0], 0.42 - traits.place[1])
    finer = 2 if min(rows, cols) < FINER_BELOW else 1
    step = traits.span / min(rows, cols) / finer
    camera = Camera(rows * finer, cols * finer, step, middle)
    view = look(camera, sitter.solids)
    falls = shadows(camera, view, sitter.light)
    painted = _painted(sitter, camera, view, falls)
    colour = _soft_edges(painted * view.cover[..., None], view)
    alpha = view.cover.copy()
    for curves in sitter.curves:
        tones = shaded(curves, sitter.light, _read(falls[0], camera, curves.points))
        draw(curves, tones, camera, view.depth, colour, alpha)
    colour = cv2.resize(colour, (cols, rows), interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha, (cols, rows), interpolation=cv2.INTER_AREA)
    return _finished(colour, alpha)


def _painted(
    sitter: Sitter, camera: Camera, view: View, falls: tuple[Plane, Plane, Plane]
) -> Plane:
    """Linear colours of the solids under what `shadows` found, H×W×3."""
    colour = np.zeros((*view.part.shape, 3), np.float32)
    painters = {
        Part.SKIN: _skin,
        Part.HAIR: _hair,
        Part.CLOTH: _cloth,
        Part.OVER: _cloth,
        Part.HAT: _cloth,
    }
    for part, painter in painters.items():
        where = view.part == part
        if where.any():
            places, footprint = camera.places(view.depth, where), camera.step
            surface, extra = painter(sitter, part, places, view.normal[where], footprint)
            lit, open_, outer = (plane[where] for plane in falls)
            colour[where] = shade(surface, sitter.light, lit, open_, outer) + extra
    return colour


def _soft_edges(colour: Plane, view: View) -> Plane:
    """Premultiplied colours, smoothed where two parts meet or one lies before itself."""
    parts = view.part.astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    meets = cv2.morphologyEx(parts, cv2.MORPH_GRADIENT, kernel) > 0
    inside = cv2.erode(view.cover, kernel) > LEAST
    soft = cv2.GaussianBlur(colour, (3, 3), 0.7)
    return np.where((meets & inside)[..., None], soft, colour)


def _skin(
    sitter: Sitter, part: Part, places: Plane, normal: Plane, footprint: float
) -> tuple[Surface, Plane]:
    traits, head = sitter.traits, sitter.head
    place = head.seen(places)
    albedo, gloss = paint_skin(traits, place, footprint)
    key = (sitter.light.key @ head.rotation).astype(np.float32)
    near = around_eyes(place)
    eyes = paint_eyes(traits, albedo[near], place[near], footprint, key)
    albedo[near] = eyes.albedo
    bulge = (eyes.bulge @ head.rotation.T).astype(np.float32)
    bent = mix(normal[near], bulge, eyes.open)
    normal[near] = bent / (np.linalg.norm(bent, axis=-1, keepdims=True) + 1e-6)
    gloss[near] *= 1.0 - eyes.open
    spark = np.zeros_like(albedo)
    spark[near] = 0.75 * eyes.spark[..., None] * sitter.light.key_colour
    return Surface(albedo, normal, gloss, 14.0, (0.34, 0.2, 0.15)), spark


def _hair(
    sitter: Sitter, part: Part, places: Plane, normal: Plane, footprint: float
) -> tuple[Surface, Plane]:
    place = sitter.head.seen(places)
    values = lattice(sitter.traits.detail(41))
    streaks = 1.0 + 0.25 * noise(
        values, 22 * place[..., 0] + 9 * place[..., 2], 2.0 * place[..., 1]
    )
    albedo = (hair_tone(sitter.traits) * (0.55 * streaks)[..., None]).astype(np.float32)
    return Surface(albedo, normal, 0.0, 8.0, (0.3, 0.3, 0.3)), np.zeros(3, np.float32)


def _cloth(
    sitter: Sitter, part: Part, places: Plane, normal: Plane, footprint: float
) -> tuple[Surface, Plane]:
    traits = sitter.traits
    frame = sitter.head if part == Part.HAT else sitter.body
    place = frame.seen(places)
    one, other = decode(traits.cloth), decode(traits.accent)
    if part == Part.CLOTH:
        if traits.garment == "jacket":
            one = np.float32(0.35) * one + np.float32(0.5)
        albedo = paint_cloth(traits, place, colours=(one, other))
    else:
        plain = replace(traits, pattern="plain" if part == Part.OVER else traits.pattern)
        ground = one * np.float32(0.45) if part == Part.OVER else other
        albedo = paint_cloth(plain, place, colours=(ground, one))
    wrap = (0.15, 0.15, 0.15)
    return Surface(albedo, folds(traits, place, normal), 0.02, 10.0, wrap), np.zeros(3, np.float32)


def _read(lit: Plane, camera: Camera, points: Array) -> Array:
    """A plane's values under camera-frame points; the border's outside the frame."""
    at = camera.pixels(points)
    row = np.clip(at[..., 0].astype(np.int64), 0, camera.rows - 1)
    col = np.clip(at[..., 1].astype(np.int64), 0, camera.cols - 1)
    return np.asarray(lit[row, col], np.float64)


def _in_camera(curves: Curves, frame: Frame) -> Curves:
    return replace(
        curves, points=frame.to_camera(curves.points), normals=frame.turn(curves.normals)
    )


def _finished(colour: Plane, alpha: Plane) -> Rendering:
    matte = np.where(alpha < LEAST, 0.0, np.minimum(alpha, 1.0)).astype(np.float32)
    matte[matte > 1.0 - LEAST] = 1.0
    colour = colour * (matte > 0.0)[..., None]
    own = colour / np.maximum(alpha, LEAST)[..., None]
    straight = mix(_spread(colour, matte), own, (matte > 0.0).astype(np.float32))
    return Rendering(np.round(255.0 * encode(straight).clip(0.0, 1.0)).astype(np.uint8), matte)


def _spread(colour: Plane, alpha: Plane) -> Plane:
    """Straight colours carried outwards smoothly (pull and push over a pyramid); H×W×3."""
    rows, cols = alpha.shape
    if min(rows, cols) <= 2:
        mean = colour.sum(axis=(0, 1)) / max(float(alpha.sum()), 1e-6)
        return np.broadcast_to(mean.astype(np.float32), colour.shape).copy()
    half = (-(-cols // 2), -(-rows // 2))
    layers = np.dstack([colour, alpha])
    small = cv2.resize(layers, half, interpolation=cv2.INTER_AREA)
    below = _spread(small[..., :3], small[..., 3])
    wide = cv2.resize(below, (cols, rows), interpolation=cv2.INTER_LINEAR)
    straight = colour / np.maximum(alpha, LEAST)[..., None]
    return mix(wide, straight, np.clip(4.0 * alpha, 0.0, 1.0))
