"""Three classes of mattes, where labels don't count, and samples that come again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.trainer.data.people_sets import make_people
from trainer.data.people_samples import Framing, PeopleSamples
from trainer.data.people_scenes import People, PeopleScenes
from trainer.data.sample import Photograph
from trainer.data.trimap_samples import (
    Mattes,
    TrimapSamples,
    TrimapScenes,
    Truth,
    classes_of,
    is_label,
    known_of,
)


def ramp() -> np.ndarray:
    """0 at the left, 1 at the right, eight soft columns between."""
    return np.broadcast_to(np.clip((np.arange(40) - 15) / 9, 0, 1), (30, 40)).astype(np.float32)


def disc(side: int = 64, soft: float = 0.0) -> np.ndarray:
    rows, cols = np.mgrid[:side, :side]
    away = np.hypot(rows - side / 2, cols - side / 2)
    hard = (away < side / 4).astype(np.float32)
    return np.clip(0.5 + (side / 4 - away) / soft, 0, 1).astype(np.float32) if soft else hard


def photograph(alpha: np.ndarray) -> Photograph:
    return Photograph(np.zeros((*alpha.shape, 3), np.uint8), alpha, "one")


def test_zero_is_background_one_foreground_and_all_between_unknown() -> None:
    classes = classes_of(ramp(), (1, 1))
    assert classes.dtype == np.int64
    assert (classes[:, :16] == 0).all()
    assert (classes[:, 16:24] == 1).all()
    assert (classes[:, 24:] == 2).all()


def test_the_unknown_grows_into_each_side_by_its_own_ellipse() -> None:
    classes = classes_of(ramp(), (7, 3))
    assert list(np.bincount(classes[10])) == [16 - 1, 8 + 1 + 3, 16 - 3]
    assert classes[10, 26] == 1 and classes[10, 27] == 2
    assert classes[10, 14] == 0 and classes[10, 15] == 1


def test_what_is_almost_sure_may_count_as_sure() -> None:
    alpha = ramp()
    assert (classes_of(alpha, (1, 1), sure=0.12)[0] == 1).sum() == 6
    assert (classes_of(np.full((4, 4), 0.01, np.float32), (1, 1), sure=0.02) == 0).all()
    assert (classes_of(np.full((4, 4), 0.01, np.float32), (1, 1)) == 1).all()


def test_a_label_is_told_from_a_matte() -> None:
    assert is_label(disc())
    assert not is_label(disc(soft=1.5))  # crisp, and smooth as a lens makes it
    assert not is_label(disc(soft=12))
    for value in (0, 1):
        assert not is_label(np.full((8, 8), value, np.float32))


def test_around_a_labels_outline_nobody_knows() -> None:
    alpha, truth = disc(), Truth(label_margin=0.05)
    known = known_of(photograph(alpha), alpha, truth)
    away = np.abs(np.hypot(*(np.mgrid[:64, :64] - 32)) - 16)
    assert not known[away < 3].any()
    assert known[away > 6].all()
    soft = disc(soft=4)
    assert known_of(photograph(soft), soft, truth).all()
    thin = np.zeros((64, 64), np.float32)
    thin[:, 20] = 0.3  # what a narrow strap of a label becomes in a small sample
    assert not known_of(photograph(alpha), thin, truth)[:, 18:23].any()
    nobody = np.zeros((64, 64), np.float32)
    assert known_of(photograph(nobody), nobody, truth).all()


def samples(people: People, mattes: Mattes, **truth: object) -> TrimapSamples:
    scenes = TrimapScenes(PeopleScenes(people, "train"), mattes, "train")
    frames = PeopleSamples(scenes, framing=Framing(shapes=((48, 32),)), batch=2, seed=5)
    return TrimapSamples(frames.drawn, Truth(**truth), 5)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_people(tmp_path)
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    return tmp_path


def only(kind: str, root: Path) -> People:
    kinds = ("labelled", "composed", "drawn", "groups", "nobody", "matted")
    shares = {name: float(name == kind) for name in kinds}
    return People(recomposed=root / "recomposed", backgrounds="backgrounds", **shares)


def test_a_sample_comes_again_from_its_number_and_is_whole(people: Path) -> None:
    source = samples(only("composed", people), Mattes(), widths=(1, 9))
    seen = set()
    for index in range(6):
        one, again = source.sample(index), source.sample(index)
        assert all(torch.equal(one[name], again[name]) for name in one)
        assert one["image"].shape == (3, 48, 32)
        assert one["truth"].shape == one["known"].shape == (1, 48, 32)
        assert one["truth"].dtype == torch.int64
        assert bool(one["known"].all())
        seen |= set(one["truth"].unique().tolist())
    assert seen == {0, 1, 2}


def test_labelled_people_say_nothing_of_softness(people: Path) -> None:
    source = samples(only("labelled", people), Mattes())
    for index in range(4):
        sample = source.sample(index)
        known = sample["known"] > 0
        assert not bool(known.all())
        assert set(sample["truth"][known].unique().tolist()) <= {0, 2}


def test_made_mattes_come_as_often_as_they_are_asked_for(people: Path) -> None:
    mattes = Mattes(share=0.5, families=("wavy", "crisp"), side=64, backgrounds="backgrounds")
    scenes = TrimapScenes(PeopleScenes(only("labelled", people), "train"), mattes, "train")
    families = [scenes.scene(np.random.default_rng(n)).family for n in range(16)]
    assert {"wavy", "crisp"} <= set(families)
    assert 4 <= sum(family in ("wavy", "crisp") for family in families) <= 12
