"""What is read from files that other programs wrote."""

from __future__ import annotations

import io
import shutil

import imagecodecs
import numpy as np
import OpenEXR
import pytest
import tifffile
from fuzz_seeds import cmyk_profile, dng_file, seed_files
from PIL import Image as PilImage

from engine.imaging.color import linear_to_srgb
from engine.imaging.read import FORMATS, READABLE, read_image
from engine.imaging.types import Image


def saved(path, picture, kind, **options):
    PilImage.fromarray(picture).save(path, kind, **options)
    return read_image(path)


@pytest.mark.parametrize("name", sorted(seed_files()))
def test_every_seed_of_the_fuzz_run_is_a_valid_picture(tmp_path, name):
    if name.endswith((".dng", ".heic")):
        pytest.importorskip("rawpy" if name.endswith(".dng") else "pillow_heif")
    (tmp_path / name).write_bytes(seed_files()[name])
    image = read_image(tmp_path / name)
    assert sorted(image.size) == [48, 64]
    assert not image.pixels.flags.writeable


def test_suffixes_are_lower_case_and_belong_to_one_format():
    assert len(set(READABLE)) == len(READABLE)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in READABLE)
    assert {"JPEG", "PNG", "TIFF", "WebP", "BMP", "PSD", "EXR", "HEIC", "RAW"} == {
        kind.title for kind in FORMATS
    }


@pytest.mark.parametrize("suffix", [".png", ".exr", ".dat", "", ".psd"])
def test_content_decides_and_not_the_name(tmp_path, astronaut, suffix):
    path = tmp_path / f"misnamed{suffix}"
    PilImage.fromarray(astronaut).save(path, "TIFF")
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, astronaut)
    assert image.metadata.format == "TIFF"


def test_names_in_any_script_are_read(tmp_path, astronaut):
    for suffix, kind in ((".png", "PNG"), (".jpg", "JPEG"), (".tif", "TIFF")):
        path = tmp_path / f"Портрет – 肖像 é{suffix}"
        assert saved(path, astronaut, kind).size == (90, 120)
    exr = tmp_path / "肖像.exr"
    OpenEXR.File({}, {"Y": np.ones((4, 5), np.float32)}).write(str(tmp_path / "a.exr"))
    shutil.move(tmp_path / "a.exr", exr)
    assert read_image(exr).size == (4, 5)


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_decoded_as_pillow_does(tmp_path, astronaut, progressive):
    image = saved(tmp_path / "a.jpg", astronaut, "JPEG", progressive=progressive)
    np.testing.assert_array_equal(image.pixels, np.asarray(PilImage.open(tmp_path / "a.jpg")))
    assert image.bits == 8


def test_cmyk_jpeg_without_profile_multiplies_inks(tmp_path, astronaut):
    PilImage.fromarray(astronaut).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    image = read_image(tmp_path / "a.jpg")
    wanted = np.asarray(PilImage.open(tmp_path / "a.jpg").convert("RGB")).astype(int)
    assert np.abs(image.pixels - wanted).max() <= 1
    assert image.metadata.icc is None


def test_cmyk_becomes_rgb_by_its_profile_which_then_goes(tmp_path):
    cyan = np.full((16, 16, 4), (255, 0, 0, 0), np.uint8)
    PilImage.fromarray(cyan, "CMYK").save(
        tmp_path / "a.jpg", quality=98, icc_profile=cmyk_profile()
    )
    image = read_image(tmp_path / "a.jpg")
    assert np.abs(image.pixels[8, 8].astype(int) - (80, 216, 245)).max() <= 3
    assert image.metadata.icc is None


