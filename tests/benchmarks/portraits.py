"""Portraits with hair drawn natively at any size, with exact alpha and exact foreground.

The matte is what is drawn, so it is exact by construction: strands are anti-aliased curves over a
head-and-shoulders silhouette, and the photograph is αF + (1 − α)B plus sensor noise, in 8 bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Image, Trimap

BANDS = {"narrow": 0.015, "wide": 0.06, "broken": 0.06}
"""Width of the unknown band in shares of the short side."""


@dataclass(frozen=True)
class Portrait:
    """A made photograph and what a perfect matting method would answer.

    Attributes:
        image: the photograph, uint8.
        alpha: the exact matte.
        trimap: a right trimap: every fractional pixel of the matte is unknown.
    """

    image: Image
    alpha: Alpha
    trimap: Trimap


def draw_portrait(megapixels: float, *, band: str, seed: int = 0) -> Portrait:
    """Draw one portrait, 4:3 upright.

    Args:
        megapixels: size of the photograph.
        band: a key of `BANDS`; hair reaches as far out as the band is wide.
        seed: another person, another background.
    """
    rng = np.random.default_rng(seed)
    height = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    width = round(height * 0.75)
    reach = BANDS[band] * width
    silhouette = _silhouette(height, width)
    alpha8, colour = _hair(silhouette, reach=reach, rng=rng)
    background = _background(height, width, rng)
    image = _compose(alpha8, colour, background, rng)
    trimap = _trimap(alpha8, silhouette, reach)
    if band == "broken":
        _break_up(trimap, alpha8, rng)
    return Portrait(Image(image), alpha8.astype(np.float32) / 255.0, trimap)


def _silhouette(height: int, width: int) -> NDArray[np.uint8]:
    """Head, neck and shoulders: 255 inside, anti-aliased."""
    mask = np.zeros((height, width), np.uint8)
    centre = (width // 2, round(height * 0.36))
    cv2.ellipse(mask, centre, (round(width * 0.21), round(height * 0.22)), 0, 0, 360, 255, -1, 16)
    neck = (round(width * 0.42), round(height * 0.5)), (round(width * 0.58), round(height * 0.75))
    cv2.rectangle(mask, *neck, 255, -1)
    torso = (width // 2, round(height * 1.02))
    cv2.ellipse(mask, torso, (round(width * 0.42), round(height * 0.34)), 0, 0, 360, 255, -1, 16)
    return mask


def _hair(
    silhouette: NDArray[np.uint8], *, reach: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw strands that start on the head's contour; return the matte and the foreground."""
    height, width = silhouette.shape
    alpha = silhouette.copy()
    base = rng.uniform([15, 20, 25], [90, 80, 70])
    colour = _person(height, width, base, rng)
    centre = np.array([width / 2, height * 0.36])
    radii = np.array([width * 0.21, height * 0.22])
    unit = width / 1000.0
    count = round(1400 * max(1.0, unit) ** 0.5)
    for _ in range(count):
        angle = rng.uniform(0.9 * np.pi, 2.1 * np.pi)
        points = _strand(centre, radii, angle, reach, rng)
        thickness = max(1, round(unit * rng.uniform(0.5, 1.6)))
        opacity = int(rng.uniform(120, 256)) if thickness == 1 else 255
        tint = np.clip(base * rng.uniform(0.6, 1.5), 0, 255)
        fixed = np.round(points * 16).astype(np.int32)
        cv2.polylines(colour, [fixed], False, tint.tolist(), thickness + 4, cv2.LINE_8, 4)
        stroke = fixed.reshape(-1, 1, 2)
        _lighten(alpha, stroke, thickness, opacity)
    return alpha, colour


def _lighten(alpha: NDArray[np.uint8], stroke: NDArray[np.int32], width: int, value: int) -> None:
    """Draw a strand without darkening what is already covered more."""
    left, top = stroke.min(axis=(0, 1)) // 16 - width - 2
    right, bottom = stroke.max(axis=(0, 1)) // 16 + width + 3
    left, top = max(0, left), max(0, top)
    patch = alpha[top:bottom, left:right]
    if patch.size == 0:
        return
    drawn = np.zeros_like(patch)
    cv2.polylines(drawn, [stroke - [left * 16, top * 16]], False, value, width, cv2.LINE_AA, 4)
    np.maximum(patch, drawn, out=patch)


