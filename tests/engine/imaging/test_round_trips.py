"""What is written comes back: bit for bit where the format allows, with what describes it."""

from __future__ import annotations

import cv2
import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image as PilImage

from engine.imaging.color import to_linear
from engine.imaging.read import read_image, read_mask, read_trimap
from engine.imaging.types import Metadata
from engine.imaging.write import write_matte, write_picture

DTYPES = {8: np.uint8, 16: np.uint16}
EXACT = [(".png", 8), (".png", 16), (".tif", 8), (".tif", 16), (".psd", 8), (".psd", 16)]
WITH_ALPHA = [pair for pair in EXACT if pair[0] != ".psd"] + [(".webp", 8)]


def random_pixels(rng, bits, size=(61, 83)):
    return rng.integers(0, 2**bits, (*size, 3), dtype=DTYPES[bits])


def random_alpha(rng, bits, size=(61, 83)):
    full = np.float32(2**bits - 1)
    return (rng.integers(0, 2**bits, size) / full).astype(np.float32)


@pytest.mark.parametrize(("suffix", "bits"), EXACT)
def test_opaque_pictures_are_bit_exact_with_profile(tmp_path, rng, rich_metadata, suffix, bits):
    pixels = random_pixels(rng, bits)
    path = tmp_path / f"picture{suffix}"
    write_picture(path, pixels, bits=bits, metadata=rich_metadata)
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, pixels)
    assert image.pixels.dtype == DTYPES[bits]
    assert image.alpha is None
    assert image.metadata.icc == rich_metadata.icc
    assert image.metadata.dpi == rich_metadata.dpi


@pytest.mark.parametrize(("suffix", "bits"), WITH_ALPHA)
def test_straight_alpha_is_exact_and_leaves_colours_alone(tmp_path, rng, suffix, bits):
    pixels, alpha = random_pixels(rng, bits), random_alpha(rng, bits)
    path = tmp_path / f"picture{suffix}"
    write_picture(path, pixels, alpha=alpha, bits=bits, quality=100)
    image = read_image(path)
    seen = image.alpha > 0  # lossless WebP may drop colours that can't be seen
    np.testing.assert_array_equal(image.pixels[seen], pixels[seen])
    np.testing.assert_allclose(image.alpha, alpha, atol=1e-6)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg", ".psd"])
def test_metadata_travels_to_every_format_and_back(tmp_path, astronaut, rich_metadata, suffix):
    path = tmp_path / f"picture{suffix}"
    write_picture(path, astronaut, metadata=rich_metadata)
    about = read_image(path).metadata
    assert about.icc == rich_metadata.icc
    assert about.xmp == rich_metadata.xmp
    assert about.dpi == rich_metadata.dpi
    block = PilImage.Exif()
    block.load(b"Exif\0\0" + about.exif)
    assert block[0x010F] == "Maker & Sons"
    assert block[0x8298] == "somebody"
    assert float(block.get_ifd(0x8769)[0x829A]) == pytest.approx(1 / 125)
    assert block.get_ifd(0x8825)[1] == "N"


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_other_programs_find_profile_exif_and_resolution(
    tmp_path, astronaut, rich_metadata, suffix
):
    path = tmp_path / f"picture{suffix}"
    write_picture(path, astronaut, metadata=rich_metadata)
    with PilImage.open(path) as opened:
        opened.load()
        assert opened.info["icc_profile"] == rich_metadata.icc
        block = opened.getexif()
        assert block[0x010F] == "Maker & Sons"
        assert float(block.get_ifd(0x8769)[0x829A]) == pytest.approx(1 / 125)
        if suffix != ".webp":
            found = [float(value) for value in opened.info["dpi"]]
            np.testing.assert_allclose(found, (300, 240), rtol=1e-4)


def test_sixteen_bit_png_reads_the_same_in_opencv(tmp_path, rng):
    pixels, alpha = random_pixels(rng, 16), random_alpha(rng, 16)
    write_picture(tmp_path / "a.png", pixels, alpha=alpha, bits=16)
    data = np.frombuffer((tmp_path / "a.png").read_bytes(), np.uint8)
    stored = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(stored[..., 2::-1], pixels)
    np.testing.assert_array_equal(stored[..., 3], np.rint(alpha * 65535))


