"""Each kind of scene with people: what it shows, whose it is, and what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from people_sets import SIZE, make_people, people_names, person

from engine.errors import UserError
from trainer.data.files import read_alpha, read_pixels
from trainer.data.people_scenes import SCENES, People, PeopleScenes, labelled
from trainer.data.sample import Photograph, Split

NONE = dict.fromkeys(SCENES, 0.0)
KINDS = {
    "labelled": {},
    "composed": {"recomposed": Path("recomposed")},
    "drawn": {"photographs": "off"},
    "groups": {"recomposed": Path("recomposed")},
    "nobody": {"photographs": "off"},
    "matted": {"photographs": "off", "subjects": ("composition_1k",)},
}
"""Each kind with what it needs."""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("people")
    make_people(root)
    return root


@pytest.fixture(autouse=True)
def at(made, monkeypatch) -> Path:
    monkeypatch.chdir(made)
    monkeypatch.setenv("MATTE_DATA", str(made))
    return made


def only(kind: str, split: Split = "train", **more: Any) -> PeopleScenes:
    settings = {"backgrounds": "backgrounds", **NONE, kind: 1.0, **KINDS[kind], **more}
    return PeopleScenes(People(**settings), split)


def drawn(scenes: PeopleScenes, count: int = 12, seed: int = 0) -> list[Photograph]:
    return [scenes.scene(np.random.default_rng([seed, number])) for number in range(count)]


def test_every_kind_has_its_share_in_the_settings_and_its_test_here():
    assert set(KINDS) == set(SCENES) <= set(People.model_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_is_a_photograph_with_its_matte_and_comes_again_from_its_seed(kind):
    scenes = only(kind)
    for one, again in zip(drawn(scenes, 3), drawn(scenes, 3), strict=True):
        assert one.image.shape == (*one.alpha.shape, 3)
        assert (one.image.dtype, one.alpha.dtype) == (np.uint8, np.float32)
        assert 0 <= one.alpha.min() <= one.alpha.max() <= 1
        assert one.alpha.any() == (kind != "nobody")
        assert np.array_equal(one.image, again.image)
        assert np.array_equal(one.alpha, again.alpha)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_labelled_people_are_as_they_lie_there_split_by_name(split, at):
    seen = {photograph.name: photograph for photograph in drawn(only("labelled", split))}
    assert sorted(seen) == people_names(split)
    for name, photograph in seen.items():
        assert np.array_equal(
            photograph.image, read_pixels(at / "people" / "image" / f"{name}.jpg")
        )
        assert np.array_equal(photograph.alpha > 0.5, person())
    opened, kept = labelled("people", split)
    assert [opened.names[number] for number in kept] == people_names(split)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_people_cut_out_stand_whole_before_another_background(split, at):
    (name,) = people_names(split, 1)
    colours = read_pixels(at / "recomposed" / "foreground" / f"{name}.png")
    matte = read_alpha(at / "recomposed" / "alpha" / f"{name}.png")
    sizes = set()
    for photograph in drawn(only("composed", split)):
        assert photograph.name == f"{name}-body"
        assert np.isclose(photograph.alpha.sum(), matte.sum(), rtol=1e-5)
        top, left = (int(np.flatnonzero(photograph.alpha.any(axis=a))[0]) for a in (1, 0))
        own = [int(np.flatnonzero(matte.any(axis=a))[0]) for a in (1, 0)]
        inside = tuple(
            slice(at - first, at - first + side)
            for at, first, side in zip((top, left), own, SIZE, strict=True)
        )
        assert np.array_equal(photograph.alpha[inside], matte)
        assert np.array_equal(photograph.image[inside][matte == 1], colours[matte == 1])
        sizes.add(photograph.alpha.shape)
    assert len(sizes) > 3  # with more or less room around


def test_groups_have_everybody_of_both(at):
    alone = person()
    for photograph in drawn(only("groups")):
        assert photograph.alpha.shape == SIZE
        assert (photograph.alpha[alone] == 1).all()
        image = read_pixels(at / "people" / "image" / f"{photograph.name}.jpg")
        nobody = photograph.alpha == 0
        assert np.array_equal(photograph.image[nobody], image[nobody])
    more = [photograph.alpha.sum() > alone.sum() + 50 for photograph in drawn(only("groups"))]
    assert any(more)


def test_drawn_people_need_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    for photograph in drawn(only("drawn", backgrounds="made"), 3):
        assert 0.05 < (photograph.alpha > 0.5).mean() < 0.95


def test_subjects_are_composed_over_pictures_of_nobody(at):
    wide = {"subjects": ("composition_1k", "distinctions_646")}
    scenes = only("matted", **wide, person_lists={"composition_1k": Path("list.txt")})
    seen = {photograph.name: photograph for photograph in drawn(scenes)}
    assert set(seen) == {"hair", "one"}  # the list leaves the glass out
    colours = read_pixels(at / "distinctions_646" / "Train" / "FG" / "one.png").astype(float)
    assert seen["one"].background is not None
    alpha = read_alpha(at / "distinctions_646" / "Train" / "GT" / "one.png")[..., None]
    wanted = alpha * colours + (1 - alpha) * seen["one"].background
    assert np.abs(seen["one"].image - wanted).max() <= 0.5 + 1e-3
    assert np.array_equal(seen["one"].alpha, alpha[..., 0])


def test_a_subject_has_so_many_backgrounds_as_it_has_copies():
    def pictures(**more: Any) -> int:
        scenes = only("matted", person_lists={"composition_1k": Path("list.txt")}, **more)
        return len({photograph.image.tobytes() for photograph in drawn(scenes, 40)})

    assert pictures(copies=1) == 1
    assert pictures(copies=3) == 3
    assert pictures(copies=0) > 20  # any piece of any background


def test_copies_of_subjects_lie_over_different_backgrounds():
    seen: dict[str, set[bytes]] = {}
    for photograph in drawn(only("matted", copies=2), 40):
        assert photograph.background is not None
        seen.setdefault(photograph.name, set()).add(photograph.background.tobytes())
    assert {name: len(backgrounds) for name, backgrounds in seen.items()} == {"hair": 2, "glass": 2}
    assert not seen["hair"] & seen["glass"]


def test_lists_of_people_must_be_there_and_right(at):
    def opened(**more: Any) -> None:
        only("matted", **more)

    with pytest.raises(UserError, match=r"missing.txt.*list of the people in composition_1k"):
        opened(person_lists={"composition_1k": Path("missing.txt")})
    (at / "wrong.txt").write_text("hair\nnobody\n")
    with pytest.raises(UserError, match="No subject of composition_1k is called nobody"):
        opened(person_lists={"composition_1k": Path("wrong.txt")})
    with pytest.raises(UserError, match="distinctions_646, but no such subjects"):
        opened(person_lists={"distinctions_646": Path("list.txt")})


def test_shares_are_of_the_kinds_that_are_there():
    few = People(**NONE | {"labelled": 0.5, "nobody": 0.5, "composed": 5, "groups": 5, "matted": 5})
    names = [photograph.name for photograph in drawn(PeopleScenes(few, "train"), 20)]
    assert 3 < names.count("nobody") < 17
    with pytest.raises(UserError, match="No kind of people is left"):
        PeopleScenes(People(photographs="off", **NONE | {"labelled": 1.0}), "train")
    with pytest.raises(UserError, match="No kind of people is left"):
        only("matted", "validation")  # their training split is for training
