"""The matte follows a stroke as far as it changes, and shows no block's edge."""

from __future__ import annotations

import numpy as np

from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image, Rect
from engine.matting import following
from engine.matting.following import followed
from engine.matting.solve import resolve_region, solve_alpha

SIZE = 400, 480


def flat_picture() -> Image:
    """Two colours side by side, with little grain: a label carries far within each."""
    rng = np.random.default_rng(0)
    pixels = np.full((*SIZE, 3), (200, 90, 40), np.int16)
    pixels[:, 300:] = (60, 80, 160)
    pixels += rng.integers(-3, 4, pixels.shape, dtype=np.int16)
    return Image(np.clip(pixels, 0, 255).astype(np.uint8))


def painted() -> np.ndarray:
    trimap = np.full(SIZE, UNKNOWN, np.uint8)
    trimap[190:200, 20:40] = FOREGROUND
    trimap[20:40, 430:460] = BACKGROUND
    trimap[330:350, 20:60] = BACKGROUND
    return trimap


def steepest_rim(alpha: np.ndarray, rect: Rect) -> float:
    """The largest step of a matte across a rectangle's sides."""
    rows = [row for row in (rect.top, rect.bottom) if 0 < row < SIZE[0]]
    cols = [col for col in (rect.left, rect.right) if 0 < col < SIZE[1]]
    steps = [np.abs(alpha[row] - alpha[row - 1]).max() for row in rows]
    return max(steps + [np.abs(alpha[:, col] - alpha[:, col - 1]).max() for col in cols], default=0)


def test_where_little_is_known_a_stroke_is_followed_to_the_end() -> None:
    image, trimap = flat_picture(), painted()
    live = solve_alpha(image, trimap)
    stroke = Rect(330, 150, 350, 190)
    trimap[stroke.slices] = FOREGROUND
    rect, values = resolve_region(image, trimap, live, stroke)
    live[rect.slices] = values
    assert rect.height > stroke.height + 2 * 64
    assert np.abs(live - solve_alpha(image, trimap)).mean() < 0.01


def test_a_stroke_that_changes_little_is_solved_where_it_is() -> None:
    image, trimap = flat_picture(), np.full(SIZE, BACKGROUND, np.uint8)
    trimap[:, :295] = FOREGROUND
    trimap[:, 290:310] = UNKNOWN
    before = solve_alpha(image, trimap)
    stroke = Rect(190, 285, 200, 295)
    trimap[stroke.slices] = FOREGROUND
    rect, _ = resolve_region(image, trimap, before, stroke)
    assert rect == stroke.grown(64, within=SIZE)


def test_beyond_what_is_solved_at_once_the_change_fades(monkeypatch) -> None:
    monkeypatch.setattr(following, "LARGEST", 300 * 300)
    trimap, changed = np.full(SIZE, UNKNOWN, np.uint8), Rect(190, 200, 210, 220)
    asked: list[Rect] = []

    def solve(rect: Rect) -> tuple[np.ndarray, np.ndarray]:
        asked.append(rect)
        shape = rect.height, rect.width
        return np.zeros(shape, np.float32), np.ones(shape, np.float32)

    rect, values = followed(solve, changed, trimap, reach=64)
    assert asked == [rect] == [changed.grown(64, within=SIZE)]
    live = np.zeros(SIZE, np.float32)
    live[rect.slices] = values
    assert steepest_rim(live, rect) <= 1 / 64
    assert live[200, 210] == 1


def test_the_photographs_own_edge_is_no_rim() -> None:
    trimap = np.full((100, 90), UNKNOWN, np.uint8)

    def solve(rect: Rect) -> tuple[np.ndarray, np.ndarray]:
        assert rect == Rect(0, 0, 100, 90)
        return np.zeros((100, 90), np.float32), np.ones((100, 90), np.float32)

    rect, values = followed(solve, Rect(40, 40, 50, 50), trimap, reach=64)
    assert (rect, values.min()) == (Rect(0, 0, 100, 90), 1)
