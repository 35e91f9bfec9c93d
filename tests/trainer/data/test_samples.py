"""Training samples: what is in them, that they repeat, and where they come from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.errors import UserError
from trainer.data.augment import RealWorld
from trainer.data.foreground_samples import ForegroundSamples
from trainer.data.matting_samples import GuidanceMix, MattingSamples, drawn_kind
from trainer.data.pairs import Pairing
from trainer.data.portraits.traits import HAIRSTYLES
from trainer.data.sample import Photograph, Pixels8, Subject
from trainer.data.scenes import Augmentation, ComposedScenes, PhotographScenes
from trainer.data.sources import MadeBackgrounds, Source, open_scenes, pictures_of

SMALL = Augmentation(crop=64, pairing=Pairing(side=64))


class Discs:
    """Soft discs of random colours."""

    def __len__(self) -> int:
        return 5

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        rows, cols = np.mgrid[:90, :80]
        alpha = np.clip((20 + index - np.hypot(rows - 45, cols - 40)) / 6, 0, 1)
        foreground = rng.integers(0, 256, (90, 80, 3), np.uint8)
        return Subject(foreground, alpha.astype(np.float32), f"disc-{index}", "soft")


class Grounds:
    """Random pixels."""

    def __len__(self) -> int:
        return 3

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        return rng.integers(0, 256, (*size, 3), np.uint8)


def matting_samples(**changes) -> MattingSamples:
    augmentation = changes.pop("augmentation", SMALL)
    scenes = ComposedScenes(Discs(), Grounds(), augmentation)
    settings = {"guidance": GuidanceMix(), "seed": 7} | changes
    return MattingSamples(scenes, augmentation, **settings)


def test_a_sample_has_the_keys_shapes_and_ranges_of_the_contract() -> None:
    sample = matting_samples(planes=2).sample(3)
    shapes = {name: tuple(tensor.shape) for name, tensor in sample.items()}
    assert shapes == {
        "image": (3, 64, 64),
        "alpha": (1, 64, 64),
        "guidance": (2, 64, 64),
        "unknown": (1, 64, 64),
        "foreground": (3, 64, 64),
        "background": (3, 64, 64),
    }
    for tensor in sample.values():
        assert tensor.dtype == torch.float32
        assert 0 <= tensor.min() <= tensor.max() <= 1
    assert torch.equal(sample["guidance"][0], sample["guidance"][1])
    assert set(sample["unknown"].unique().tolist()) <= {0.0, 1.0}


def test_the_image_is_composed_of_the_layers() -> None:
    for index in range(6):
        s = matting_samples().sample(index)
        composed = s["alpha"] * s["foreground"] + (1 - s["alpha"]) * s["background"]
        assert (composed - s["image"]).abs().max() <= 0.51 / 255


def test_everything_soft_is_unknown() -> None:
    for index in range(6):
        s = matting_samples().sample(index)
        soft = (s["alpha"] > 0.01) & (s["alpha"] < 0.99)
        assert (s["unknown"][soft] == 1).all()


def test_a_sample_depends_on_its_number_and_the_seed_alone() -> None:
    samples = matting_samples()
    first = samples.sample(4)
    samples.sample(9)
    again, other = samples.sample(4), samples.sample(5)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["image"], other["image"])
    assert not torch.equal(first["image"], matting_samples(seed=8).sample(4)["image"])


def test_degradation_changes_the_picture_and_not_its_layers() -> None:
    strong = SMALL.model_copy(update={"real_world": RealWorld(probability=1, noise=(20, 20))})
    changed = False
    for index in range(5):
        s = matting_samples(augmentation=strong).sample(index)
        composed = s["alpha"] * s["foreground"] + (1 - s["alpha"]) * s["background"]
        changed |= bool((composed - s["image"]).abs().max() > 2 / 255)
    assert changed


def test_kinds_come_as_often_as_they_weigh() -> None:
    kinds = {"mask": 3.0, "soft": 1.0, "trimap": 0.0}
    drawn = [drawn_kind(kinds, np.random.default_rng(seed)) for seed in range(400)]
    assert 260 < drawn.count("mask") < 340
    assert drawn.count("trimap") == 0


def test_photographs_without_layers_give_samples_without_them() -> None:
    class One:
        def __len__(self) -> int:
            return 1

        def photograph(self, index: int) -> Photograph:
            disc = Discs().subject(0, np.random.default_rng(0))
            return Photograph(disc.foreground, disc.alpha, "one")

    samples = MattingSamples(PhotographScenes(One(), 64), SMALL, GuidanceMix(), seed=0)
    sample = samples.sample(0)
    assert set(sample) == {"image", "alpha", "guidance", "unknown"}


def test_random_alpha_samples_have_colours_where_the_matte_is_empty() -> None:
    scenes = ComposedScenes(Discs(), Grounds(), SMALL)
    blended = ForegroundSamples(scenes, Grounds(), SMALL, seed=1, random_alpha=1.0).sample(0)
    assert set(blended) == {"image", "alpha", "foreground", "background"}
    empty = blended["alpha"][0] == 0
    assert blended["foreground"][:, empty].std() > 0.2  # random pixels, not the disc's surroundings
    composed = ForegroundSamples(scenes, Grounds(), SMALL, seed=1, random_alpha=0.0).sample(0)
    assert not torch.equal(blended["foreground"], composed["foreground"])


def test_made_scenes_need_no_data() -> None:
    source = Source(source="made", backgrounds="made", families=("crisp",))
    scene = open_scenes(source, SMALL).scene(0, np.random.default_rng(0))
    assert min(scene.alpha.shape) >= 64
    piece = MadeBackgrounds("train").background(0, (64, 70), np.random.default_rng(0))
    assert piece.shape == (64, 70, 3)
    assert len(pictures_of("made")) > 1000


def test_made_portraits_are_subjects_of_the_split_that_is_asked_for() -> None:
    source = Source(source="portraits", backgrounds="made", side=96)
    scenes = open_scenes(source, SMALL)
    assert isinstance(scenes, ComposedScenes)
    assert scenes.subjects.subject(0, np.random.default_rng(0)).size == (96, 96)
    sample = MattingSamples(scenes, SMALL, GuidanceMix(), seed=2).sample(0)
    assert sample["foreground"].shape == (3, 64, 64)
    held_back = open_scenes(source, SMALL, "validation")
    assert isinstance(held_back, ComposedScenes)
    names = [held_back.subjects.subject(0, np.random.default_rng(n)).name for n in range(4)]
    assert all(HAIRSTYLES[name.split("-")[1]] == "validation" for name in names)


def test_ones_own_subjects_are_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("fgr", "pha"):
        (tmp_path / "PhotoMatte85" / folder).mkdir(parents=True)
    disc = Discs().subject(0, np.random.default_rng(0))
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / "PhotoMatte85" / "fgr" / f"{name}.png"), disc.foreground)
        plane = np.rint(disc.alpha * 255)
        cv2.imwrite(str(tmp_path / "PhotoMatte85" / "pha" / f"{name}.png"), plane)
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    names = tmp_path / "names.txt"
    names.write_text("b\n")
    source = Source(source="subjects", name="photomatte85", backgrounds="made", leave_out=names)
    scenes = open_scenes(source, SMALL)
    assert isinstance(scenes, ComposedScenes)
    assert len(scenes.subjects) == 1


def test_missing_data_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    with pytest.raises(UserError, match="composition_1k"):
        open_scenes(Source(), SMALL)
