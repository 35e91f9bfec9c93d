"""The colour spaces that files can be written in, and the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from engine.errors import UserError
from engine.imaging.color import profile_model
from engine.imaging.geometry import strips
from engine.imaging.icc import Primaries, rgb_profile
from engine.imaging.types import Metadata, Pixels, from_float, to_float

PHOTOGRAPH = "photograph"
"""Instead of a space: colours stay as they are, with the photograph's own profile."""
PROFILE_SUFFIXES = (".icc", ".icm")
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_LONGEST = 16 << 20


@dataclass(frozen=True)
class Space:
    """A colour space that comes along.

    Attributes:
        title: its name for people, and of its profile.
        primaries: its red, green and blue.
        curve: see `engine.imaging.icc.rgb_profile`.
    """

    title: str
    primaries: Primaries
    curve: tuple[float, ...]


SPACES: Mapping[str, Space] = {
    "srgb": Space("sRGB", Primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), _SRGB_CURVE),
    "display_p3": Space(
        "Display P3", Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), _SRGB_CURVE
    ),
    "adobe_rgb": Space(
        "Adobe RGB (compatible)", Primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), (563 / 256,)
    ),
}
"""What can be asked for by name; besides, an ICC file.

Source: IEC 61966-2-1; SMPTE EG 432-1; Adobe RGB (1998) Color Image Encoding.
"""


def check_space(space: str) -> None:
    """Refuse a space that cannot be written in.

    Args:
        space: `PHOTOGRAPH`, a name of `SPACES`, or the path of an ICC file.

    Raises:
        UserError: if it is none of these, or the file is no profile of RGB colours.
    """
    if space != PHOTOGRAPH:
        profile_of(space)


def space_title(space: str) -> str:
    """What people call a space."""
    if space == PHOTOGRAPH:
        return "As the photograph"
    return SPACES[space].title if space in SPACES else Path(space).name


def profile_of(space: str) -> bytes:
    """The ICC profile of a space.

    Args:
        space: a name of `SPACES`, or the path of an ICC file.

    Raises:
        UserError: as `check_space`.
    """
    if space in SPACES:
        return _made(space)
    path = Path(space).expanduser()
    if path.suffix.lower() not in PROFILE_SUFFIXES:
        known = ", ".join((PHOTOGRAPH, *SPACES))
        raise UserError(
            f"There is no colour space {space!r}.", remedy=f"Use {known}, or an ICC file."
        )
    return _read(path)


def in_space(
    pixels: Pixels, metadata: Metadata, space: str, *, bits: int
) -> tuple[Pixels, Metadata]:
    """Pixels as another space encodes them, with its profile.

    Args:
        pixels: H×W×3, as `metadata.icc` describes them.
        metadata: what goes into the file with them.
        space: `PHOTOGRAPH`, a name of `SPACES`, or the path of an ICC file.
        bits: 8 or 16: the depth of the result. It is computed in float32; what the space cannot
            hold is cut off.

    Returns:
        H×W×3 and the metadata; both as they came for `PHOTOGRAPH`, or where the colours are in
        that space already.

    Raises:
        UserError: as `check_space`, or if a profile cannot be used.
    """
    if space == PHOTOGRAPH:
        return pixels, metadata
    target = profile_of(space)
    source = metadata.icc if profile_model(metadata.icc) == "rgb" else None
    told = replace(metadata, icc=target)
    if source == target or (source is None and space == "srgb"):
        return pixels, told
    dtype = np.uint8 if bits == 8 else np.uint16
    converted = np.empty(pixels.shape, dtype)
    for strip in strips(pixels.shape[:2], rows=256):
        values = _transformed(to_float(pixels[strip.slices]), source or _made("srgb"), target)
        converted[strip.slices] = from_float(values, dtype)
    return converted, told


def _transformed(values: Pixels, source: bytes, target: bytes) -> Pixels:
    import imagecodecs

    try:
        converted: Pixels = imagecodecs.cms_transform(
            values, source, target, colorspace="rgb", outcolorspace="rgb"
        )
    except imagecodecs.CmsError as error:
        raise UserError(
            f"The colours cannot be converted with this profile ({error}).",
            remedy="Choose another colour space.",
        ) from error
    return converted


@cache
def _made(space: str) -> bytes:
    spec = SPACES[space]
    return rgb_profile(spec.title, spec.primaries, spec.curve)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            icc = file.read(_LONGEST)
    except OSError as error:
        raise UserError(
            f"The profile cannot be read ({error.strerror or error}).",
            remedy="Choose another ICC file.",
            path=path,
        ) from error
    if profile_model(icc) != "rgb":
        raise UserError(
            "This is no ICC profile of RGB colours.", remedy="Choose another file.", path=path
        )
    return icc
