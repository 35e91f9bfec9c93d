"""Samples from pools: blended exactly, repeatable, with or without random alpha blending."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from trainer.data.pool import Crop, Layer, LayerPool, Pool, write_shard
from trainer.data.pooled_colours import PooledColours, lit
from trainer.data.sample import Pixels8

SIDE = 64


class Grey:
    """Pictures of one grey each."""

    def __len__(self) -> int:
        return 5

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        return np.full((*size, 3), 40 * index + 20, np.uint8)


@pytest.fixture
def pools(tmp_path: Path) -> tuple[Pool, LayerPool]:
    """Discs as mattes; a ramp as a layer whose foreground is the matte itself, tripled."""
    rng = np.random.default_rng(0)
    rows, cols = np.mgrid[:SIDE, :SIDE]
    disc = np.clip((20 - np.hypot(rows - 32, cols - 32)) / 6, 0, 1)
    disc8 = np.rint(disc * 255).astype(np.uint8)
    image = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    crop = Crop(image, disc8, disc8, disc8, kind="fine", family="soft", scene="0")
    write_shard(tmp_path / "mattes" / "0", [crop])
    ramp = np.clip(8 * cols - 100, 0, 255).astype(np.uint8)
    write_shard(tmp_path / "layers" / "0", [Layer(np.dstack([ramp] * 3), ramp, "ramp", "0")])
    return Pool(tmp_path / "mattes"), LayerPool(tmp_path / "layers")


def samples(pools: tuple[Pool, LayerPool], *, share: float, crop: int = SIDE) -> PooledColours:
    return PooledColours(
        pools[0], pools[1] if share < 1 else None, Grey(), crop, seed=3, random_alpha=share
    )


def test_a_sample_is_blended_of_its_layers(pools: tuple[Pool, LayerPool]) -> None:
    for index in range(12):
        s = samples(pools, share=0.5).sample(index)
        assert {name: tuple(t.shape) for name, t in s.items()} == {
            "image": (3, SIDE, SIDE),
            "alpha": (1, SIDE, SIDE),
            "foreground": (3, SIDE, SIDE),
            "background": (3, SIDE, SIDE),
        }
        composed = s["alpha"] * s["foreground"] + (1 - s["alpha"]) * s["background"]
        assert (composed - s["image"]).abs().max() <= 0.51 / 255


def test_samples_repeat_and_differ(pools: tuple[Pool, LayerPool]) -> None:
    stream = samples(pools, share=0.5)
    first = stream.sample(4)
    assert not torch.equal(stream.sample(5)["image"], first["image"])
    again = samples(pools, share=0.5).sample(4)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_with_random_alpha_blending_the_foreground_is_a_picture(
    pools: tuple[Pool, LayerPool],
) -> None:
    for index in range(8):
        s = samples(pools, share=1.0).sample(index)
        assert s["foreground"].std(dim=(1, 2)).max() < 1e-6  # a grey, tinted: flat, whole
        assert s["alpha"].std() > 0.2


def test_without_it_the_foreground_belongs_to_the_matte(pools: tuple[Pool, LayerPool]) -> None:
    for index in range(8):
        s = samples(pools, share=0.0).sample(index)
        alpha, colours = s["alpha"][0].flatten(), s["foreground"].flatten(1)
        order = alpha.argsort(stable=True)
        assert (colours[:, order].diff(dim=1) >= 0).all()  # brighter where there is more of it
        assert s["background"].std(dim=(1, 2)).max() < 1e-6


def test_smaller_crops_have_an_edge_in_them(pools: tuple[Pool, LayerPool]) -> None:
    for index in range(10):
        s = samples(pools, share=0.5, crop=32).sample(index)
        assert s["image"].shape == (3, 32, 32)
        assert ((s["alpha"] > 0) & (s["alpha"] < 1)).any()


def test_another_light_keeps_flat_flat_and_order() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    layer = np.dstack([ramp, ramp, ramp])
    changed = [lit(layer, np.random.default_rng(seed)) for seed in range(20)]
    assert all((np.diff(one.reshape(256, 3).astype(int), axis=0) >= 0).all() for one in changed)
    assert len({one.tobytes() for one in changed}) == 20
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    brightest = {int(lit(red, np.random.default_rng(s))[0, 0].argmax()) for s in range(60)}
    assert brightest == {0, 1, 2}