def _strand(
    centre: NDArray[np.float64],
    radii: NDArray[np.float64],
    angle: float,
    reach: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """A curved line of 12 points from just inside the head to at most `reach` outside."""
    outward = np.array([np.cos(angle), np.sin(angle)])
    sideways = np.array([-outward[1], outward[0]])
    root = centre + outward * radii - outward * 0.3 * reach
    length = reach * rng.uniform(0.3, 1.05)
    along = np.linspace(0, 1, 12)[:, None]
    curl = rng.normal(0, 0.5) * along**2 + 0.06 * np.sin(along * rng.uniform(4, 14))
    return root + outward * along * (length + 0.3 * reach) * 0.75 + sideways * curl * reach


def _person(
    height: int, width: int, hair: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Cloth, then hair all over the head, then skin of neck and face, with soft shading."""
    colour = np.empty((height, width, 3), np.uint8)
    colour[:] = rng.uniform(30, 160, 3)
    colour[: round(0.68 * height)] = hair
    skin = (205, 160, 135)
    neck = (round(width * 0.42), round(height * 0.5)), (round(width * 0.58), round(height * 0.72))
    cv2.rectangle(colour, *neck, skin, -1)
    face = (width // 2, round(height * 0.4))
    cv2.ellipse(colour, face, (round(width * 0.13), round(height * 0.15)), 0, 0, 360, skin, -1)
    shade = _noise(height, width, 12, rng) * 40 - 20
    for rows in (slice(top, top + 256) for top in range(0, height, 256)):
        colour[rows] = np.clip(colour[rows] + shade[rows, :, None], 0, 255)
    return colour


def _background(height: int, width: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """An out-of-focus scene: coloured noise of two scales."""
    low = np.stack([_noise(height, width, 5, rng) for _ in range(3)], axis=-1)
    fine = _noise(height, width, 40, rng)[..., None]
    return np.clip(60 + 150 * low + 40 * fine, 0, 255).astype(np.uint8)


def _noise(height: int, width: int, cells: int, rng: np.random.Generator) -> NDArray[np.float32]:
    grid = rng.random((cells + 2, cells + 2), dtype=np.float32)
    return np.clip(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def _compose(
    alpha: NDArray[np.uint8],
    colour: NDArray[np.uint8],
    background: NDArray[np.uint8],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    out = np.empty_like(colour)
    for top in range(0, len(alpha), 256):
        rows = slice(top, top + 256)
        a = alpha[rows, :, None].astype(np.float32) / 255
        value = a * colour[rows] + (1 - a) * background[rows]
        value += rng.standard_normal(value.shape, dtype=np.float32) * 1.2
        out[rows] = np.clip(np.rint(value), 0, 255)
    return out


def _trimap(alpha: NDArray[np.uint8], silhouette: NDArray[np.uint8], reach: float) -> Trimap:
    inside = (silhouette > 127).astype(np.uint8)
    to_contour = np.maximum(
        cv2.distanceTransform(inside, cv2.DIST_L2, 3),
        cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3),
    )
    fractional = ((alpha > 0) & (alpha < 255)).astype(np.uint8)
    margin = 2 * max(1, round(reach / 20)) + 1
    unknown = cv2.dilate(fractional, np.ones((margin, margin), np.uint8)) > 0
    unknown |= to_contour <= reach / 2
    return np.where(unknown, UNKNOWN, np.where(alpha > 127, FOREGROUND, BACKGROUND)).astype(
        np.uint8
    )


def _break_up(trimap: Trimap, alpha: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Make islands of known pixels inside the band, right ones."""
    islands = _noise(*trimap.shape, 90, rng) > 0.62
    trimap[islands & (alpha == 0)] = BACKGROUND
    trimap[islands & (alpha == 255)] = FOREGROUND
