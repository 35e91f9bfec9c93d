"""All eight EXIF orientations in every format that has them, applied exactly once."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image as PilImage
from PIL import ImageOps

from engine.imaging import exif
from engine.imaging.read import read_image, read_mask
from engine.imaging.write import write_picture

XMP = b'<rdf:Description tiff:Orientation="%d"/>'
OPTIONS = {
    "JPEG": {"quality": 95},
    "PNG": {},
    "WEBP": {"lossless": True},
    "TIFF": {"compression": "tiff_lzw"},
}


def turned_file(path, stored, kind, orientation):
    block = PilImage.Exif()
    block[0x0112] = orientation
    options = {**OPTIONS[kind], "exif": block}
    if kind == "WEBP":
        options["xmp"] = XMP % orientation
    if kind == "TIFF":
        options = {**OPTIONS[kind], "tiffinfo": {274: orientation}}
    PilImage.fromarray(stored).save(path, kind, **options)


def as_pillow_turns_it(path):
    return np.asarray(ImageOps.exif_transpose(PilImage.open(path)))


@pytest.mark.parametrize("kind", sorted(OPTIONS))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_stands_upright_once(tmp_path, astronaut, kind, orientation):
    path = tmp_path / "turned"
    turned_file(path, astronaut, kind, orientation)
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, as_pillow_turns_it(path))
    assert exif.orientation(image.metadata.exif) == 1
    if image.metadata.xmp:
        assert image.metadata.xmp == XMP % 1


@pytest.mark.parametrize("kind", sorted(OPTIONS))
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg", ".psd"])
def test_what_is_written_again_is_not_turned_again(tmp_path, astronaut, kind, suffix):
    first, second = tmp_path / "first", tmp_path / f"second{suffix}"
    turned_file(first, astronaut, kind, 6)
    image = read_image(first)
    write_picture(second, image.pixels, metadata=image.metadata, quality=100)
    again = read_image(second)
    assert again.size == (120, 90)
    assert np.abs(again.pixels.astype(int) - image.pixels).mean() < 1.5


def test_alpha_turns_with_its_picture(tmp_path, astronaut, rng):
    alpha = rng.integers(0, 256, astronaut.shape[:2], dtype=np.uint8)
    block = PilImage.Exif()
    block[0x0112] = 8
    path = tmp_path / "a.png"
    PilImage.fromarray(np.dstack((astronaut, alpha))).save(path, exif=block)
    image = read_image(path)
    expected = as_pillow_turns_it(path)
    np.testing.assert_array_equal(image.pixels, expected[..., :3])
    np.testing.assert_array_equal(np.rint(image.alpha * 255), expected[..., 3])


def test_mask_of_a_turned_photograph_is_turned_too(tmp_path, rng):
    stored = rng.integers(0, 256, (20, 30), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "m.tif", stored, extratags=[(274, 3, 1, 6, True)])
    mask = read_mask(tmp_path / "m.tif", (30, 20))
    np.testing.assert_array_equal(np.rint(mask * 255), np.rot90(stored, -1))


def test_sixteen_bit_tiff_turns_without_losing_bits(tmp_path, rng):
    stored = rng.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    tifffile.imwrite(
        tmp_path / "m.tif", stored, photometric="rgb", extratags=[(274, 3, 1, 5, True)]
    )
    image = read_image(tmp_path / "m.tif")
    np.testing.assert_array_equal(image.pixels, stored.swapaxes(0, 1))


def test_resolution_turns_with_the_picture(tmp_path, astronaut):
    block = PilImage.Exif()
    block[0x0112] = 6
    memory = io.BytesIO()
    PilImage.fromarray(astronaut).save(memory, "PNG", exif=block, dpi=(300, 150))
    (tmp_path / "a.png").write_bytes(memory.getvalue())
    assert read_image(tmp_path / "a.png").metadata.dpi == (150.0, 300.0)
