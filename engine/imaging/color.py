"""Encodings and profiles: sRGB's curve, and ICC profiles of what files bring."""

from __future__ import annotations

import logging
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import from_float

log = logging.getLogger(__name__)

ColourModel = Literal["grey", "rgb", "cmyk"]

_ICC_SPACES: dict[bytes, ColourModel] = {b"GRAY": "grey", b"RGB ": "rgb", b"CMYK": "cmyk"}
_CMS_NAMES: dict[ColourModel, str] = {"grey": "gray", "rgb": "rgb", "cmyk": "cmyk"}
_ICC_HEADER = 128
_D65 = (0.3127, 0.3290, 1.0)
_REC_709_XYY = (0.64, 0.33, 1.0, 0.30, 0.60, 1.0, 0.15, 0.06, 1.0)


def srgb_to_linear(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """sRGB-encoded samples as linear light.

    Args:
        values: any shape, float32; 1 is white. Values outside [0, 1] continue the curve, negative
            ones mirrored at 0.

    Returns:
        A fresh float32 array.

    Source: IEC 61966-2-1.
    """
    size = np.abs(values, dtype=np.float32)
    curve = ((size + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    linear = np.where(size <= np.float32(0.04045), size / np.float32(12.92), curve)
    return np.copysign(linear, values, dtype=np.float32)


def linear_to_srgb(values_lin: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light as sRGB-encoded samples; the inverse of `srgb_to_linear`.

    Args:
        values_lin: any shape, float32; 1 is white; values outside [0, 1] as there.

    Returns:
        A fresh float32 array.
    """
    size = np.abs(values_lin, dtype=np.float32)
    curve = np.float32(1.055) * size ** np.float32(1 / 2.4) - np.float32(0.055)
    encoded = np.where(size <= np.float32(0.0031308), size * np.float32(12.92), curve)
    return np.copysign(encoded, values_lin, dtype=np.float32)


def profile_model(icc: bytes | None) -> ColourModel | None:
    """The colour model an ICC profile describes, or None if it is none that can be used."""
    if icc is None or len(icc) <= _ICC_HEADER or icc[36:40] != b"acsp":
        return None
    if int.from_bytes(icc[:4], "big") > len(icc):
        return None
    return _ICC_SPACES.get(icc[16:20])


def to_srgb(samples: NDArray[Any], icc: bytes, *, model: ColourModel) -> NDArray[Any] | None:
    """Samples that an ICC profile describes as sRGB-encoded RGB of the same depth.

    Args:
        samples: H×W (grey), H×W×3 (RGB) or H×W×4 (CMYK, full scale is full ink); uint8 or uint16.
        icc: the profile of the samples.
        model: their colour model, which the profile must have too.

    Returns:
        H×W×3 of the same dtype, or None if the profile can't be used (the log says why).
    """
    import imagecodecs

    srgb = imagecodecs.cms_profile("srgb")
    if model != "grey":
        return _transform(samples, icc, srgb, model=model)
    # each level once, as floats: the transform of integers is coarse in the shadows
    full = np.iinfo(samples.dtype).max
    levels = np.linspace(0, 1, full + 1, dtype=np.float32)[None]
    curve = _transform(levels, icc, srgb, model=model)
    if curve is None:
        return None
    table = from_float(curve[0], samples.dtype)
    converted: NDArray[Any] = table[samples]
    return converted


def to_linear(values: NDArray[np.float32], icc: bytes) -> NDArray[np.float32] | None:
    """RGB that an ICC profile describes as linear light with sRGB's primaries, unclipped.

    Args:
        values: H×W×3 float32, as the profile encodes them.
        icc: an RGB profile.

    Returns:
        H×W×3 float32; colours beyond sRGB lie outside [0, 1]. None as for `to_srgb`.
    """
    import imagecodecs

    flat = imagecodecs.cms_profile("rgb", whitepoint=_D65, primaries=_REC_709_XYY, gamma=1.0)
    return _transform(values, icc, flat, model="rgb")


def _transform(
    samples: NDArray[Any], icc: bytes, target: bytes, *, model: ColourModel
) -> NDArray[Any] | None:
    import imagecodecs

    try:
        converted: NDArray[Any] = imagecodecs.cms_transform(
            samples, icc, target, colorspace=_CMS_NAMES[model], outcolorspace="rgb"
        )
    except imagecodecs.CmsError as error:
        log.warning("The ICC profile can't be used (%s).", error)
        return None
    return converted
