"""Region re-solve after a 60-pixel stroke on a 24-megapixel document, and what the window waits.

python tests/benchmarks/region.py
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from portraits import draw_portrait

from engine.foreground.estimate import estimate_foreground
from engine.imaging.types import FOREGROUND, UNKNOWN, Image, Rect
from engine.matting.solve import resolve_region, solve_alpha

STROKES = 15
SIZE = 60


def main() -> None:
    rng = np.random.default_rng(1)
    portrait = draw_portrait(24, band="wide")
    trimap = portrait.trimap
    alpha = solve_alpha(portrait.image, trimap)
    rows, cols = np.nonzero(trimap == UNKNOWN)
    solving, colouring = [], []
    for pick in rng.integers(0, len(rows), STROKES):
        top, left = (int(at) for at in (rows[pick], cols[pick]))
        stroke = Rect(top, left, top + SIZE, left + SIZE).intersected(Rect.whole(trimap.shape))
        trimap[stroke.slices] = FOREGROUND
        start = time.perf_counter()
        rect, values = resolve_region(portrait.image, trimap, alpha, stroke)
        solving.append(time.perf_counter() - start)
        alpha[rect.slices] = values
        start = time.perf_counter()
        estimate_foreground(Image(portrait.image.pixels[rect.slices]), alpha[rect.slices])
        colouring.append(time.perf_counter() - start)
    for name, seconds in (("region re-solve", solving), ("its colours", colouring)):
        worst, median = max(seconds[1:]), statistics.median(seconds)
        print(f"{name}: median {median * 1000:.0f} ms, worst {worst * 1000:.0f} ms")


if __name__ == "__main__":
    main()
