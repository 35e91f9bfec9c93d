"""PSD files as other programs see them, and ones that come without a merged picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PilImage
from psd_tools import PSDImage
from psd_tools.composite import composite

from engine.imaging.write import write_layers, write_matte, write_picture

SIZE = (61, 47)


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)


@pytest.fixture
def alpha(rng):
    return (rng.integers(0, 256, SIZE) / 255).astype(np.float32)


@pytest.mark.parametrize("bits", [8, 16])
def test_layered_file_shows_its_merged_picture_elsewhere(tmp_path, pixels, alpha, bits):
    path = tmp_path / "a.psd"
    write_layers(path, background=pixels, foreground=pixels, alpha=alpha, bits=bits)
    document = PSDImage.open(path)
    assert document.has_preview()
    np.testing.assert_array_equal(np.asarray(document.topil()), pixels)
    redrawn, _, cover = composite(document, force=True)
    np.testing.assert_allclose(redrawn, pixels / 255, atol=1e-6)
    np.testing.assert_allclose(cover, 1, atol=1e-6)


def test_eight_bits_open_in_pillow_with_their_profile(tmp_path, pixels, alpha, rich_metadata):
    path = tmp_path / "a.psd"
    write_layers(path, background=pixels, foreground=pixels, alpha=alpha, metadata=rich_metadata)
    with PilImage.open(path) as image:
        assert image.info["icc_profile"] == rich_metadata.icc
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("bits", [8, 16])
def test_resolution_is_what_psd_tools_reads(tmp_path, pixels, rich_metadata, bits):
    path = tmp_path / "a.psd"
    write_picture(path, pixels, bits=bits, metadata=rich_metadata)
    block = PSDImage.open(path).image_resources.get_data(1005)
    found = block.horizontal / 65536, block.vertical / 65536
    assert found == rich_metadata.dpi


@pytest.mark.parametrize("bits", [8, 16])
def test_layers_of_float_pictures_are_rounded_to_nearest(tmp_path, rng, alpha, bits):
    path = tmp_path / "a.psd"
    pixels = rng.random((*SIZE, 3), dtype=np.float32)
    write_picture(path, pixels, alpha=alpha, bits=bits)
    (layer,) = PSDImage.open(path)
    assert np.abs(layer.numpy("color") - pixels).max() <= 0.501 / (2**bits - 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_matte_is_a_flat_grey_file(tmp_path, alpha, bits):
    path = tmp_path / "a.psd"
    write_matte(path, alpha, bits=bits)
    document = PSDImage.open(path)
    assert (document.pil_mode, document.depth, len(document)) == ("L", bits, 0)
    np.testing.assert_allclose(document.numpy()[..., 0], alpha, atol=1e-6)
