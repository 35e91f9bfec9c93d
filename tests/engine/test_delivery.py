"""Files at the size, depth, colours and with the metadata that are asked for."""

from __future__ import annotations

import numpy as np
import psd_tools
import pytest

from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.colour_spaces import SPACES, profile_of
from engine.imaging.read import read_image
from engine.imaging.types import Image, Metadata
from engine.jobs.requests import CutRequest, CutResult
from engine.product_table import CUTS, PICTURES, product_paths
from engine.products import write_products
from engine.settings import BackgroundSettings, CutSettings

SIZE = (40, 60)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'
RED = CutSettings(background=BackgroundSettings("colour", colour=(1.0, 0.0, 0.0)))


@pytest.fixture
def image() -> Image:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 65536, (*SIZE, 3)).astype(np.uint16)
    return Image(pixels, metadata=Metadata(dpi=(300.0, 300.0), xmp=XMP))


@pytest.fixture
def result(image) -> CutResult:
    alpha = np.zeros(SIZE, np.float32)
    alpha[10:30, 10:50] = 0.5
    alpha[12:28, 12:48] = 1.0
    trimap = np.where(alpha == 0.5, 128, alpha * 255).astype(np.uint8)
    return CutResult(np.ceil(alpha), trimap, alpha, image.pixels.copy())


@pytest.fixture
def write(image, result, tmp_path):
    def written(name: str, suffix: str = ".png", **delivery):
        path = tmp_path / f"{name}{suffix}"
        how = Delivery(**delivery)
        write_products(CutRequest(image, RED), result, targets={name: path}, delivery=how)
        return path

    return written


@pytest.mark.parametrize("name", CUTS)
def test_everything_is_written_at_another_size(image, result, tmp_path, name) -> None:
    targets = product_paths("a", folder=tmp_path, products=[name])
    how = Delivery(scale=0.5, colour_space="display_p3", metadata=False)
    write_products(CutRequest(image, RED), result, targets=targets, delivery=how)
    assert read_image(targets[name]).size == (20, 30)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".psd"])
@pytest.mark.parametrize("space", SPACES)
def test_the_profile_is_in_the_file(write, suffix, space) -> None:
    read = read_image(write("cutout", suffix, colour_space=space))
    assert read.metadata.icc == profile_of(space)


def test_colours_of_16_bits_are_converted_and_not_the_matte(write) -> None:
    plain = read_image(write("cutout"))
    wide = read_image(write("cutout", colour_space="adobe_rgb"))
    assert plain.bits == wide.bits == 16
    assert not np.array_equal(plain.pixels, wide.pixels)
    assert plain.alpha is not None
    assert wide.alpha is not None
    assert np.array_equal(plain.alpha, wide.alpha)


def test_what_a_photograph_says_of_itself_stays_or_goes(write) -> None:
    kept = read_image(write("foreground", ".jpg"))
    bare = read_image(write("foreground", ".jpg", metadata=False))
    assert b"xmpmeta" in (kept.metadata.xmp or b"")
    assert bare.metadata.xmp is None
    assert bare.metadata.exif is None
    assert bare.metadata.dpi == pytest.approx((300.0, 300.0), rel=1e-2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"bits": 12}, "12 bits"), ({"scale": 9.0}, "900%"), ({"colour_space": "cmyk"}, "cmyk")],
)
def test_what_no_file_can_have_is_refused_before_anything_is_written(
    write, tmp_path, wrong, said
) -> None:
    with pytest.raises(UserError, match=said):
        write("cutout", **wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PICTURES)
def test_views_are_pictures_of_8_bits(write, name) -> None:
    assert read_image(write(name, bits=16)).bits == 8


def test_views_show_what_they_say(write, image) -> None:
    white, black = read_image(write("on_white")).pixels, read_image(write("on_black")).pixels
    assert (white[0] == 255).all()
    assert (black[0] == 0).all()
    own = np.rint(image.pixels[20, 30] / 257)
    assert np.array_equal(white[20, 30], own)
    assert np.array_equal(black[20, 30], own)
    onion = read_image(write("onion"))
    assert onion.alpha is not None
    assert onion.alpha[0, 0] == pytest.approx(0.5, abs=0.01)
    assert onion.alpha[20, 30] == 1.0
    outline = read_image(write("ants")).pixels
    changed = (outline != np.rint(image.pixels / 257)).any(axis=2)
    assert changed[10, 10:50].mean() > 0.9
    assert not changed[15:25, 15:45].any()


@pytest.mark.parametrize("bits", [8, 16])
def test_photoshop_gets_a_mask_a_layer_or_both(write, result, bits) -> None:
    masked = psd_tools.PSDImage.open(write("masked", ".psd", bits=bits))
    layer = psd_tools.PSDImage.open(write("layer", ".psd", bits=bits))
    layers = psd_tools.PSDImage.open(write("layers", ".psd", bits=bits))
    assert [one.has_mask() for one in masked] == [True]
    assert [one.has_mask() for one in layer] == [False, False]
    assert [one.has_mask() for one in layers] == [False, True]
    cover = layer[1].numpy("shape")[..., 0]
    assert np.allclose(cover, result.alpha, atol=1 / 255)


def test_the_masked_photograph_has_its_own_colours(write, image) -> None:
    file = psd_tools.PSDImage.open(write("masked", ".psd"))
    assert np.allclose(file[0].numpy("color"), image.pixels / 65535, atol=1e-4)
