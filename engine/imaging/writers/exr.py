"""EXR, half: premultiplied linear light with sRGB's primaries, as one picture or as layers."""

from __future__ import annotations

import errno
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.color import profile_model, srgb_to_linear, to_linear
from engine.imaging.formats.exr import REC_709
from engine.imaging.geometry import strips
from engine.imaging.raster import Raster
from engine.imaging.types import Alpha, Metadata, Pixels, Rect

_LARGEST_HALF = np.float32(65504)
_FULL_SCALE = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}
_SMALL_REST = 1 << 20  # a disk with less than this left is called full


def write(path: Path, raster: Raster) -> None:
    """Write RGBA (premultiplied), RGB, or for a grey raster Y (coverage, no curve applied).

    An ICC profile can't be kept: colours are converted by it to linear light with sRGB's
    primaries, unclipped.

    Raises:
        OSError: if it can't be written.
    """
    _write(path, _main_channels(raster), raster.metadata)


def write_layers(path: Path, background: Raster, subject: Raster, *, masked: bool = True) -> None:
    """Write the premultiplied subject as main RGBA, and background, foreground and matte as layers.

    The format knows no masks: `masked` changes nothing.

    Raises:
        OSError: if it can't be written.
    """
    channels = _main_channels(subject)
    channels |= _planes(background, "background.", premultiply=False)
    channels |= _planes(subject, "foreground.", premultiply=False)
    channels["matte.A"] = channels["A"]
    _write(path, channels, subject.metadata)


def _write(path: Path, channels: dict[str, NDArray[Any]], about: Metadata) -> None:
    import OpenEXR

    header: dict[str, Any] = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "chromaticities": REC_709,
    }
    if about.dpi:
        header["xDensity"] = float(about.dpi[0])
        header["pixelAspectRatio"] = float(about.dpi[1] / about.dpi[0])
    if about.xmp:
        header["xmp"] = about.xmp.decode("utf-8", "replace")
    try:
        with OpenEXR.File(header, channels) as file:
            file.write(str(path))
    except RuntimeError as error:  # the library has no error of its own for a full disk
        full = shutil.disk_usage(path.parent).free < _SMALL_REST
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, os.strerror(number)) from error


def _main_channels(raster: Raster) -> dict[str, NDArray[Any]]:
    if raster.samples.ndim == 2:
        return {"Y": _half(_unit(raster.samples))}
    channels = _planes(raster, "", premultiply=raster.alpha is not None)
    if raster.alpha is not None:
        channels["A"] = _half(raster.alpha)
    return channels


def _planes(raster: Raster, prefix: str, *, premultiply: bool) -> dict[str, NDArray[Any]]:
    planes = np.empty((3, *raster.size), np.float16)
    for strip in strips(raster.size):
        linear = _linear(raster.samples[strip.slices], raster.metadata.icc)
        if premultiply and raster.alpha is not None:
            linear *= _cover(raster.alpha, strip)
        planes[:, strip.top : strip.bottom] = np.moveaxis(_half(linear), -1, 0)
    return {prefix + name: plane for name, plane in zip("RGB", planes, strict=True)}


def _linear(pixels: Pixels, icc: bytes | None) -> NDArray[np.float32]:
    if icc is not None and profile_model(icc) == "rgb":
        converted = to_linear(_unit(pixels), icc)
        if converted is not None:
            return converted
    if pixels.dtype in _FULL_SCALE:
        linear: NDArray[np.float32] = _linear_table(pixels.dtype)[pixels]
        return linear
    return srgb_to_linear(pixels)


@cache
def _linear_table(dtype: np.dtype[Any]) -> NDArray[np.float32]:
    """For each integer sample its linear light."""
    return srgb_to_linear(_unit(np.arange(np.iinfo(dtype).max + 1).astype(dtype)))


def _unit(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Samples with 1 as full scale; highlights of float ones stay above it."""
    scale = _FULL_SCALE.get(samples.dtype, 1.0)
    unit: NDArray[np.float32] = np.multiply(samples, np.float32(1.0 / scale), dtype=np.float32)
    return unit


def _cover(alpha: Alpha, strip: Rect) -> NDArray[np.float32]:
    cover: NDArray[np.float32] = alpha[strip.slices][..., None]
    return cover


def _half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    return np.clip(values, -_LARGEST_HALF, _LARGEST_HALF).astype(np.float16)
