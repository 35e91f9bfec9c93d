"""Pictures and profiles that the tests of this room share."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image as PilImage
from PIL.TiffImagePlugin import IFDRational

from engine.imaging.types import Metadata

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def astronaut():
    """A crop of a real photograph, 90 × 120."""
    path = Path(str(files("resources") / "samples" / "astronaut.png"))
    return np.ascontiguousarray(np.asarray(PilImage.open(path).convert("RGB"))[40:130, 160:280])


@pytest.fixture
def adobe_like_icc():
    """An RGB profile with a wider gamut than sRGB's."""
    return bytes(
        imagecodecs.cms_profile(
            "rgb",
            gamma=2.2,
            primaries=[0.64, 0.33, 1, 0.21, 0.71, 1, 0.15, 0.06, 1],
            whitepoint=[0.3127, 0.3290, 1],
        )
    )


@pytest.fixture
def rich_metadata(adobe_like_icc):
    exif = PilImage.Exif()
    exif[0x0112] = 1
    exif[0x010F] = "Maker & Sons"
    exif[0x8298] = "somebody"
    exif.get_ifd(0x8769)[0x829A] = IFDRational(1, 125)
    exif.get_ifd(0x8825)[1] = "N"
    return Metadata(
        icc=adobe_like_icc,
        exif=exif.tobytes()[6:],
        xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        dpi=(300.0, 240.0),
    )


@pytest.fixture
def matte(rng):
    """Every 8-bit level and some in between."""
    levels = np.linspace(0, 1, 90 * 120, dtype=np.float32).reshape(90, 120)
    return np.ascontiguousarray(levels)
