"""What is at a pixel of the document, in words."""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document.state import DocumentState
from engine.imaging.types import Rect

Place = tuple[float, float]
"""(row, col) in pixels of the photograph, fractions included."""


def read_out(state: DocumentState | None, place: Place | None) -> str:
    """Place, colour, matte and foreground at a pixel; only the place outside the photograph."""
    if place is None:
        return ""
    row, col = floor(place[0]), floor(place[1])
    parts = [f"x {col}  y {row}"]
    if state is not None and 0 <= row < state.size[0] and 0 <= col < state.size[1]:
        parts.append(f"RGB {_colour(state.image.pixels[row, col])}")
        pixel = Rect(row, col, row + 1, col + 1)
        if state.alpha is not None:
            parts.append(f"α {float(state.alpha.read(pixel)[0, 0]):.3f}")
        if state.foreground is not None:
            parts.append(f"F {_colour(state.foreground.read(pixel)[0, 0])}")
    return "   ".join(parts)


def _colour(pixel: NDArray[Any]) -> str:
    """The photograph's own numbers: 0 to 255, to 65535, or with a point."""
    if np.issubdtype(pixel.dtype, np.integer):
        return " ".join(str(int(channel)) for channel in pixel)
    return " ".join(f"{float(channel):.3f}" for channel in pixel)
