"""Pictures between the clipboard and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.imaging.types import Image, to_float


def image_from(picture: QImage) -> Image | None:
    """The picture with its own depth; None if it is empty."""
    if picture.isNull():
        return None
    deep = picture.depth() > 32
    form = QImage.Format.Format_RGBA64 if deep else QImage.Format.Format_RGBA8888
    samples = _samples(picture.convertToFormat(form), np.uint16 if deep else np.uint8)
    pixels, coverage = np.ascontiguousarray(samples[..., :3]), to_float(samples[..., 3])
    opaque = not picture.hasAlphaChannel() or bool(np.all(coverage == 1.0))
    return Image(pixels, None if opaque else coverage)


def picture_from(samples: NDArray[np.uint8]) -> QImage:
    """A QImage with a copy of H×W×4 uint8 RGBA samples, straight."""
    height, width = samples.shape[:2]
    samples = np.ascontiguousarray(samples)
    return QImage(samples.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def _samples(picture: QImage, dtype: type[np.uint8] | type[np.uint16]) -> NDArray[Any]:
    """H×W×4 copy of a QImage's samples: its bits don't keep the QImage itself alive."""
    row = picture.bytesPerLine() // np.dtype(dtype).itemsize
    flat = np.frombuffer(picture.constBits(), dtype)
    whole: NDArray[Any] = flat.reshape(picture.height(), row)
    return whole[:, : 4 * picture.width()].reshape(picture.height(), picture.width(), 4).copy()
