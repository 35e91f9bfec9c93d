"""Colour spaces: the profiles written here mean what they say, and colours get there and back."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from engine.errors import UserError
from engine.imaging.color import profile_model
from engine.imaging.colour_spaces import (
    PHOTOGRAPH,
    SPACES,
    check_space,
    in_space,
    profile_of,
)
from engine.imaging.icc import rgb_profile
from engine.imaging.types import Metadata

D65 = (0.3127, 0.3290, 1.0)
P3 = (0.680, 0.320, 1.0, 0.265, 0.690, 1.0, 0.150, 0.060, 1.0)


def transformed(values, source, target):
    return imagecodecs.cms_transform(
        values, source, target, colorspace="rgb", outcolorspace="rgb", outdtype=np.float32
    )


@pytest.fixture
def colours():
    return np.random.default_rng(5).random((9, 11, 3)).astype(np.float32)


@pytest.mark.parametrize(("space", "theirs"), [("srgb", "srgb"), ("adobe_rgb", "adobergb")])
def test_our_profiles_agree_with_the_librarys(colours, space, theirs) -> None:
    flat = imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=P3, gamma=1.0)
    ours = transformed(colours, profile_of(space), flat)
    known = transformed(colours, imagecodecs.cms_profile(theirs), flat)
    assert np.abs(ours - known).max() < 5e-4


def test_display_p3_has_its_primaries_and_the_curve_of_srgb(colours) -> None:
    flat = imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=P3, gamma=1.0)
    linear = transformed(colours, profile_of("display_p3"), flat)
    curve = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    assert np.abs(linear - curve).max() < 5e-4


@pytest.mark.parametrize("space", SPACES)
def test_profiles_are_rgb_profiles_and_the_same_every_time(space) -> None:
    spec = SPACES[space]
    assert profile_of(space) == rgb_profile(spec.title, spec.primaries, spec.curve)
    assert profile_model(profile_of(space)) == "rgb"


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize(("dtype", "bits", "most"), [(np.uint8, 16, 1), (np.uint16, 16, 2)])
def test_colours_come_back(space, dtype, bits, most) -> None:
    full = np.iinfo(dtype).max
    pixels = np.random.default_rng(1).integers(0, full, (300, 7, 3), endpoint=True).astype(dtype)
    there, told = in_space(pixels, Metadata(dpi=(72.0, 72.0)), space, bits=bits)
    assert told.icc == profile_of(space)
    assert told.dpi == (72.0, 72.0)
    back, _ = in_space(there, told, "srgb", bits=16)
    scale = 257 if full == 255 and back.dtype == np.uint16 else 1
    inside = pixels.astype(np.int64) * scale
    assert np.abs(back.astype(np.int64) - inside).max() <= 12 * most


def test_sixteen_bits_keep_what_eight_bits_could_not_tell_apart() -> None:
    ramp = np.arange(20000, 20256, dtype=np.uint16)
    pixels = np.repeat(ramp[None, :, None], 3, axis=2)
    there, _ = in_space(pixels, Metadata(), "display_p3", bits=16)
    assert there.dtype == np.uint16
    assert len(np.unique(there[..., 0])) > 250


def test_as_the_photograph_leaves_everything() -> None:
    pixels, about = np.zeros((2, 2, 3), np.uint8), Metadata(icc=b"whatever")
    assert in_space(pixels, about, PHOTOGRAPH, bits=16) == (pixels, about)


def test_what_is_srgb_already_keeps_its_samples_and_gets_a_profile() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (3, 3, 3)).astype(np.uint8)
    same, told = in_space(pixels, Metadata(), "srgb", bits=8)
    assert same is pixels
    assert told.icc == profile_of("srgb")


def test_an_icc_file_is_a_space(tmp_path) -> None:
    path = tmp_path / "mine.icc"
    path.write_bytes(profile_of("adobe_rgb"))
    pixels = np.full((2, 2, 3), (200, 30, 30), np.uint8)
    mine, _ = in_space(pixels, Metadata(), str(path), bits=8)
    named, _ = in_space(pixels, Metadata(), "adobe_rgb", bits=8)
    assert np.array_equal(mine, named)
    assert not np.array_equal(mine, pixels)


@pytest.mark.parametrize(
    ("space", "content", "said"),
    [
        ("rec2100", None, "no colour space"),
        ("gone.icc", None, "cannot be read"),
        ("text.icc", b"hello", "no ICC profile"),
    ],
)
def test_what_is_no_space_is_refused(tmp_path, space, content, said) -> None:
    path = tmp_path / space
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        check_space(str(path) if path.suffix else space)
