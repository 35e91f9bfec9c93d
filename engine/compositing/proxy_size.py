"""How small a matte is looked at while a control is dragged (nothing heavy is imported here)."""

from __future__ import annotations

import math

PIXELS = 2_000_000
"""How many the small copy has at most; a matte that has no more needs none."""


def halvings_of(size: tuple[int, int]) -> int:
    """How often a matte of (height, width) is halved for its copy; 0 needs none."""
    return max(0, math.ceil(math.log2(size[0] * size[1] / PIXELS) / 2))
