"""Foregrounds made ahead of time: exact, the same from the same seed, and apart from crops."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from trainer.data.made import MadeMattes
from trainer.data.pool import Crop, Layer, LayerPool, Pool, write_shard
from trainer.data.pool.build import fill
from trainer.data.pool.layers import layers_of
from trainer.data.pool.scenes import Sources
from trainer.data.sample import Subject


class Discs:
    """Soft discs whose colours say where they are."""

    def __len__(self) -> int:
        return 4

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        rows, cols = np.mgrid[:96, :80].astype(np.float32)
        alpha = np.clip((25 + index - np.hypot(rows - 48, cols - 40)) / 8, 0, 1)
        colours = np.stack([rows, cols, np.full_like(rows, 10 * index)], -1).astype(np.uint8)
        return Subject(colours, alpha.astype(np.float32), f"disc-{index}", "soft")


SOURCES = Sources([(Discs(), 1.0)], scene=96, side=64)


def test_layers_are_pieces_with_an_edge_and_their_own_colours() -> None:
    found = [layer for number in range(6) for layer in layers_of(SOURCES, number, seed=3)]
    assert len(found) >= 12
    for layer in found:
        assert layer.foreground.shape == (64, 64, 3)
        assert ((layer.alpha > 0) & (layer.alpha < 255)).any()
        rows, cols, which = (layer.foreground[..., c].astype(np.float32) for c in range(3))
        truth = np.clip((25 + which / 10 - np.hypot(rows - 48, cols - 40)) / 8, 0, 1)
        assert np.abs(layer.alpha - truth * 255).max() <= 0.51
    again = [layer for number in range(6) for layer in layers_of(SOURCES, number, seed=3)]
    assert all(
        np.array_equal(a.foreground, b.foreground) for a, b in zip(found, again, strict=True)
    )


def test_made_subjects_become_layers() -> None:
    sources = Sources([(MadeMattes("train", (96, 96), ("wavy", "crisp")), 1.0)], scene=96, side=64)
    families = {layer.family for number in range(4) for layer in layers_of(sources, number, seed=0)}
    assert families == {"wavy", "crisp"}


def test_a_pool_of_layers_is_filled_and_read_back(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fill(tmp_path, 1, SOURCES, seed=5, pieces=layers_of, told=lambda *done: told.append(done))
    pool = LayerPool(tmp_path)
    assert len(pool) == 128
    assert told == [(1, 1)]
    first = next(layers_of(SOURCES, 0, seed=5))
    assert np.array_equal(pool.at(0).foreground, first.foreground)
    assert np.array_equal(pool.at(0).alpha, first.alpha)
    assert (pool.at(0).family, pool.at(0).scene) == ("soft", "5-0")


def _layer(value: int) -> Layer:
    return Layer(np.full((8, 8, 3), value, np.uint8), np.full((8, 8), value, np.uint8), "a", "0")


def test_layers_of_several_shards_are_numbered_on(tmp_path: Path) -> None:
    write_shard(tmp_path / "a", [_layer(1), _layer(2)])
    write_shard(tmp_path / "b", [_layer(3)])
    for pool in (LayerPool(tmp_path), pickle.loads(pickle.dumps(LayerPool(tmp_path)))):
        assert [int(pool.at(index).alpha[0, 0]) for index in range(3)] == [1, 2, 3]


def test_a_pickled_pool_carries_no_pixels(tmp_path: Path) -> None:
    write_shard(tmp_path / "a", [_layer(1)] * 100)
    assert len(pickle.dumps(LayerPool(tmp_path))) < 2_000


def test_crops_and_layers_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    planes = [np.zeros((8, 8), np.uint8)] * 3
    crop = Crop(np.zeros((8, 8, 3), np.uint8), *planes, kind="fine", family="", scene="0")
    write_shard(tmp_path / "crops" / "a", [crop])
    write_shard(tmp_path / "layers" / "a", [_layer(1)])
    with pytest.raises(UserError, match="can't be read"):
        LayerPool(tmp_path / "crops")
    with pytest.raises(UserError, match="can't be read"):
        Pool(tmp_path / "layers")
    with pytest.raises(UserError, match="--layers"):
        LayerPool(tmp_path)
