"""The numbers under the cursor are those of the document, in the photograph's own depth."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import edits
from engine.document.state import SourceLink, new_document
from engine.imaging.types import Image
from matteapp.canvas.readout import read_out


def document(pixels: np.ndarray):
    state = new_document(Image(pixels), SourceLink(None, "", embedded=False))
    alpha = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    colours = pixels.copy()
    colours[1, 2] = pixels[0, 0]
    return edits.set_foreground(edits.set_alpha(state, alpha), colours)


@pytest.mark.parametrize(
    ("dtype", "scale", "own", "subject"),
    [
        (np.uint8, 1, "18 19 20", "0 1 2"),
        (np.uint16, 1000, "18000 19000 20000", "0 1000 2000"),
        (np.float32, 1 / 100, "0.180 0.190 0.200", "0.000 0.010 0.020"),
    ],
)
def test_colour_matte_and_foreground_are_read_out(dtype, scale, own, subject) -> None:
    pixels = (np.arange(36).reshape(3, 4, 3) * scale).astype(dtype)
    text = read_out(document(pixels), (1.9, 2.1))
    assert text == f"x 2  y 1   RGB {own}   α 0.545   F {subject}"


def test_what_is_not_there_is_not_said() -> None:
    pixels = np.zeros((3, 4, 3), np.uint8)
    bare = new_document(Image(pixels), SourceLink(None, "", embedded=False))
    assert read_out(bare, (0.0, 0.0)) == "x 0  y 0   RGB 0 0 0"
    assert read_out(bare, (-0.5, 1.0)) == "x 1  y -1"
    assert read_out(bare, None) == ""
    assert read_out(None, (2.0, 1.0)) == "x 1  y 2"
