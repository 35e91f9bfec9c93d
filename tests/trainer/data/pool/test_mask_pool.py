"""Coarse masks made ahead of time: of whole photographs, the same from the same seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import UserError
from trainer.data.made import MadeMattes
from trainer.data.mask_samples import MaskSamples
from trainer.data.pool.build import fill
from trainer.data.pool.masks import MaskCrop, MaskPool, masks_of
from trainer.data.pool.scenes import Sources
from trainer.data.pool.shards import write_shard

SOURCES = Sources([(MadeMattes("train", (160, 160), ("wavy", "crisp")), 1.0)], scene=160, side=64)


@pytest.fixture(scope="module")
def crops() -> list[MaskCrop]:
    return [crop for number in range(6) for crop in masks_of(SOURCES, number, seed=3)]


def test_each_crop_shows_an_edge_that_the_mask_has_nearly(crops: list[MaskCrop]) -> None:
    assert len(crops) >= 9
    for crop in crops:
        assert crop.image.shape == (64, 64, 3)
        planes = [crop.alpha, crop.mask, crop.matte, crop.cut]
        assert all(plane.shape == (64, 64) and plane.dtype == np.uint8 for plane in planes)
        assert set(np.unique(crop.cut)) <= {0, 255}
    apart = [np.abs(crop.mask / 255 - crop.alpha / 255).mean() for crop in crops]
    assert 0.001 < np.median(apart) < 0.3


def test_they_depend_on_seed_and_number_alone(crops: list[MaskCrop]) -> None:
    again = [crop for number in range(6) for crop in masks_of(SOURCES, number, seed=3)]
    assert all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in zip(crops, again, strict=True)
        for name in ("image", "alpha", "mask", "matte", "cut")
    )
    other = next(masks_of(SOURCES, 0, seed=4))
    assert not np.array_equal(other.image, crops[0].image)


def test_a_pool_is_filled_and_read_back(tmp_path: Path) -> None:
    fill(tmp_path, 1, replace(SOURCES, crops=24), seed=5, pieces=masks_of)
    pool = MaskPool(tmp_path)
    first = next(masks_of(replace(SOURCES, crops=24), 0, seed=5))
    assert len(pool) == 128
    assert np.array_equal(pool.at(0).matte, first.matte)
    assert pool.at(0).scene == first.scene


def test_no_pool_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--masks"):
        MaskPool(tmp_path)


def test_samples_are_judged_where_planes_and_truth_differ(
    crops: list[MaskCrop], tmp_path: Path
) -> None:
    write_shard(tmp_path / "0", crops)
    samples = MaskSamples(tmp_path, seed=1)
    seen = set()
    for index in range(len(crops)):
        sample = samples.sample(index)
        assert sample["guidance"].shape == (3, 64, 64)
        assert all(plane.dtype == torch.float32 for plane in sample.values())
        apart = (sample["guidance"] - sample["alpha"]).abs().amax(0, keepdim=True)
        assert (sample["unknown"][apart > 0.02] == 1).all()
        assert set(sample["unknown"].unique().tolist()) <= {0.0, 1.0}
        seen.add(round(float(sample["alpha"].sum()), 2))
    truths = {round(float((crop.alpha / 255).sum()), 2) for crop in crops}
    assert len(seen) == len(truths)
    assert torch.equal(samples.sample(3)["image"], MaskSamples(tmp_path, seed=1).sample(3)["image"])
