"""Read the files data sets are made of, fast: eight bits, upright, colours as stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.read import read_image
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Trimap, from_float
from trainer.data.sample import Pixels8

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
"""What picture files of data sets are called, lower-case with dot."""

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_SNAP = 8
_ANOTHER_COPY = "Fetch the file again, or take it out of the data set."


def read_pixels(path: Path) -> Pixels8:
    """The colours of a picture; an alpha channel is passed over, a profile ignored.

    Args:
        path: any picture; JPEG and PNG take a fast way.

    Returns:
        H×W×3 uint8, RGB, as the file stores them; deeper files are reduced to 8 bits.

    Raises:
        UserError: if the file is missing, cut short, damaged, or no picture.
    """
    decoded = _decoded(path, cv2.IMREAD_COLOR)
    if decoded is None:
        pixels = read_image(path).pixels
        return pixels if pixels.dtype == np.uint8 else from_float(_unit(pixels), np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def read_alpha(path: Path, *, size: tuple[int, int] | None = None) -> Alpha:
    """A matte that fills a file of its own: its grey, or the first channel of a colour picture.

    Args:
        path: a picture with 8 or 16 bits.
        size: height and width it must have, or None.

    Returns:
        H×W float32 in [0, 1].

    Raises:
        UserError: as `read_pixels`, or if it has another size.
    """
    decoded = _decoded(path, cv2.IMREAD_UNCHANGED)
    plane = read_image(path).pixels[..., 0] if decoded is None else _first_channel(decoded)
    _check_size(path, plane, size)
    return _unit(plane)


def read_cutout(path: Path) -> tuple[Pixels8, Alpha]:
    """Straight colours and matte of a picture with an alpha channel.

    Returns:
        H×W×3 uint8 and H×W float32 in [0, 1].

    Raises:
        UserError: as `read_pixels`, or if there is no alpha channel.
    """
    decoded = _decoded(path, cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.ndim != 3 or decoded.shape[2] != 4:
        raise UserError(
            "This picture has no alpha channel.",
            remedy="Give its matte in a file of its own, as fgr/ and pha/.",
            path=path,
        )
    colours = cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGB)
    if colours.dtype != np.uint8:
        colours = from_float(_unit(colours), np.uint8)
    return np.asarray(colours, np.uint8), _unit(decoded[..., 3])


def read_trimap(path: Path, *, size: tuple[int, int]) -> Trimap:
    """A trimap as a data set ships it: one without foreground or background is fine.

    Args:
        path: a grey picture (or the first channel of a colour one).
        size: height and width it must have.

    Returns:
        H×W uint8: 0, 128 or 255; values up to 8 off are snapped.

    Raises:
        UserError: as `read_alpha`, or if values lie further off.
    """
    values = np.rint(read_alpha(path, size=size) * 255).astype(np.int16)
    labels = np.array([BACKGROUND, UNKNOWN, FOREGROUND], np.int16)
    trimap = labels[np.digitize(values, (labels[1:] + labels[:-1]) / 2)]
    if (np.abs(values - trimap) > _SNAP).any():
        raise UserError(
            "This trimap has values other than 0, 128 and 255.", remedy=_ANOTHER_COPY, path=path
        )
    return trimap.astype(np.uint8)


def read_labels(path: Path, *, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A map of class numbers: grey values, or the indices of a palette.

    Args:
        path: a PNG file.
        size: height and width it must have.

    Raises:
        UserError: if the file is missing, damaged, not of such a kind, or of another size.
    """
    import PIL.Image

    try:
        with PIL.Image.open(path) as picture:
            mode, labels = picture.mode, np.array(picture)
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for a bad file
        raise _unreadable(path, error) from error
    if mode not in ("L", "P", "1"):
        raise UserError("This is no map of labels but a colour picture.", path=path)
    _check_size(path, labels, size)
    return labels.astype(np.uint8)


def _decoded(path: Path, flags: int) -> NDArray[Any] | None:
    """A JPEG or PNG file in OpenCV's channel order; None if it is of another kind."""
    data = _bytes(path)
    if not data.startswith((_JPEG, _PNG)):
        return None
    # Older OpenCV fills what a cut JPEG lacks with grey and says nothing.
    if data.startswith(_JPEG) and data.rfind(_END) < data.rfind(_SCAN):
        raise UserError("This JPEG file is cut short.", remedy=_ANOTHER_COPY, path=path)
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise _unreadable(path, error) from error
    if decoded is None:
        raise UserError("This picture is damaged.", remedy=_ANOTHER_COPY, path=path)
    return np.asarray(decoded)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UserError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UserError(f"The file can't be read ({reason}).", remedy=_ANOTHER_COPY, path=path)


def _first_channel(decoded: NDArray[Any]) -> NDArray[Any]:
    """Red of OpenCV's BGR or BGRA."""
    return decoded if decoded.ndim == 2 else decoded[..., 2 if decoded.shape[2] > 2 else 0]


def _unit(values: NDArray[Any]) -> NDArray[np.float32]:
    if values.dtype.kind == "f":
        return np.clip(values, 0, 1, dtype=np.float32)
    return values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)


def _check_size(path: Path, plane: NDArray[Any], size: tuple[int, int] | None) -> None:
    if size is not None and plane.shape[:2] != tuple(size):
        height, width = plane.shape[:2]
        raise UserError(
            f"It is {width} × {height} pixels, but its picture is {size[1]} × {size[0]}.",
            remedy=_ANOTHER_COPY,
            path=path,
        )
