"""Small copies of a matte and of what is behind it, for what is soft and reaches far."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.pyramid import reduced
from engine.compositing.sampling import Axis
from engine.compositing.views import ReadAtLevels
from engine.imaging.geometry import strips
from engine.imaging.types import Alpha, Rect

ROWS = 512
BLUR_SAMPLES = 4.0
"""Least standard deviation of a blur in pixels of the copy that it is made on."""
_KEPT = 8
"""What is remembered of one matte or photograph."""
_OWNERS = 4
"""Mattes and photographs of which something is remembered."""

T = TypeVar("T")


class ReadMatte(Protocol):
    """A matte that is read by rectangles; `engine.document.planes.Plane` is one."""

    def read(self, rect: Rect | None = None) -> NDArray[Any]: ...


def halvings_for(sigma: float) -> int:
    """How often a copy may be halved for a blur of `sigma` pixels; at least once.

    A blur that is too fine for that comes out as soft as half the resolution is.
    """
    return max(1, math.floor(math.log2(max(sigma / BLUR_SAMPLES, 1.0))))


def small_matte(matte: ReadMatte, size: tuple[int, int], halvings: int) -> Alpha:
    """The whole matte at 1/2^halvings of its size; remembered for as long as it lives."""
    factor = 1 << halvings
    own: object = matte

    def make() -> Alpha:
        height, width = -(-size[0] // factor), -(-size[1] // factor)
        if isinstance(own, ReadAtLevels):
            return own.at_level(Rect(0, 0, height, width), halvings)
        small = np.empty((height, width), np.float32)
        for strip in strips(size, rows=ROWS * factor):
            part = reduced(matte.read(strip), factor)
            small[strip.top // factor : strip.top // factor + len(part)] = part
        return small

    return remembered(matte, ("small", halvings), make)


def blurred(pixels: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A Gaussian blur; what lies outside is as at the border."""
    if sigma <= 0:
        return pixels
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def axis_of(samples: int, *, halvings: int, level: int, shift: float = 0.0) -> Axis:
    """How a copy's samples lie under a level's pixels.

    Args:
        samples: of the copy, in this direction.
        halvings: of the copy.
        level: of the pyramid, whose pixels are looked at.
        shift: how far the copy is moved, in pixels of the photograph.
    """
    scale = 2.0 ** (level - halvings)
    return Axis(samples, scale, shift / 2**level, math.ceil(samples / scale))


_MEMORY: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
_LOCK = Lock()


def remembered(owner: Any, key: Any, make: Callable[[], T]) -> T:
    """What was last made of `owner`, which is known by its identity.

    Only of the last few owners: an undo history keeps hundreds of mattes alive.
    """
    with _LOCK:
        known = _MEMORY.pop(owner, {})
        _MEMORY[owner] = known
        while len(_MEMORY) > _OWNERS:
            _MEMORY.pop(next(iter(_MEMORY)))
    if key not in known:
        made = make()
        while len(known) >= _KEPT:
            known.pop(next(iter(known)))
        known[key] = made
    found: T = known[key]
    return found
