"""StyleMatte's samples: what they are cut from, layers, sizes, light."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import UserError
from trainer.data.generated import GeneratedWriter
from trainer.data.portrait_material import Material, Mixed, open_behind, open_material
from trainer.data.sample import Photograph, Subject
from trainer.data.stylematte_augment import CHANGES, Look, Motion, blurred, looked, moved
from trainer.data.stylematte_samples import (
    StyleMatteSamples,
    View,
    cropped,
    planes_of,
    reduced,
    separated,
)
from trainer.distributed import PART

STILL = Motion(mirror=0, probability=0)
PLAIN = Look(light=0, blur=0, colour=0, clahe=0)
VIEWS = (View(48, 32, layers=False), View(96, 64, layers=True), View(4096, 0, layers=True))


def disc(size: tuple[int, int] = (70, 90)) -> np.ndarray:
    rows, cols = np.mgrid[: size[0], : size[1]]
    away = np.hypot(rows - size[0] / 2, cols - size[1] / 2)
    return np.clip((min(size) / 3 - away) / 4, 0, 1).astype(np.float32)


def photograph(name: str = "one", *, layers: bool = False) -> Photograph:
    """Red on green, with a soft edge."""
    alpha = disc()
    red, green = np.zeros((2, *alpha.shape, 3), np.uint8)
    red[..., 0], green[..., 1] = 200, 160
    image = np.rint(alpha[..., None] * red + (1 - alpha[..., None]) * green).astype(np.uint8)
    return Photograph(image, alpha, name, foreground=red if layers else None)


def samples(piece, *, replaced: float = 0.0, motion=STILL, look=PLAIN) -> StyleMatteSamples:
    material = Mixed((lambda number, rng: piece,), (1.0,))
    behind = open_behind(Material())
    return StyleMatteSamples(material, behind, replaced, VIEWS, motion, look, multiple=8, seed=3)


@pytest.fixture
def generated(tmp_path, monkeypatch):
    """A generated set of two photographs, the second with its colours."""
    writer = GeneratedWriter(tmp_path / "generated")
    writer.add(photograph("bare"))
    writer.add(photograph("coloured", layers=True), split="validation")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))


def composed(sample: dict[str, torch.Tensor]) -> torch.Tensor:
    alpha = sample["alpha"]
    return alpha * sample["foreground"] + (1 - alpha) * sample["background"]


@pytest.mark.parametrize(("part", "size"), [(0, (32, 32)), (1, (64, 64)), (2, (64, 88))])
def test_each_part_of_the_run_has_its_size_and_its_layers(part, size):
    found = samples(photograph()).sample(part * PART)
    assert set(found) == {"image", "alpha"} | ({"foreground", "background"} if part else set())
    assert all(tensor.shape[-2:] == size for tensor in found.values())
    assert all(tensor.dtype == torch.float32 for tensor in found.values())
    assert all(tensor.min() >= 0 and tensor.max() <= 1 for tensor in found.values())


def test_estimated_layers_compose_the_photograph_and_are_its_colours():
    found = samples(photograph()).sample(2 * PART)
    assert (composed(found) - found["image"]).abs().max() < 0.03
    seen = found["alpha"].expand(3, -1, -1) > 0.5
    red = torch.tensor([200, 0, 0]).view(3, 1, 1) / 255
    assert (found["foreground"] - red).abs()[seen].max() < 0.03


def test_a_replaced_background_is_another_and_layers_are_exact():
    drawn = [samples(photograph(), replaced=1.0).sample(2 * PART + n) for n in range(2)]
    for found in drawn:
        assert (composed(found) - found["image"]).abs().max() <= 0.5 / 255 + 1e-6
    assert not torch.equal(drawn[0]["background"], drawn[1]["background"])


def test_a_subject_always_gets_a_background_and_another_light_leaves_its_layers():
    subject = Subject(photograph(layers=True).foreground, disc(), "one")
    plain = samples(subject).sample(PART + 5)
    dark = samples(subject, look=PLAIN.model_copy(update={"light": 1.0})).sample(PART + 5)
    assert torch.equal(plain["background"], dark["background"])
    assert torch.equal(plain["alpha"], dark["alpha"])
    assert (composed(plain) - plain["image"]).abs().max() <= 0.5 / 255 + 1e-6
    assert not torch.equal(plain["image"], dark["image"])


def test_a_sample_depends_on_its_number_alone():
    stream = samples(photograph(), replaced=0.5, motion=Motion(), look=Look(clahe=0.5))
    first, other, again = (stream.sample(PART + n) for n in (7, 8, 7))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["image"], other["image"])


def test_known_layers_are_kept_and_unknown_ones_estimated_only_if_wanted():
    planes = planes_of(photograph(layers=True))
    assert set(planes) == {"image", "alpha", "foreground"}
    anew = separated(planes, anew=True, layers=True)
    assert set(anew) == {"alpha", "foreground"}
    assert np.array_equal(anew["foreground"], planes["foreground"])
    assert set(separated(planes, anew=False, layers=False)) == {"alpha", "image"}
    both = separated(planes, anew=False, layers=True)
    assert set(both) == {"alpha", "image", "foreground", "background"}
    assert np.array_equal(both["foreground"], planes["foreground"])


def test_small_pictures_are_continued_by_their_mirror_image():
    planes = {"alpha": disc((20, 30)), "image": np.zeros((20, 30, 3), np.uint8)}
    found = cropped(planes, (64, 24), np.random.default_rng(0))
    assert found["alpha"].shape == (64, 24)
    assert found["image"].shape == (64, 24, 3)
    middle = found["alpha"][22:42]
    assert np.array_equal(found["alpha"][21], middle[1])  # around the first row
    assert max(reduced(planes, 15)["alpha"].shape) == 15
    assert reduced(planes, 31) is planes


def test_all_planes_move_alike():
    alpha = disc()
    planes = {"alpha": alpha, "same": alpha.copy(), "image": photograph().image}
    found = moved(planes, np.random.default_rng(5), settings=Motion(mirror=1, probability=1))
    assert np.array_equal(found["alpha"], found["same"])
    assert found["image"].dtype == np.uint8
    assert not np.array_equal(found["alpha"], alpha)
    still = moved(planes, np.random.default_rng(5), settings=STILL)
    assert np.array_equal(still["alpha"], alpha)
    mirrored = moved(planes, np.random.default_rng(5), settings=Motion(mirror=1, probability=0))
    assert np.array_equal(mirrored["alpha"], alpha[:, ::-1])


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_of_light_changes_and_is_drawn_from_the_generator(name):
    rows, cols = np.mgrid[:160, :200]
    image = np.stack([rows, cols, 100 + (rows + cols) // 4], -1).astype(np.uint8)
    alone = PLAIN.model_copy(update={name: 1.0})
    one, again, other = (looked(image, np.random.default_rng(n), settings=alone) for n in (1, 1, 2))
    assert one.shape == image.shape and one.dtype == np.uint8
    assert np.array_equal(one, again)
    assert not np.array_equal(one, image)
    if name != "blur":  # it has but one size
        assert not np.array_equal(one, other)
    assert looked(image, np.random.default_rng(1), settings=PLAIN) is image


def test_blur_is_a_mean():
    image = np.zeros((9, 9, 3), np.uint8)
    image[4, 4] = 90
    assert blurred(image, np.random.default_rng(0), 3)[3:6, 3:6].tolist() == [[[10] * 3] * 3] * 3


@pytest.mark.usefixtures("generated")
def test_a_generated_set_alone_or_in_a_mixture():
    alone = open_material(Material(source="photographs"), seed=0)
    rng = np.random.default_rng(0)
    assert {alone.piece(number, rng).name for number in (0, 1)} == {"bare", "coloured"}
    assert {alone.piece(number, rng).name for number in (2, 3)} == {"bare", "coloured"}
    held = Material(shares={"generated:train": 1.0, "made": 1.0}, families=("crisp",), side=64)
    mixed = open_material(held, seed=0)
    kinds = {type(piece): piece.name for piece in (mixed.piece(n, rng) for n in range(12))}
    assert kinds[Photograph] == "bare"
    assert Subject in kinds


@pytest.mark.usefixtures("generated")
def test_what_is_not_there_is_named():
    with pytest.raises(UserError, match="'p3m_10k'"):
        open_material(Material(shares={"p3m_10k:train": 1.0}), seed=0)
    with pytest.raises(UserError, match="Nothing is left"):
        open_material(Material(shares={"made": 0.0}), seed=0)
