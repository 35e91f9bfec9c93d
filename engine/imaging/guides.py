"""Masks and trimaps out of decoded files: what counts as one, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.decoded import Decoded, straight_alpha
from engine.imaging.geometry import strips, upright
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Trimap, to_float

_SNAP = 8.0  # of 255
_GREY_TOLERANCE = 8.0 / 255.0  # chroma that JPEG adds to a grey picture


def mask_from(decoded: Decoded, path: Path, size: tuple[int, int]) -> Alpha:
    """The guidance mask in a decoded file; see `engine.imaging.read.read_mask`."""
    _check_size(decoded, path, size, "mask")
    alpha = straight_alpha(decoded)
    if alpha is not None:
        return alpha
    return to_float(upright(_grey_samples(decoded, path, "mask"), decoded.orientation))


def trimap_from(decoded: Decoded, path: Path, size: tuple[int, int]) -> tuple[Trimap, int]:
    """The trimap in a decoded file; see `engine.imaging.read.read_trimap`."""
    _check_size(decoded, path, size, "trimap")
    samples = upright(_grey_samples(decoded, path, "trimap"), decoded.orientation)
    trimap = np.empty(samples.shape, np.uint8)
    snapped = astray = 0
    for strip in strips(samples.shape[:2], rows=512):
        values = to_float(samples[strip.slices]) * np.float32(255)
        trimap[strip.slices], moved, wrong = _snap(values)
        snapped, astray = snapped + moved, astray + wrong
    if astray:
        raise UserError(
            f"{astray} pixels of this trimap are neither 0, 128 nor 255 (nor within 8 of them).",
            remedy="Use it as a mask instead, or save a trimap with these three values.",
            path=path,
        )
    _check_both_sides(trimap, path)
    return trimap, snapped


def _snap(values: NDArray[np.float32]) -> tuple[Trimap, int, int]:
    """The nearest labels, how many pixels moved to them, and how many are too far off."""
    labels = np.full(values.shape, UNKNOWN, np.uint8)
    labels[values < (BACKGROUND + UNKNOWN) / 2] = BACKGROUND
    labels[values > (UNKNOWN + FOREGROUND) / 2] = FOREGROUND
    distance = np.abs(values - labels)
    # 16-bit files say 0.5 as 32767 or 32768, that is 127.5: no pixel that anyone moved
    moved = int(np.count_nonzero(distance > np.float32(0.51)))
    return labels, moved, int(np.count_nonzero(distance > np.float32(_SNAP + 0.51)))


def _check_both_sides(trimap: Trimap, path: Path) -> None:
    for label, name in ((FOREGROUND, "foreground (255)"), (BACKGROUND, "background (0)")):
        if not (trimap == label).any():
            raise UserError(
                f"The trimap has no {name} pixels.",
                remedy="Mark some of what is surely kept and some of what is surely cut away.",
                path=path,
            )


def _check_size(decoded: Decoded, path: Path, size: tuple[int, int], noun: str) -> None:
    height, width = decoded.size
    if (height, width) != tuple(size):
        raise UserError(
            f"The {noun} is {width} × {height} pixels, but the photograph is "
            f"{size[1]} × {size[0]}.",
            remedy=f"Use a {noun} of the photograph's own size.",
            path=path,
        )


def _grey_samples(decoded: Decoded, path: Path, noun: str) -> NDArray[Any]:
    """The one channel of a grey picture as stored, also if it was saved as RGB."""
    samples = decoded.samples
    if decoded.model == "grey":
        return samples
    if decoded.model != "rgb" or not _channels_agree(samples):
        raise UserError(
            f"This is a colour picture, not a {noun}.",
            remedy=f"Use a grey picture as the {noun}, or one with an alpha channel."
            if noun == "mask"
            else "Use a grey picture with the values 0, 128 and 255.",
            path=path,
        )
    return np.ascontiguousarray(samples[..., 1])


def _channels_agree(samples: NDArray[Any]) -> bool:
    for strip in strips(samples.shape[:2], rows=512):
        values = to_float(samples[strip.slices])
        if float(np.ptp(values, axis=2).max()) > _GREY_TOLERANCE:
            return False
    return True