def test_cmyk_tiff_keeps_sixteen_bits(tmp_path):
    inks = np.full((8, 8, 4), (65535, 0, 0, 0), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", inks, photometric="separated", iccprofile=cmyk_profile())
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.dtype == np.uint16
    assert np.abs(image.pixels[4, 4] / 257 - (80, 216, 245)).max() <= 2


def test_rgb_keeps_its_pixels_and_its_profile(tmp_path, astronaut, adobe_like_icc):
    image = saved(tmp_path / "a.png", astronaut, "PNG", icc_profile=adobe_like_icc)
    np.testing.assert_array_equal(image.pixels, astronaut)
    assert image.metadata.icc == adobe_like_icc


def test_grey_with_a_grey_profile_becomes_srgb(tmp_path):
    flat = bytes(imagecodecs.cms_profile("gray", gamma=1.0))
    image = saved(tmp_path / "a.png", np.full((4, 4), 55, np.uint8), "PNG", icc_profile=flat)
    assert image.metadata.icc is None
    wanted = linear_to_srgb(np.array([55 / 255], np.float32))[0] * 255
    assert np.abs(image.pixels.astype(float) - wanted).max() <= 1


def test_grey_with_an_rgb_profile_keeps_both(tmp_path, adobe_like_icc):
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    image = saved(tmp_path / "a.png", grey, "PNG", icc_profile=adobe_like_icc)
    np.testing.assert_array_equal(image.pixels, np.dstack([grey] * 3))
    assert image.metadata.icc == adobe_like_icc


def test_profile_of_another_colour_model_is_left_out(tmp_path, astronaut):
    image = saved(tmp_path / "a.png", astronaut, "PNG", icc_profile=cmyk_profile())
    np.testing.assert_array_equal(image.pixels, astronaut)
    assert image.metadata.icc is None


def test_palette_with_transparency_has_colours_and_alpha(tmp_path, astronaut):
    paletted = PilImage.fromarray(astronaut).quantize(16)
    paletted.save(tmp_path / "a.png", transparency=bytes(range(0, 256, 16)))
    image = read_image(tmp_path / "a.png")
    wanted = np.asarray(PilImage.open(tmp_path / "a.png").convert("RGBA"))
    np.testing.assert_array_equal(image.pixels, wanted[..., :3])
    np.testing.assert_array_equal(np.rint(image.alpha * 255), wanted[..., 3])


def test_transparent_colour_of_a_png_becomes_alpha(tmp_path):
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[1, 1] = (10, 20, 30)
    image = saved(tmp_path / "a.png", pixels, "PNG", transparency=(10, 20, 30))
    assert image.alpha[1, 1] == 0
    assert image.alpha.sum() == 15


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey16_keeps_every_level(tmp_path, kind):
    grey = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image = saved(tmp_path / "a", grey, kind)
    for channel in range(3):
        np.testing.assert_array_equal(image.pixels[..., channel], grey)


def test_one_bit_picture_is_black_and_white(tmp_path, rng):
    bits = rng.random((9, 13)) > 0.5
    for kind in ("PNG", "TIFF", "BMP"):
        image = saved(tmp_path / kind, bits, kind)
        np.testing.assert_array_equal(image.pixels[..., 0], bits * 255)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tile": (16, 32), "compression": "lzw", "predictor": True},
        {"compression": "lzw", "rowsperstrip": 5},
        {"compression": "zlib", "predictor": True},
        {"compression": "packbits"},
        {"compression": "zstd"},
        {"compression": "lzma"},
        {"planarconfig": "separate"},
        {"byteorder": ">"},
        {"bigtiff": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_of_every_layout(tmp_path, rng, options, dtype):
    pixels = rng.integers(0, np.iinfo(dtype).max, (50, 70, 3), dtype=dtype)
    planes = np.moveaxis(pixels, -1, 0) if "planarconfig" in options else pixels
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="rgb", **options)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, pixels)
    assert image.pixels.dtype == dtype


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_premultiplied_tiff_becomes_straight(tmp_path, rng, dtype):
    full = np.iinfo(dtype).max
    straight = rng.integers(0, full, (40, 50, 3), dtype=dtype)
    alpha = rng.integers(0, full, (40, 50), dtype=dtype)
    cover = alpha[..., None] / full
    stored = np.dstack((np.rint(straight * cover).astype(dtype), alpha))
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["assocalpha"])
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_allclose(image.alpha * full, alpha, atol=0.01)
    difference = np.abs(image.pixels.astype(float) - straight)
    assert (difference <= 0.51 / np.maximum(cover, 1e-9) + 0.51)[alpha > 0].all()


def test_unspecified_extra_channel_counts_as_straight_alpha(tmp_path, rng):
    stored = rng.integers(0, 256, (20, 30, 4), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["unspecified"])
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, stored[..., :3])
    np.testing.assert_array_equal(np.rint(image.alpha * 255), stored[..., 3])


