"""Samples of alpha generation: keys, ranges, what is mixed; the number alone decides."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import UserError
from tests.trainer.data.people_sets import make_people
from trainer.config import load_run
from trainer.data.alpha_samples import AlphaSamples
from trainer.data.guidance import GuidanceSettings, guidance_of
from trainer.data.mixed_subjects import (
    MixedBackgrounds,
    Mixture,
    mixed_backgrounds,
    mixed_subjects,
)
from trainer.data.sample import Pixels8
from trainer.recipes.pomagan_alpha import build

SMALL = ("data.side=64", "augmentation.crop=64")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets")
    make_people(root)
    return root


@pytest.fixture(autouse=True)
def at(root, monkeypatch) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setenv("MATTE_DATA", str(root))


def samples(*changes: str, config: str = "smoke") -> AlphaSamples:
    built = build(load_run("pomagan_alpha", config, [*SMALL, *changes]).config).samples
    assert isinstance(built, AlphaSamples)
    return built


@pytest.mark.parametrize("pieces", ["crops", "frames"])
def test_a_sample_has_all_a_step_needs_and_is_always_the_same(pieces: str) -> None:
    frames = ("people.photographs=off", "people.drawn=1", "framing.shapes=[[64, 64]]")
    stream = samples(f"data.pieces={pieces}", *frames)
    one, again, other = stream.sample(3), stream.sample(3), stream.sample(4)
    sizes = {name: tuple(tensor.shape) for name, tensor in one.items()}
    assert sizes == {
        "image": (3, 64, 64),
        "alpha": (1, 64, 64),
        "map": (1, 64, 64),
        "behind": (3, 64, 64),
    }
    for name, tensor in one.items():
        assert tensor.dtype == torch.float32 and 0 <= tensor.min() <= tensor.max() <= 1
        assert torch.equal(tensor, again[name]), name
        assert not torch.equal(tensor, other[name]), name


def test_the_papers_frames_are_composed_and_stretched() -> None:
    changes = ("people.person_lists={}", "people.backgrounds=backgrounds", "loss.features=random")
    stream = samples(*changes, "framing.shapes=[[64, 48]]", "network.narrow=16", config="paper")
    one = stream.sample(0)
    assert {tuple(tensor.shape[1:]) for tensor in one.values()} == {(64, 48)}
    assert not torch.equal(one["behind"], one["image"])


def test_a_map_is_a_soft_mask_near_the_matte() -> None:
    rows, cols = np.mgrid[:128, :128]
    alpha = np.clip((40 - np.hypot(rows - 64, cols - 64)) / 6, 0, 1).astype(np.float32)
    hard, soft = (GuidanceSettings(map_factor=(f, f)) for f in (1.0, 8.0))
    for seed in range(4):
        edges = guidance_of(alpha, "map", np.random.default_rng(seed), settings=hard)
        blurry = guidance_of(alpha, "map", np.random.default_rng(seed), settings=soft)
        assert set(np.unique(edges)) == {0, 1}
        between = (blurry > 0) & (blurry < 1)
        assert 0.02 < between.mean() < 0.5
        assert np.abs(edges - blurry)[~between].max() == 0
        assert np.abs(blurry - alpha).mean() < 0.2


def families(**shares: float) -> set[str]:
    mixed = mixed_subjects(Mixture(shares=shares, side=64))
    rng = np.random.default_rng(0)
    names = [mixed.subject(0, rng).name for _ in range(5)]
    return {name.split("-")[0] if name.startswith("portrait") else "other" for name in names}


def test_subjects_come_as_often_as_asked_for() -> None:
    assert families(portraits=1.0) == {"portrait"}
    assert families(made=1.0, portraits=0.0) == {"other"}
    assert families(portraits=1.0, recomposed=1.0) == {"portrait", "other"}
    assert len(mixed_subjects(Mixture(shares={"recomposed": 1.0}))) == 1
    with pytest.raises(UserError, match="No subjects are left"):
        mixed_subjects(Mixture(shares={"made": 0.0}))
    with pytest.raises(UserError, match="nobody for train"):
        mixed_subjects(Mixture(shares={"recomposed": 1.0}, recomposed="elsewhere"))


def test_made_backgrounds_are_among_the_pictures() -> None:
    class Grey:
        def __len__(self) -> int:
            return 3

        def background(self, index: int, size: tuple[int, int], rng: object) -> Pixels8:
            return np.full((*size, 3), 7 + index, np.uint8)

    rng = np.random.default_rng(0)
    mixed = MixedBackgrounds(Grey(), 0.5, "train")
    found = [(mixed.background(2, (48, 48), rng) == 9).all() for _ in range(16)]
    assert 2 < sum(found) < 14
    assert len(mixed) == 3
    assert len(mixed_backgrounds(Mixture(backgrounds="backgrounds"))) == 5
