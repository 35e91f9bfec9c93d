"""Pools for recipes that need a photograph and its matte: what comes back, and how they mix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import UserError
from trainer.data.pool import Crop, write_shard
from trainer.data.pool.backgrounds import PooledBackgrounds, backgrounds_of
from trainer.data.pool.build import fill
from trainer.data.pool.pieces import PoolPieces, mixed_pieces
from trainer.data.pool.scenes import Sources

SIDE, COUNT = 16, 8


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two pools, whose crops' red is their matte; those of "dark" are darker."""
    for name, most in (("bright", 200), ("dark", 60)):
        crops = []
        for number in range(COUNT):
            rng = np.random.default_rng(number)
            alpha = rng.integers(0, most, (SIDE, SIDE)).astype(np.uint8)
            image = np.stack([alpha, alpha // 2, alpha // 2], -1)
            crops.append(Crop(image, alpha, alpha, alpha, "coarse", "noise", str(number)))
        write_shard(tmp_path / name / "0", crops)
    return tmp_path


def test_a_crop_comes_back_whole_in_other_light_and_position(root: Path) -> None:
    stream = PoolPieces(root / "bright", seed=1)
    seen = []
    for index in range(COUNT):
        one = stream.sample(index)
        assert {name: tuple(plane.shape) for name, plane in one.items()} == {
            "image": (3, SIDE, SIDE),
            "alpha": (1, SIDE, SIDE),
        }
        order = one["alpha"].flatten().argsort(stable=True)
        assert (one["image"][0].flatten()[order].diff() >= 0).all(), "moved together"
        seen.append(one["alpha"].sum().item())
        assert all(torch.equal(one[n], plane) for n, plane in stream.sample(index).items())
    wanted = sorted(
        np.random.default_rng(n).integers(0, 200, (SIDE, SIDE)).sum() / 255 for n in range(COUNT)
    )
    assert sorted(seen) == pytest.approx(wanted), "each once a pass"
    later = [stream.sample(index)["alpha"].sum().item() for index in range(COUNT, 2 * COUNT)]
    assert sorted(later) == pytest.approx(wanted) and later != pytest.approx(seen)


def test_a_mixture_agrees_with_each_pool_alone(root: Path) -> None:
    both = mixed_pieces(root, {"bright": 3, "dark": 1}, seed=5)
    alone = [mixed_pieces(root, {name: 2, "absent": 0}, seed=5) for name in ("bright", "dark")]
    taken = []
    for index in range(80):
        mixed = both.sample(index)["image"]
        taken.append([torch.equal(mixed, one.sample(index)["image"]) for one in alone])
    assert all(sum(which) == 1 for which in taken)
    assert 0.6 < np.mean([which[0] for which in taken]) < 0.9


def test_a_pool_that_is_not_there_is_named(root: Path) -> None:
    with pytest.raises(UserError, match="no pool"):
        mixed_pieces(root, {"bright": 1, "absent": 1}, seed=0)


def test_backgrounds_are_made_ahead_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.data.pool.build.SHARD", 3)
    fill(tmp_path, 2, Sources([], side=32), seed=1, pieces=backgrounds_of)
    pooled = PooledBackgrounds(tmp_path)
    assert len(pooled) == 6
    rng = np.random.default_rng(0)
    pictures = [pooled.background(index, (32, 32), rng) for index in range(6)]
    assert all(one.shape == (32, 32, 3) and one.dtype == np.uint8 for one in pictures)
    assert len({one.tobytes() for one in pictures}) == 6
