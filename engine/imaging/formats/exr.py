"""EXR: half and float, scanlines or tiles; linear premultiplied light becomes straight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import limits
from engine.imaging.decoded import Decoded
from engine.imaging.formats.exr_header import ExrHeader, read_header
from engine.imaging.formats.source import Source
from engine.imaging.geometry import strips
from engine.imaging.limits import DamagedError, check_dimensions

REC_709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
"""x and y of red, green, blue and white, which sRGB shares."""
_LARGEST_HALF = 65504.0


def decode(source: Source) -> Decoded:
    """Decode the display window of a single-part EXR file.

    The colours are the main R, G, B (or Y), else those of the first layer that has them; with an
    alpha beside them they are divided by it. Other primaries are converted to sRGB's. A file with
    nothing but one channel is grey.

    Returns:
        Linear float32 samples, straight; NaN is 0 and infinity the largest half.
    """
    header = read_header(source.data)
    for window in (header.data, header.display):
        check_dimensions(source.path, *window.size)
    if math.prod(header.data.size) * len(header.channels) > 3 * limits.MAX_PIXELS:
        raise DamagedError(f"its {len(header.channels)} channels hold more than can be opened")
    names, alpha_name = _choose(header)
    planes = _read_planes(source, header)
    colour = [_framed(planes.pop(name), header) for name in names]
    alpha = _framed(planes.pop(alpha_name), header) if alpha_name else None
    del planes
    samples = colour[0] if len(colour) == 1 else np.dstack(colour)
    if alpha is not None:
        _divide(samples, np.clip(alpha, 0.0, 1.0, out=alpha))
    if samples.ndim == 3:
        _to_rec709(samples, header)
    model = "grey" if samples.ndim == 2 else "rgb"
    density = header.floats("xDensity")
    return Decoded(
        samples,
        model,  # type: ignore[arg-type]
        "EXR",
        alpha=alpha,
        linear=True,
        xmp=header.text("xmp"),
        dpi=_resolution(header, density[0]) if density else None,
    )


def _choose(header: ExrHeader) -> tuple[tuple[str, ...], str | None]:
    """The channels that make up the picture, and the one with its alpha."""
    names = [channel.name for channel in header.channels]
    layers = dict.fromkeys(name.rpartition(".")[0] for name in names)
    for layer in sorted(layers, key=bool):
        dot = f"{layer}." if layer else ""
        alpha = f"{dot}A" if f"{dot}A" in names else None
        for kinds in ("RGB", "Y"):
            wanted = tuple(dot + kind for kind in kinds)
            if all(name in names for name in wanted):
                return wanted, alpha
    if len(names) == 1:
        return (names[0],), None
    raise DamagedError(f"none of its channels ({', '.join(names[:8])}) make up a picture")


def _read_planes(source: Source, header: ExrHeader) -> dict[str, NDArray[Any]]:
    import OpenEXR

    with OpenEXR.File(str(source.path), separate_channels=True) as file:
        planes = {name: channel.pixels for name, channel in file.channels().items()}
    for channel in header.channels:
        plane = planes.get(channel.name)
        if plane is None or plane.shape != header.data.size:
            raise DamagedError(f"the channel {channel.name!r} is not of the picture's size")
    return planes


def _framed(plane: NDArray[Any], header: ExrHeader) -> NDArray[np.float32]:
    """A finite float32 plane of the display window, 0 where the file has no pixels."""
    values: NDArray[np.float32] = plane.astype(np.float32)
    np.nan_to_num(values, copy=False, nan=0.0, posinf=_LARGEST_HALF, neginf=-_LARGEST_HALF)
    data, display = header.data, header.display
    if data == display:
        return values
    framed = np.zeros(display.size, np.float32)
    top, left = max(data.top, display.top), max(data.left, display.left)
    bottom = min(data.bottom, display.bottom) + 1
    right = min(data.right, display.right) + 1
    if top < bottom and left < right:
        inside = values[top - data.top : bottom - data.top, left - data.left : right - data.left]
        place = slice(top - display.top, bottom - display.top)
        framed[place, left - display.left : right - display.left] = inside
    return framed


def _divide(samples_pre: NDArray[np.float32], alpha: NDArray[np.float32]) -> None:
    """Make premultiplied samples straight, in place; where alpha is 0 they stay."""
    for strip in strips(alpha.shape):
        cover = np.where(alpha[strip.slices] > 0, alpha[strip.slices], np.float32(1))
        block = samples_pre[strip.slices]
        block /= cover if block.ndim == 2 else cover[..., None]
    np.clip(samples_pre, -_LARGEST_HALF, _LARGEST_HALF, out=samples_pre)


def _to_rec709(samples: NDArray[np.float32], header: ExrHeader) -> None:
    primaries = header.floats("chromaticities")
    if primaries is None or len(primaries) != 8 or np.allclose(primaries, REC_709, atol=2e-3):
        return
    matrix = np.linalg.solve(_to_xyz(REC_709), _to_xyz(primaries)).astype(np.float32)
    if not np.isfinite(matrix).all():
        raise DamagedError("its primaries make no sense")
    for strip in strips(samples.shape[:2]):
        samples[strip.slices] = samples[strip.slices] @ matrix.T


def _to_xyz(primaries: tuple[float, ...]) -> NDArray[np.float64]:
    """RGB to XYZ with white at (1, 1, 1), its own white point left as it is (SMPTE RP 177)."""
    points = np.asarray(primaries, np.float64).reshape(4, 2)
    xyz = np.column_stack((points, 1 - points.sum(axis=1))) / points[:, 1:]
    scale = np.linalg.solve(xyz[:3].T, xyz[3])
    return np.asarray(xyz[:3].T * scale)


def _resolution(header: ExrHeader, across: float) -> tuple[float, float] | None:
    aspect = header.floats("pixelAspectRatio") or (1.0,)
    if not (math.isfinite(across) and across > 0 and math.isfinite(aspect[0]) and aspect[0] > 0):
        return None
    return round(across, 3), round(across * aspect[0], 3)
