"""Halved copies of planes: right at every level, and made anew only where the plane changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.compositing.plane_copies import PlaneCopies, Source
from engine.document.planes import TILE, Plane
from engine.imaging.types import Rect

SIZE = 2 * TILE + 44, 3 * TILE + 10


def plane_of(values: NDArray[Any]) -> Plane:
    return Plane.from_array(values)


def noise(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random(shape, np.float32)


def halved(values: NDArray[Any], level: int) -> NDArray[Any]:
    for _ in range(level):
        below, beside = values.shape[0] % 2, values.shape[1] % 2
        values = np.pad(values, ((0, below), (0, beside)), mode="edge")
        values = (values[::2] + values[1::2]) / 2
        values = (values[:, ::2] + values[:, 1::2]) / 2
    return values


def source_of(plane: Plane, read: Callable[[Rect], NDArray[Any]] | None = None) -> Source:
    return Source((plane,), read or plane.read)


@pytest.mark.parametrize("level", [0, 1, 2, 3, 6, 8])
def test_every_pixel_is_the_mean_of_its_block(level: int) -> None:
    values = noise(*SIZE)
    wanted = halved(values, level)
    whole = Rect.whole((wanted.shape[0], wanted.shape[1]))
    found = PlaneCopies().read("alpha", source_of(plane_of(values)), whole, level)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_beyond_a_pixel_a_tile_blocks_are_read_whole() -> None:
    values = np.full(SIZE, 0.25, np.float32)
    found = PlaneCopies().read("alpha", source_of(plane_of(values)), Rect(0, 0, 1, 2), 9)
    np.testing.assert_allclose(found, 0.25)


def test_a_piece_is_a_piece_of_the_whole() -> None:
    values = noise(*SIZE)
    copies, rect = PlaneCopies(), Rect(30, 50, 130, 190)
    found = copies.read("alpha", source_of(plane_of(values)), rect, 2)
    np.testing.assert_allclose(found, halved(values, 2)[rect.slices], atol=1e-5)


def test_colours_keep_their_channels() -> None:
    values = (noise(*SIZE, 3) * 255).astype(np.uint8)
    found = PlaneCopies().read("foreground", source_of(plane_of(values)), Rect(0, 0, 40, 60), 3)
    wanted = np.dstack([halved(values[..., c].astype(np.float32), 3) for c in range(3)])
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - wanted[:40, :60]).max() <= 2


def test_only_tiles_that_changed_are_made_again() -> None:
    plane, read, copies = plane_of(noise(*SIZE)), list[Rect](), PlaneCopies()

    def copied(version: Plane, level: int) -> NDArray[Any]:
        def noted(rect: Rect) -> NDArray[Any]:
            read.append(rect)
            return version.read(rect)

        size = (-(-SIZE[0] >> level), -(-SIZE[1] >> level))
        return copies.read("alpha", source_of(version, noted), Rect.whole(size), level)

    copied(plane, 1)
    assert len(read) == len(plane.tiles)
    read.clear()
    copied(plane, 3)
    assert read == []
    changed = plane.written((TILE + 5, 7), np.zeros((20, 20), np.float32))
    found = copied(changed, 3)
    assert read == [Rect(TILE, 0, 2 * TILE, TILE)]
    np.testing.assert_allclose(found, halved(changed.read(), 3), atol=1e-5)


def test_a_level_that_was_left_out_catches_up() -> None:
    plane, copies = plane_of(noise(*SIZE)), PlaneCopies()
    corner = Rect(0, 0, 30, 30)
    copies.read("alpha", source_of(plane), corner, 3)
    changed = plane.written((0, 0), np.zeros((50, 50), np.float32))
    copies.read("alpha", source_of(changed), corner, 1)
    found = copies.read("alpha", source_of(changed), corner, 3)
    np.testing.assert_allclose(found, halved(changed.read(), 3)[corner.slices], atol=1e-5)


def test_what_follows_from_two_planes_follows_both() -> None:
    one, other, copies = plane_of(noise(*SIZE)), plane_of(noise(*SIZE, seed=1)), PlaneCopies()

    def copied(first: Plane, second: Plane) -> NDArray[Any]:
        source = Source((first, second), lambda rect: first.read(rect) + second.read(rect))
        return copies.read("sum", source, Rect(0, 0, 50, 50), 2)

    copied(one, other)
    changed = other.written((3, 3), np.ones((9, 9), np.float32))
    wanted = halved(one.read() + changed.read(), 2)[:50, :50]
    np.testing.assert_allclose(copied(one, changed), wanted, atol=1e-5)
