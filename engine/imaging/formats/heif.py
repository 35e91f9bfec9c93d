"""HEIC and HEIF through pillow-heif (extra `heif`); 8 to 12 bits."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from engine.imaging.decoded import Decoded
from engine.imaging.depth import spread
from engine.imaging.formats.jpeg import EXIF_MARK
from engine.imaging.formats.png import split_alpha
from engine.imaging.formats.source import Source
from engine.imaging.limits import check_dimensions
from engine.imaging.premultiply import unpremultiplied

_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split())


def matches(head: bytes, _suffix: str) -> bool:
    """Whether this is the head of a HEIF file with pictures packed as HEVC."""
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS and b"avif" not in head[8:40]


def decode(source: Source) -> Decoded:
    """Decode the primary picture; its container has turned it upright already."""
    import pillow_heif

    opened = pillow_heif.open_heif(io.BytesIO(source.data), convert_hdr_to_8bit=False)
    width, height = opened.size
    check_dimensions(source.path, height, width)
    samples, alpha, model = split_alpha(_samples(opened))
    if alpha is not None and opened.premultiplied_alpha:
        samples = unpremultiplied(samples, alpha)
    info = opened.info
    exif = info.get("exif") or None
    if exif is not None and exif.startswith(EXIF_MARK):
        exif = exif[len(EXIF_MARK) :]
    return Decoded(
        samples,
        model,
        "HEIC",
        alpha=alpha,
        icc=info.get("icc_profile") or None,
        exif=exif,
        xmp=info.get("xmp") or None,
    )


def _samples(opened: Any) -> Any:
    """The decoder puts 10 and 12 bits at the upper end of 16."""
    samples = np.asarray(opened)
    if samples.dtype != np.uint16:
        return samples
    bits = int(opened.info.get("bit_depth", 16))
    return spread(samples >> (16 - bits), bits)
