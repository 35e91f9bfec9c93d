"""Made mattes: exact, repeatable, in range, and split by family."""

from __future__ import annotations

import multiprocessing
import zlib

import numpy as np
import pytest

from engine.errors import BugError
from trainer.data.made import BACKGROUNDS, FAMILIES, MadeMattes, made_background
from trainer.data.made.layers import defocus, motion_blur, painted, straight
from trainer.data.made.silhouettes import SILHOUETTES
from trainer.data.sample import Subject

SIZE = (96, 128)
NAMES = sorted(FAMILIES)


def _draw(name: str, seed: int = 5) -> Subject:
    mattes = MadeMattes(FAMILIES[name].split, SIZE, [name])
    return mattes.subject(seed, np.random.default_rng([seed, 7]))


def _fingerprint(name: str) -> int:
    subject = _draw(name)
    return zlib.crc32(subject.alpha.tobytes() + subject.foreground.tobytes())


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[Subject]]:
    return {name: [_draw(name, seed) for seed in (5, 8)] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_subject_is_well_formed_and_has_an_edge(name: str, drawn: dict[str, list[Subject]]) -> None:
    mixed = 0.0
    for subject in drawn[name]:
        assert subject.size == SIZE
        assert subject.foreground.dtype == np.uint8
        assert subject.alpha.dtype == np.float32
        assert subject.family == name
        assert np.isfinite(subject.alpha).all()
        assert subject.alpha.min() >= 0 and subject.alpha.max() <= 1
        assert subject.detail is not None and subject.detail.shape == SIZE
        mixed += float(((subject.alpha > 0.02) & (subject.alpha < 0.98)).mean())
    least = 0.002 if FAMILIES[name].kind == "solid" else 0.01
    assert mixed / 2 > least


@pytest.mark.parametrize("name", NAMES)
def test_fine_families_mark_their_detail(name: str, drawn: dict[str, list[Subject]]) -> None:
    fine = FAMILIES[name].kind in ("strands", "fur", "net", "veil")
    marked = any(s.detail is not None and s.detail.any() for s in drawn[name])
    assert marked == fine


def test_foreground_goes_on_smoothly_where_there_is_no_subject() -> None:
    colour = np.zeros((64, 64, 3), np.float32)
    colour[:] = (0.8, 0.3, 0.1)
    alpha = np.zeros((64, 64), np.float32)
    alpha[20:40, 20:40] = 1
    foreground, _ = straight(defocus(painted(colour, alpha), 2.0))
    assert np.abs(foreground.astype(int) - np.array([204, 76, 26])).max() <= 1


def test_blurs_keep_a_layer_premultiplied_exactly() -> None:
    rng = np.random.default_rng(3)
    colour = np.broadcast_to(np.array([0.2, 0.6, 0.4], np.float32), (48, 48, 3))
    layer = painted(colour, rng.random((48, 48), np.float32))
    for blurred in (defocus(layer, 1.7), motion_blur(layer, 9, 0.7)):
        np.testing.assert_allclose(blurred[..., :3], blurred[..., 3:] * colour, atol=1e-5)


def test_composite_over_any_background_is_the_layer_over_it() -> None:
    rng = np.random.default_rng(11)
    layer = defocus(FAMILIES["wavy"].draw(SIZE, rng, "train", ()), 0.5)
    foreground, alpha = straight(layer)
    background = made_background(SIZE, rng, "train").astype(np.float32) / 255
    expected = layer[..., :3] + (1 - layer[..., 3:]) * background
    seen = alpha[..., None] * foreground / 255 + (1 - alpha[..., None]) * background
    # Colours are rounded to 8 bits, faint ones lean on their neighbours, alpha is snapped.
    assert np.abs(seen - expected).max() < 0.5 / 255 + 0.004


def test_another_process_draws_the_same() -> None:
    names = ["frizzy", "fur", "net"]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        theirs = pool.map(_fingerprint, names)
    assert theirs == [_fingerprint(name) for name in names]


def test_subjects_differ_from_seed_to_seed() -> None:
    first, second = _draw("crisp", 1), _draw("crisp", 2)
    assert not np.array_equal(first.alpha, second.alpha)


def test_splits_share_no_family_silhouette_or_background() -> None:
    for table in (
        {name: (family.split, family.draw) for name, family in FAMILIES.items()},
        SILHOUETTES,
        BACKGROUNDS,
    ):
        train = {repr(drawer) for split, drawer in table.values() if split == "train"}
        other = {repr(drawer) for split, drawer in table.values() if split == "validation"}
        assert train and other and not train & other


def test_every_family_of_a_split_comes_up() -> None:
    mattes = MadeMattes("train", SIZE)
    seen = {mattes._family(index).name for index in range(300)}
    assert seen == {name for name, family in FAMILIES.items() if family.split == "train"}


def test_a_family_of_the_other_split_is_refused() -> None:
    with pytest.raises(BugError, match="no train family"):
        MadeMattes("train", SIZE, ["curly"])
    with pytest.raises(BugError, match="no such families"):
        MadeMattes("train", SIZE, ["tentacles"])


def test_pictures_show_on_cloth() -> None:
    red = np.zeros((200, 200, 3), np.uint8)
    red[..., 0] = 255
    mattes = MadeMattes("train", SIZE, ["crisp"], pictures=[red])
    subjects = [mattes.subject(k, np.random.default_rng(k)) for k in range(24)]
    pure = [
        (s.foreground[..., 0] > 90) & (s.foreground[..., 1:].max(axis=2) < 8) & (s.alpha == 1)
        for s in subjects
    ]
    assert max(float(p.mean()) for p in pure) > 0.05


@pytest.mark.parametrize("split", ["train", "validation"])
def test_background_is_a_picture_and_takes_after_a_colour(split: str) -> None:
    far, near = [], []
    wanted = np.array([0.15, 0.55, 0.2])
    for seed in range(16):
        plain = made_background(SIZE, np.random.default_rng(seed), split)  # type: ignore[arg-type]
        alike = made_background(
            SIZE,
            np.random.default_rng(seed),
            split,
            like=tuple(wanted),  # type: ignore[arg-type]
        )
        assert plain.shape == (*SIZE, 3) and plain.dtype == np.uint8
        far.append(np.abs(plain.mean((0, 1)) / 255 - wanted).mean())
        near.append(np.abs(alike.mean((0, 1)) / 255 - wanted).mean())
    assert np.mean(near) < 0.8 * np.mean(far)
