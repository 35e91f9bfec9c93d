"""Pictures to and from the clipboard keep their values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from matteapp.clipboard import image_from, picture_from


def test_an_empty_picture_is_none() -> None:
    assert image_from(QImage()) is None


@pytest.mark.parametrize("width", [1, 5, 64])  # rows of a QImage are padded to four bytes
def test_pixels_come_upright_in_rgb(width) -> None:
    picture = QImage(width, 3, QImage.Format.Format_RGB888)
    picture.fill(QColor(10, 20, 30))
    picture.setPixelColor(width - 1, 2, QColor(200, 100, 50))
    image = image_from(picture)
    assert image.size == (3, width)
    assert image.pixels.dtype == np.uint8
    assert image.alpha is None
    assert image.pixels[2, width - 1].tolist() == [200, 100, 50]


def test_sixteen_bits_stay_sixteen() -> None:
    picture = QImage(4, 4, QImage.Format.Format_RGBA64)
    picture.fill(QColor.fromRgba64(1000, 2000, 3000, 65535))
    image = image_from(picture)
    assert image.pixels.dtype == np.uint16
    assert image.pixels[0, 0].tolist() == [1000, 2000, 3000]


def test_transparency_becomes_alpha() -> None:
    picture = QImage(2, 2, QImage.Format.Format_RGBA8888)
    picture.fill(QColor(1, 2, 3, 51))
    image = image_from(picture)
    assert image.alpha == pytest.approx(np.full((2, 2), 0.2))


def test_a_round_trip_is_exact() -> None:
    samples = np.random.default_rng(1).integers(0, 256, (7, 5, 4), np.uint8)
    samples[..., 3] |= 1
    image = image_from(picture_from(samples))
    assert np.array_equal(image.pixels, samples[..., :3])
    assert np.array_equal(np.rint(image.alpha * 255), samples[..., 3])
