"""PSD and EXR layers, checked with other readers than our own."""

from __future__ import annotations

import numpy as np
import OpenEXR
import pytest
from psd_tools import PSDImage

from engine.errors import UserError
from engine.imaging.color import srgb_to_linear
from engine.imaging.read import read_image
from engine.imaging.write import write_layers, write_picture

SIZE = (71, 53)
DTYPES = {8: np.uint8, 16: np.uint16}


@pytest.fixture(params=[8, 16])
def layers(request, rng):
    bits = request.param
    full = 2**bits - 1
    pixels = [rng.integers(0, full + 1, (*SIZE, 3), dtype=DTYPES[bits]) for _ in range(2)]
    alpha = (rng.integers(0, full + 1, SIZE) / full).astype(np.float32)
    return {"background": pixels[0], "foreground": pixels[1], "alpha": alpha, "bits": bits}


def as_integers(values, bits):
    return np.rint(values * (2**bits - 1)).astype(DTYPES[bits])


def test_psd_layers_are_bit_exact_in_psd_tools(tmp_path, layers, rich_metadata):
    bits = layers["bits"]
    write_layers(tmp_path / "a.psd", **layers, metadata=rich_metadata)
    psd = PSDImage.open(tmp_path / "a.psd")
    assert psd.depth == bits
    assert [layer.name for layer in psd] == ["Background", "Subject"]
    background, subject = psd
    np.testing.assert_array_equal(
        as_integers(background.numpy("color"), bits), layers["background"]
    )
    np.testing.assert_array_equal(as_integers(subject.numpy("color"), bits), layers["foreground"])
    mask = as_integers(subject.numpy("mask")[..., 0], bits)
    np.testing.assert_array_equal(mask, as_integers(layers["alpha"], bits))
    assert not background.has_mask()
    assert subject.is_visible()


def test_psd_keeps_profile_exif_xmp_and_resolution(tmp_path, layers, rich_metadata):
    write_layers(tmp_path / "a.psd", **layers, metadata=rich_metadata)
    blocks = PSDImage.open(tmp_path / "a.psd").image_resources
    assert blocks.get_data(1039) == rich_metadata.icc
    assert blocks.get_data(1058) == rich_metadata.exif
    assert blocks.get_data(1060) == rich_metadata.xmp
    assert read_image(tmp_path / "a.psd").metadata.dpi == rich_metadata.dpi


def test_psd_merged_picture_is_the_composite(tmp_path, layers):
    write_layers(tmp_path / "a.psd", **layers)
    image = read_image(tmp_path / "a.psd")
    alpha = layers["alpha"][..., None].astype(np.float64)
    wanted = alpha * layers["foreground"] + (1 - alpha) * layers["background"]
    assert image.pixels.dtype == layers["foreground"].dtype
    assert image.alpha is None
    assert np.abs(image.pixels - wanted).max() <= 0.51 + 2**-7 * (layers["bits"] == 16)
    merged = PSDImage.open(tmp_path / "a.psd").numpy()
    np.testing.assert_array_equal(as_integers(merged, layers["bits"]), image.pixels)


def test_psd_cut_out_has_one_masked_layer_and_a_clear_merged_picture(tmp_path, layers):
    bits, alpha = layers["bits"], layers["alpha"]
    write_picture(tmp_path / "a.psd", layers["foreground"], alpha=alpha, bits=bits)
    (layer,) = PSDImage.open(tmp_path / "a.psd")
    np.testing.assert_array_equal(as_integers(layer.numpy("color"), bits), layers["foreground"])
    image = read_image(tmp_path / "a.psd")
    np.testing.assert_allclose(image.alpha, alpha, atol=1e-6)
    opaque = alpha > 0.5
    difference = image.pixels[opaque].astype(int) - layers["foreground"][opaque]
    assert np.abs(difference).max() <= 2


def test_exr_layers_have_names_and_linear_light(tmp_path, layers):
    write_layers(tmp_path / "a.exr", **layers)
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        planes = {name: channel.pixels.copy() for name, channel in file.channels().items()}
    assert set(planes) == {
        *"RGBA",
        "matte.A",
        *(f"{layer}.{c}" for layer in ("background", "foreground") for c in "RGB"),
    }
    full = np.float32(2 ** layers["bits"] - 1)
    front = srgb_to_linear((layers["foreground"] / full).astype(np.float32))
    np.testing.assert_allclose(planes["foreground.G"], front[..., 1], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(planes["R"], front[..., 0] * layers["alpha"], rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(planes["matte.A"], layers["alpha"].astype(np.float16))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp"])
def test_formats_without_layers_say_which_have_them(tmp_path, layers, suffix):
    with pytest.raises(UserError, match="PSD or EXR"):
        write_layers(tmp_path / f"a{suffix}", **{**layers, "bits": 8})
    assert not list(tmp_path.iterdir())