def test_png_of_several_strips_reads_the_same_in_pillow(tmp_path, rng):
    pixels = random_pixels(rng, 8, (1500, 1300))
    write_picture(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(np.asarray(PilImage.open(tmp_path / "a.png")), pixels)


def test_tiff_says_its_alpha_is_straight(tmp_path, rng):
    write_picture(tmp_path / "a.tif", random_pixels(rng, 16), alpha=random_alpha(rng, 16), bits=16)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert [int(kind) for kind in file.pages[0].extrasamples] == [2]
        assert file.pages[0].dtype == np.uint16
        stored = file.asarray()
    np.testing.assert_array_equal(stored[..., :3], read_image(tmp_path / "a.tif").pixels)


def test_exr_halves_are_exact_from_file_to_file(tmp_path, rng):
    pixels = rng.random((40, 50, 3), dtype=np.float32) * 2
    alpha = rng.random((40, 50)).astype(np.float16).astype(np.float32)
    write_picture(tmp_path / "a.exr", pixels, alpha=alpha, metadata=Metadata(dpi=(300, 300)))
    image = read_image(tmp_path / "a.exr")
    assert image.pixels.dtype == np.float32
    assert image.metadata.dpi == (300.0, 300.0)
    np.testing.assert_array_equal(image.alpha, alpha)
    seen = alpha > 0.05
    np.testing.assert_allclose(image.pixels[seen], pixels[seen], rtol=2e-3, atol=2e-4)
    write_picture(tmp_path / "b.exr", image.pixels, alpha=image.alpha)
    first, second = (exr_planes(tmp_path / name) for name in ("a.exr", "b.exr"))
    assert sorted(first) == ["A", "B", "G", "R"]
    for name, plane in first.items():
        assert plane.dtype == np.float16
        np.testing.assert_array_equal(second[name], plane)


def test_exr_is_linear_and_premultiplied(tmp_path):
    pixels = np.full((4, 4, 3), 0.5, np.float32)
    write_picture(tmp_path / "a.exr", pixels, alpha=np.full((4, 4), 0.5, np.float32))
    assert float(exr_planes(tmp_path / "a.exr")["G"][0, 0]) == pytest.approx(0.10702, rel=1e-3)


def test_exr_is_converted_by_the_profile_since_it_can_keep_none(tmp_path, rng, adobe_like_icc):
    pixels = random_pixels(rng, 16)
    write_picture(tmp_path / "a.exr", pixels, bits=16, metadata=Metadata(icc=adobe_like_icc))
    planes = exr_planes(tmp_path / "a.exr")
    wanted = to_linear((pixels / np.float32(65535)).astype(np.float32), adobe_like_icc)
    for index, name in enumerate("RGB"):
        np.testing.assert_allclose(planes[name], wanted[..., index], rtol=2e-3, atol=1e-3)
    assert read_image(tmp_path / "a.exr").metadata.icc is None


def exr_planes(path):
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels.copy() for name, channel in file.channels().items()}


@pytest.mark.parametrize(
    ("suffix", "bits"), [*EXACT, (".webp", 8), (".exr", 16), (".jpg", 8), (".tiff", 16)]
)
def test_mattes_are_grey_and_linear(tmp_path, matte, suffix, bits):
    path = tmp_path / f"matte{suffix}"
    write_matte(path, matte, bits=bits)
    step = {".exr": 2**-11, ".jpg": 2 / 255}.get(suffix, 0.5 / (2**bits - 1))
    np.testing.assert_allclose(read_mask(path, matte.shape), matte, atol=step * 1.01)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".psd"])
@pytest.mark.parametrize("bits", [8, 16])
def test_trimaps_come_back_as_they_were(tmp_path, rng, suffix, bits):
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (40, 60))
    path = tmp_path / f"trimap{suffix}"
    write_matte(path, trimap, bits=8 if suffix == ".webp" else bits)
    back, snapped = read_trimap(path, (40, 60))
    np.testing.assert_array_equal(back, trimap)
    assert snapped == 0


@pytest.mark.parametrize(("have", "bits"), [(np.uint8, 16), (np.uint16, 8), (np.float32, 8)])
def test_other_depths_are_rounded_to_nearest(tmp_path, rng, have, bits):
    full = 1.0 if have is np.float32 else np.iinfo(have).max
    pixels = (rng.random((30, 40, 3)) * full).astype(have)
    write_picture(tmp_path / "a.png", pixels, bits=bits)
    wanted = np.rint(pixels.astype(np.float64) / full * (2**bits - 1))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png").pixels, wanted)
