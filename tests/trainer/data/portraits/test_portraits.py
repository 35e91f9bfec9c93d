"""Made portraits are exact, repeatable, and of families that splits don't share."""

from __future__ import annotations

from dataclasses import fields

import cv2
import numpy as np
import pytest

from trainer.data.portraits import MadePortraits, portrait_photograph, portrait_subject
from trainer.data.portraits.backdrop import BACKDROPS, backdrop, draw_backdrop
from trainer.data.portraits.garment import GARMENT_MAKERS
from trainer.data.portraits.hair_styles import STYLE_MAKERS
from trainer.data.portraits.render import photograph, render, seat
from trainer.data.portraits.traits import (
    BEARDS,
    GARMENTS,
    GLASSES,
    HAIRSTYLES,
    PATTERNS,
    RANGES,
    PortraitTraits,
    families,
    sample_traits,
)

ANGLES = {"yaw": 0.6, "pitch": 0.22, "roll": 0.2, "body_yaw": 0.45}
SHARES = ("age", "freckles", "lipstick", "hair_red", "grey", "rim")
TABLES = {
    "hairstyle": HAIRSTYLES,
    "garment": GARMENTS,
    "beard": BEARDS,
    "glasses": GLASSES,
    "pattern": PATTERNS,
}


def someone(seed: int = 0, **wanted: str) -> PortraitTraits:
    return sample_traits(np.random.default_rng(seed), "train", **wanted)


@pytest.mark.parametrize("table", [HAIRSTYLES, GARMENTS], ids=["hairstyles", "garments"])
def test_splits_share_no_family(table):
    train, validation = set(families(table, "train")), set(families(table, "validation"))
    assert train and validation and not train & validation
    assert train | validation == set(table)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_people_are_of_their_split_and_traits_within_their_ranges(split):
    rng = np.random.default_rng(3)
    for _ in range(200):
        traits = sample_traits(rng, split)
        assert HAIRSTYLES[traits.hairstyle] == GARMENTS[traits.garment] == split
        for name, (low, high) in RANGES.items():
            low = 0.0 if name == "iris" else low
            assert low <= getattr(traits, name) <= high, name
        assert all(abs(getattr(traits, name)) <= most for name, most in ANGLES.items())
        assert all(0.0 <= getattr(traits, name) <= 1.0 for name in SHARES)
        assert all(getattr(traits, name) in table for name, table in TABLES.items())
        assert all(0.0 <= channel <= 1.0 for channel in (*traits.cloth, *traits.accent))


def test_all_traits_but_the_families_vary():
    rng = np.random.default_rng(4)
    people = [sample_traits(rng, "train") for _ in range(60)]
    constant = [
        f.name for f in fields(PortraitTraits) if len({getattr(p, f.name) for p in people}) < 2
    ]
    assert constant == []


def test_tables_have_a_maker_for_every_family():
    assert STYLE_MAKERS.keys() == HAIRSTYLES.keys()
    assert GARMENT_MAKERS.keys() == GARMENTS.keys()


@pytest.mark.parametrize("style", HAIRSTYLES)
def test_every_hairstyle_renders_a_person(style):
    rendering = render(someone(7, hairstyle=style), 64)
    alpha = rendering.alpha
    assert alpha.dtype == np.float32 and alpha.min() == 0.0 and alpha.max() == 1.0
    assert 0.2 < alpha.mean() < 0.9
    assert rendering.foreground[alpha > 0.9].std(axis=0).min() > 8.0


@pytest.fixture(scope="module")
def bare():
    return render(someone(8, hairstyle="bald", garment="straps"), 64)


@pytest.mark.parametrize("garment", GARMENTS)
def test_every_garment_covers_the_shoulders(garment, bare):
    dressed = render(someone(8, hairstyle="bald", garment=garment), 64)
    assert dressed.alpha[-1].mean() > 0.4
    if garment != "straps":
        changed = np.abs(dressed.foreground[-12:].astype(int) - bare.foreground[-12:]).mean()
        assert changed > 3.0


def test_hair_has_soft_outlines_and_skin_has_not():
    fuzzy = render(someone(9, hairstyle="afro"), 96).alpha
    smooth = render(someone(9, hairstyle="bald"), 96).alpha

    def partly(alpha):
        return float(((alpha > 0.05) & (alpha < 0.95)).mean())

    assert partly(fuzzy) > 1.5 * partly(smooth) > 0.0


def test_the_same_generator_makes_the_same_person():
    made = MadePortraits("train", 64)
    one, two = (made.subject(5, np.random.default_rng(11)) for _ in range(2))
    other = made.subject(5, np.random.default_rng(12))
    assert np.array_equal(one.foreground, two.foreground) and np.array_equal(one.alpha, two.alpha)
    assert one.name == two.name != other.name
    assert not np.array_equal(one.alpha, other.alpha)


@pytest.mark.parametrize("style", ["bob", "headscarf"])
def test_sizes_agree_after_reduction(style):
    sitter = seat(someone(13, hairstyle=style))
    large, small = photograph(sitter, 256), photograph(sitter, 64)
    alpha = cv2.resize(large.alpha, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(alpha - small.alpha).mean() < 0.012
    colour = large.foreground * large.alpha[..., None]
    colour = cv2.resize(colour, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(colour - small.foreground * small.alpha[..., None]).mean() < 4.0


def test_photographs_are_composed_exactly():
    photo = portrait_photograph(np.random.default_rng(15), 96, "validation")
    assert photo.foreground is not None and photo.background is not None
    alpha = photo.alpha[..., None].astype(np.float64)
    mixed = alpha * photo.foreground + (1.0 - alpha) * photo.background
    assert np.abs(mixed - photo.image).max() <= 0.5 + 1e-3


def test_foreground_is_smooth_where_nothing_is_seen():
    rendering = render(someone(16, hairstyle="bun"), 96)
    empty = cv2.erode((rendering.alpha == 0.0).astype(np.uint8), np.ones((9, 9))) > 0
    assert empty.any()
    values = rendering.foreground.astype(np.float32)
    steps = np.abs(np.diff(values, axis=1)).max(axis=2)[empty[:, 1:]]
    assert steps.mean() < 3.0
    assert np.percentile(steps, 99) < 16.0


def test_no_hole_shows_the_background_through_a_person():
    alpha = render(someone(17, hairstyle="bald", garment="jumper"), 256).alpha
    padded = np.pad(alpha < 0.99, ((1, 0), (1, 1)), constant_values=True).astype(np.uint8)
    count, _ = cv2.connectedComponents(padded)
    assert count == 2, "the person and one background, around it"


def test_pictures_need_not_be_square():
    subject = portrait_subject(someone(18), (96, 64))
    assert subject.size == (96, 64)
    assert subject.alpha[-1].mean() > 0.5


@pytest.mark.parametrize("name", BACKDROPS)
def test_backgrounds_are_pictures_of_the_size(name):
    picture = draw_backdrop(name, np.random.default_rng(19), (48, 80))
    assert picture.shape == (48, 80, 3) and picture.dtype == np.uint8
    assert picture.std() > 1.0


def test_backgrounds_repeat():
    one, two = (backdrop(np.random.default_rng(20), (64, 64), "train") for _ in range(2))
    assert np.array_equal(one, two)