def test_white_is_zero_tiff_is_turned_round(tmp_path, rng):
    grey = rng.integers(0, 256, (20, 30), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", 255 - grey, photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels[..., 0], grey)


def test_thumbnail_in_front_of_a_tiff_is_passed_over(tmp_path, astronaut):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(astronaut[::8, ::8], photometric="rgb", subfiletype=1)
        file.write(astronaut, photometric="rgb")
    assert read_image(tmp_path / "a.tif").size == astronaut.shape[:2]


def test_opaque_alpha_counts_as_none(tmp_path, astronaut):
    opaque = np.dstack((astronaut, np.full(astronaut.shape[:2], 255, np.uint8)))
    assert saved(tmp_path / "a.png", opaque, "PNG").alpha is None


def test_animation_gives_its_first_frame(tmp_path, astronaut):
    first = PilImage.fromarray(astronaut)
    first.save(
        tmp_path / "a.webp",
        save_all=True,
        append_images=[PilImage.fromarray(255 - astronaut)],
        lossless=True,
    )
    np.testing.assert_array_equal(read_image(tmp_path / "a.webp").pixels, astronaut)


def test_exr_display_window_frames_the_pixels(tmp_path):
    plane = np.full((6, 8), 1.0, np.float32)
    header = {
        "dataWindow": (np.array([2, 1], np.int32), np.array([9, 6], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([5, 9], np.int32)),
    }
    OpenEXR.File(header, {"R": plane, "G": plane, "B": plane}).write(str(tmp_path / "a.exr"))
    pixels = read_image(tmp_path / "a.exr").pixels
    wanted = np.zeros((10, 6), np.float32)
    wanted[1:7, 2:6] = 1
    np.testing.assert_allclose(pixels[..., 0], wanted, atol=1e-6)


def test_exr_of_other_primaries_comes_to_srgbs(tmp_path):
    p3 = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
    planes = {name: np.full((4, 4), name == "G", np.float32) for name in "RGB"}
    OpenEXR.File({"chromaticities": p3}, planes).write(str(tmp_path / "a.exr"))
    red, green, blue = read_image(tmp_path / "a.exr").pixels[0, 0]
    assert red < -0.1
    assert green > 1
    assert blue < 0


def test_exr_highlights_and_bad_numbers(tmp_path):
    plane = np.array([[4.0, np.nan], [np.inf, -np.inf]], np.float32)
    OpenEXR.File({}, {"R": plane, "G": plane, "B": plane}).write(str(tmp_path / "a.exr"))
    pixels = read_image(tmp_path / "a.exr").pixels
    assert np.isfinite(pixels).all()
    assert pixels[0, 0, 0] > 1
    assert pixels[0, 1, 0] == 0


def test_named_layer_is_read_where_there_is_no_main_one(tmp_path):
    planes = {f"beauty.{name}": np.full((4, 4), 0.5, np.float32) for name in "RGBA"}
    OpenEXR.File({}, planes).write(str(tmp_path / "a.exr"))
    image = read_image(tmp_path / "a.exr")
    np.testing.assert_allclose(image.pixels, 1.0, atol=1e-6)
    np.testing.assert_allclose(image.alpha, 0.5)


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic_stands_upright_with_exif_reset(tmp_path, astronaut, orientation):
    pillow_heif = pytest.importorskip("pillow_heif")
    block = PilImage.Exif()
    block[0x0112] = orientation
    block[0x010F] = "Maker"
    pillow_heif.from_pillow(PilImage.fromarray(astronaut)).save(
        tmp_path / "a.heic", quality=95, exif=block.tobytes()
    )
    image = read_image(tmp_path / "a.heic")
    wanted = np.rot90(astronaut, -1) if orientation == 6 else astronaut
    assert image.size == wanted.shape[:2]
    assert np.abs(image.pixels.astype(int) - wanted).mean() < 3


def test_heic_of_ten_bits_fills_sixteen(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    white = np.full((64, 64, 3), 65535, np.uint16)
    memory = io.BytesIO()
    pillow_heif.encode("RGB;16", (64, 64), white.tobytes(), memory, quality=100)
    (tmp_path / "a.heic").write_bytes(memory.getvalue())
    assert read_image(tmp_path / "a.heic").pixels.min() >= 65535 - 128


@pytest.mark.parametrize("name", ["a.dng", "a.tif"])
def test_raw_is_developed_to_sixteen_bits_and_upright(tmp_path, rng, name):
    pytest.importorskip("rawpy")
    mosaic = rng.integers(200, 4000, (40, 60), dtype=np.uint16)
    (tmp_path / name).write_bytes(dng_file(mosaic, orientation=6))
    image = read_image(tmp_path / name)
    assert image.size == (60, 40)
    assert image.pixels.dtype == np.uint16
    assert image.metadata.format == "RAW"
    assert b"Made Camera" in image.metadata.exif or b"Camera" in image.metadata.exif


def test_result_is_the_checked_type(tmp_path, astronaut):
    assert isinstance(saved(tmp_path / "a.png", astronaut, "PNG"), Image)
