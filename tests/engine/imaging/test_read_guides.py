"""Masks and trimaps: what counts as one."""

from __future__ import annotations

import numpy as np
import OpenEXR
import pytest
from PIL import Image as PilImage

from engine.errors import UserError
from engine.imaging.read import read_mask, read_trimap

SIZE = (20, 30)


def saved(path, array, **options):
    PilImage.fromarray(array).save(path, **options)
    return path


@pytest.fixture
def soft(rng):
    return rng.integers(0, 256, SIZE, dtype=np.uint8)


@pytest.fixture
def labels(rng):
    return rng.choice(np.array([0, 128, 255], np.uint8), SIZE)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_grey_mask_is_coverage(tmp_path, soft, suffix):
    mask = read_mask(saved(tmp_path / f"m{suffix}", soft), SIZE)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, soft / np.float32(255), atol=1e-7)


def test_binary_mask(tmp_path, soft):
    mask = read_mask(saved(tmp_path / "m.png", soft > 99), SIZE)
    np.testing.assert_array_equal(mask, soft > 99)


def test_sixteen_bit_mask(tmp_path, rng):
    soft = rng.integers(0, 65536, SIZE, dtype=np.uint16)
    mask = read_mask(saved(tmp_path / "m.png", soft), SIZE)
    np.testing.assert_allclose(mask, soft / 65535, atol=1e-6)


def test_rgb_mask_with_equal_channels(tmp_path, soft):
    mask = read_mask(saved(tmp_path / "m.png", np.dstack([soft] * 3)), SIZE)
    np.testing.assert_allclose(mask, soft / np.float32(255), atol=1e-7)


def test_grey_jpeg_saved_as_colour(tmp_path):
    ramp = np.tile(np.linspace(0, 255, 30).astype(np.uint8), (20, 1))
    mask = read_mask(saved(tmp_path / "m.jpg", np.dstack([ramp] * 3), quality=90), SIZE)
    np.testing.assert_allclose(mask, ramp / 255, atol=0.03)


def test_alpha_channel_is_the_mask_whatever_the_colours(tmp_path, soft, rng):
    colours = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    mask = read_mask(saved(tmp_path / "m.png", np.dstack((colours, soft))), SIZE)
    np.testing.assert_allclose(mask, soft / np.float32(255), atol=1e-7)


def test_opaque_alpha_leaves_the_grey_values(tmp_path, soft):
    opaque = np.full(SIZE, 255, np.uint8)
    mask = read_mask(saved(tmp_path / "m.png", np.dstack((soft, opaque))), SIZE)
    np.testing.assert_allclose(mask, soft / np.float32(255), atol=1e-7)


@pytest.mark.parametrize("channel", ["Y", "A", "matte.A"])
def test_exr_with_one_channel_is_a_linear_mask(tmp_path, channel):
    values = np.linspace(0, 1, 600, dtype=np.float32).reshape(SIZE)
    OpenEXR.File({}, {channel: values}).write(str(tmp_path / "m.exr"))
    np.testing.assert_array_equal(read_mask(tmp_path / "m.exr", SIZE), values)


@pytest.mark.parametrize(("read", "noun"), [(read_mask, "mask"), (read_trimap, "trimap")])
def test_photograph_is_no_guide(tmp_path, rng, read, noun):
    path = saved(tmp_path / "m.png", rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8))
    with pytest.raises(UserError, match=f"not a {noun}") as caught:
        read(path, SIZE)
    assert caught.value.path == path
    assert caught.value.remedy


@pytest.mark.parametrize("read", [read_mask, read_trimap])
def test_wrong_size_names_both_sizes(tmp_path, labels, read):
    path = saved(tmp_path / "m.png", labels)
    with pytest.raises(UserError, match=r"30 × 20 .*40 × 50"):
        read(path, (50, 40))


def test_trimap_snaps_within_eight_and_counts(tmp_path, labels):
    near = labels.copy()
    near[labels == 0] = 8
    near[labels == 255] = 247
    near[0, :5] = (0, 120, 136, 128, 255)
    labels[0, :5] = (0, 128, 128, 128, 255)
    trimap, snapped = read_trimap(saved(tmp_path / "t.png", near), SIZE)
    np.testing.assert_array_equal(trimap, labels)
    assert trimap.dtype == np.uint8
    assert snapped == int((near != labels).sum())


def test_exact_trimap_counts_nothing(tmp_path, labels):
    trimap, snapped = read_trimap(saved(tmp_path / "t.png", labels), SIZE)
    np.testing.assert_array_equal(trimap, labels)
    assert snapped == 0


@pytest.mark.parametrize("value", [9, 119, 137, 246, 64])
def test_values_further_off_are_refused_with_their_count(tmp_path, labels, value):
    labels[3, 3:7] = value
    with pytest.raises(UserError, match="4 pixels"):
        read_trimap(saved(tmp_path / "t.png", labels), SIZE)


@pytest.mark.parametrize(("missing", "noun"), [(255, "foreground"), (0, "background")])
def test_trimap_needs_both_sides(tmp_path, labels, missing, noun):
    labels[labels == missing] = 128
    with pytest.raises(UserError, match=f"no {noun}"):
        read_trimap(saved(tmp_path / "t.png", labels), SIZE)


def test_sixteen_bit_trimap_with_half_as_middle(tmp_path, labels):
    wide = labels.astype(np.uint16) * 257
    wide[labels == 128] = 32768
    trimap, snapped = read_trimap(saved(tmp_path / "t.png", wide), SIZE)
    np.testing.assert_array_equal(trimap, labels)
    assert snapped == 0
