"""What a format's decoder hands over, and how it becomes an `Image`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import exif as exif_blocks
from engine.imaging import xmp as xmp_packets
from engine.imaging.color import ColourModel, linear_to_srgb, profile_model, to_srgb
from engine.imaging.geometry import strips, upright
from engine.imaging.limits import MAX_METADATA_BYTES
from engine.imaging.types import Alpha, Image, Metadata, Pixels, to_float

log = logging.getLogger(__name__)


@dataclass
class Decoded:
    """A file's samples as stored, before they are turned, converted and split up.

    Attributes:
        samples: H×W (grey), H×W×3 (RGB) or H×W×4 (CMYK, full scale is full ink); uint8, uint16,
            or float32 with sRGB-encoded values (linear ones if `linear`).
        model: which of these.
        format: the format's name, such as "JPEG".
        alpha: H×W of the same dtype, straight, or None.
        orientation: EXIF orientation that the samples still need, 1 to 8.
        linear: the samples are linear light (EXR), straight.
    """

    samples: NDArray[Any]
    model: ColourModel
    format: str
    alpha: NDArray[Any] | None = None
    orientation: int = 1
    linear: bool = False
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) after turning upright."""
        height, width = self.samples.shape[:2]
        return (width, height) if self.orientation >= 5 else (height, width)


def to_image(decoded: Decoded) -> Image:
    """Upright RGB at the file's own depth, with what describes the new pixels."""
    metadata = metadata_of(decoded)
    alpha = straight_alpha(decoded)
    samples, icc = _encoded_rgb(decoded) if decoded.linear else _as_rgb(decoded)
    decoded.samples = samples[:0]  # frees a copy before the next one is made
    pixels = upright(samples, decoded.orientation)
    return Image(pixels, alpha, replace(metadata, icc=icc))


def straight_alpha(decoded: Decoded) -> Alpha | None:
    """The alpha channel upright as float32, or None if there is none or all of it is opaque."""
    alpha = decoded.alpha
    if alpha is None:
        return None
    opaque = 1.0 if alpha.dtype == np.float32 else np.iinfo(alpha.dtype).max
    if bool((alpha == opaque).all()):
        return None
    return to_float(upright(alpha, decoded.orientation))


def metadata_of(decoded: Decoded) -> Metadata:
    """EXIF and XMP with their orientation reset, and the resolution; oversized ones left out."""
    exif = _bounded(decoded.exif, "EXIF")
    exif = exif_blocks.reset(exif, turned=decoded.orientation >= 5) if exif else None
    xmp = _bounded(decoded.xmp, "XMP")
    dpi = decoded.dpi or (exif_blocks.resolution(exif) if exif else None)
    if dpi is not None and decoded.orientation >= 5:
        dpi = dpi[1], dpi[0]
    return Metadata(
        icc=_bounded(decoded.icc, "ICC"),
        exif=exif,
        xmp=xmp_packets.reset(xmp) if xmp else None,
        dpi=dpi if dpi and all(0.01 < d < 1e6 for d in dpi) else None,
        format=decoded.format,
    )


def _bounded(block: bytes | None, name: str) -> bytes | None:
    if block and len(block) > MAX_METADATA_BYTES:
        log.warning("%s block of %d bytes is left out.", name, len(block))
        return None
    return block or None


def _encoded_rgb(decoded: Decoded) -> tuple[Pixels, None]:
    """sRGB-encoded float32 RGB of linear samples."""
    samples = decoded.samples
    if samples.ndim == 2:
        samples = np.repeat(samples[..., None], 3, axis=2)
    for strip in strips(samples.shape[:2]):
        samples[strip.slices] = linear_to_srgb(samples[strip.slices])
    return samples, None


def _as_rgb(decoded: Decoded) -> tuple[Pixels, bytes | None]:
    """RGB samples and the profile that describes them (None is sRGB)."""
    icc = decoded.icc
    described = profile_model(icc)
    if icc is not None and described is None:
        log.warning("The %s file's ICC profile can't be used and is left out.", decoded.format)
        icc = None
    if decoded.model == "rgb":
        return decoded.samples, icc if described == "rgb" else None
    if icc is not None and described == decoded.model:
        converted = to_srgb(decoded.samples, icc, model=decoded.model)
        if converted is not None:
            return converted, None
    if decoded.model == "cmyk":
        return _cmyk_to_rgb(decoded.samples), None
    return np.repeat(decoded.samples[..., None], 3, axis=2), icc if described == "rgb" else None


def _cmyk_to_rgb(samples: NDArray[Any]) -> Pixels:
    """Each ink takes its share away; for CMYK that comes without a profile."""
    full = int(np.iinfo(samples.dtype).max)
    white = np.uint32(full) - samples[..., 3].astype(np.uint32)
    pixels = np.empty((*samples.shape[:2], 3), samples.dtype)
    for channel in range(3):
        left = np.uint32(full) - samples[..., channel].astype(np.uint32)
        pixels[..., channel] = (left * white + full // 2) // full
    return pixels
