"""Files of data sets: the fast way reads what is stored, and nothing broken gets through."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from layout_trees import picture, save
from PIL import Image

from engine.errors import UserError
from trainer.data.files import read_alpha, read_cutout, read_labels, read_pixels, read_trimap
from trainer.data.names import bare, read_names


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_colours_come_as_stored(suffix, tmp_path):
    path = picture(tmp_path / f"a{suffix}")
    assert (read_pixels(path) == np.array(Image.open(path))).all()


def test_jpeg_colours_are_those_of_another_decoder(tmp_path):
    pixels = cv2.resize(np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8), (50, 40))
    path = save(tmp_path / "a.jpg", pixels)
    difference = read_pixels(path).astype(int) - np.array(Image.open(path))
    assert np.abs(difference).max() <= 2


def test_grey_pictures_become_rgb(tmp_path):
    path = save(tmp_path / "a.png", np.full((2, 3), 77, np.uint8))
    assert (read_pixels(path) == 77).all()
    assert read_pixels(path).shape == (2, 3, 3)


def test_mattes_of_sixteen_bits_keep_them(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.array([[0, 257, 1000, 65535]], np.uint16))
    assert read_alpha(tmp_path / "a.png")[0].tolist() == pytest.approx(
        [0, 1 / 255, 1000 / 65535, 1], abs=1e-7
    )


def test_the_first_channel_of_a_colour_matte_counts(tmp_path):
    path = save(tmp_path / "a.png", np.array([[[51, 0, 255]]], np.uint8))
    assert read_alpha(path)[0, 0] == np.float32(51) / 255


def test_a_matte_of_another_size_is_refused(tmp_path):
    path = save(tmp_path / "a.png", np.zeros((2, 3), np.uint8))
    with pytest.raises(UserError, match="3 × 2 pixels"):
        read_alpha(path, size=(3, 2))


def test_trimaps_are_snapped_and_rubbish_refused(tmp_path):
    path = save(tmp_path / "a.png", np.array([[0, 8, 127, 136, 247, 255]], np.uint8))
    assert read_trimap(path, size=(1, 6)).tolist() == [[0, 0, 128, 128, 255, 255]]
    path = save(tmp_path / "b.png", np.array([[0, 60, 255]], np.uint8))
    with pytest.raises(UserError, match="0, 128 and 255"):
        read_trimap(path, size=(1, 3))


def test_labels_of_a_palette_are_its_indices(tmp_path):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(tmp_path / "a.png")
    assert read_labels(tmp_path / "a.png", size=(1, 3)).tolist() == [[0, 1, 2]]


def test_colour_labels_are_refused(tmp_path):
    with pytest.raises(UserError, match="colour picture"):
        read_labels(picture(tmp_path / "a.png"), size=(6, 8))


def test_a_cutout_needs_an_alpha_channel(tmp_path):
    with pytest.raises(UserError, match="no alpha channel"):
        read_cutout(picture(tmp_path / "a.png"))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_named(suffix, share, tmp_path):
    path = picture(tmp_path / f"a{suffix}", size=(40, 50))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    for read in (read_pixels, read_alpha, read_cutout):
        with pytest.raises(UserError) as raised:
            read(path)
        assert raised.value.path == path
    with pytest.raises(UserError):
        read_labels(path, size=(40, 50))


def test_missing_files_are_named(tmp_path):
    for read in (read_pixels, read_alpha, read_names):
        with pytest.raises(UserError) as raised:
            read(tmp_path / "gone.png")
        assert raised.value.path == tmp_path / "gone.png"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.jpg", "a"), ("x/a.PNG", "a"), ("1.2", "1.2"), ("1.2.png", "1.2"), ("x\\b.jpg", "b")],
)
def test_a_bare_name_has_neither_folder_nor_suffix(name, expected):
    assert bare(name) == expected


def test_an_empty_list_of_names_is_an_error(tmp_path):
    (tmp_path / "a.txt").write_text("# nothing\n\n")
    with pytest.raises(UserError, match="empty"):
        read_names(tmp_path / "a.txt")
