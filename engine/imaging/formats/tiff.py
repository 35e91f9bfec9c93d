"""TIFF, classic and big: 1 to 16 bits; strips and tiles, packed the usual ways."""

from __future__ import annotations

import io
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging import exif
from engine.imaging.color import ColourModel
from engine.imaging.decoded import Decoded
from engine.imaging.depth import spread
from engine.imaging.formats import jpeg
from engine.imaging.formats.source import Source
from engine.imaging.limits import DamagedError, check_dimensions
from engine.imaging.premultiply import unpremultiplied

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _SEPARATED, _YCBCR = 0, 1, 2, 3, 5, 6
_COLOURS: dict[int, tuple[ColourModel, int]] = {
    _MIN_IS_WHITE: ("grey", 1),
    _MIN_IS_BLACK: ("grey", 1),
    _RGB: ("rgb", 3),
    _PALETTE: ("rgb", 1),
    _SEPARATED: ("cmyk", 4),
    _YCBCR: ("rgb", 3),
}
_JPEG = 7
_COMPRESSIONS = frozenset((1, 2, 3, 4, 5, _JPEG, 8, 32773, 32946, 34925, 50000))
_ASSOCIATED = 1
_MOST_SAMPLES = 16
_LARGEST_TILE = 8192
_FIRST_PAGES = 16
_XMP, _ICC = 700, 34675


def decode(source: Source) -> Decoded:
    """Decode the first full-size page at its own depth (less than 8 bits become 8, 9–15 become 16).

    Associated (premultiplied) alpha is divided out.
    """
    import tifffile

    with tifffile.TiffFile(io.BytesIO(source.data)) as file:
        page = _main_page(file)
        _check_page(source, page)
        _check_segments(source, page)
        samples = _channels_last(page, page.asarray())
        decoded = _interpret(page, samples)
        _take_tags(decoded, page)
    if source.data[2:4] in (b"*\0", b"\0*"):
        decoded.exif = exif.extracted(source.data)
    return decoded


def _main_page(file: Any) -> Any:
    """The first page that is no thumbnail."""
    pages = list(islice(file.pages, _FIRST_PAGES))
    if not pages:
        raise DamagedError("it has no pages")
    return next((page for page in pages if not int(page.subfiletype) & 1), pages[0])


def _check_page(source: Source, page: Any) -> None:
    check_dimensions(source.path, page.imagelength, page.imagewidth)
    problem = ""
    if page.imagedepth != 1 or not 1 <= page.samplesperpixel <= _MOST_SAMPLES:
        problem = f"{page.samplesperpixel} samples a pixel"
    elif int(page.photometric) not in _COLOURS:
        problem = f"colours of the kind {page.photometric}"
    elif int(page.compression) not in _COMPRESSIONS:
        problem = f"compression of the kind {page.compression}"
    elif page.dtype is None or page.dtype.kind not in "ub" or page.bitspersample > 16:
        problem = f"samples of {page.bitspersample} bits ({page.dtype})"
    elif int(page.photometric) == _YCBCR and int(page.compression) != _JPEG:
        problem = "luma and chroma without JPEG"
    if problem:
        raise UserError(
            f"This TIFF file has {problem}, which can't be opened.",
            remedy="Save it as RGB with 8 or 16 bits a channel, packed with LZW or ZIP.",
            path=source.path,
        )


def _check_segments(source: Source, page: Any) -> None:
    """See that strips or tiles are of a sane size and lie in the file."""
    if page.is_tiled:
        longest = max(_LARGEST_TILE, page.imagelength + 256, page.imagewidth + 256)
        area = page.tilelength * page.tilewidth
        if max(page.tilelength, page.tilewidth) > longest:
            raise DamagedError("its tiles are larger than the picture")
        check_dimensions(source.path, page.tilelength, page.tilewidth)
    else:
        area = page.imagelength * page.imagewidth
    offsets, counts = page.dataoffsets, page.databytecounts
    if not offsets or len(offsets) != len(counts):
        raise DamagedError("its table of strips is broken")
    end = max(offset + count for offset, count in zip(offsets, counts, strict=True))
    if end > len(source.data):
        raise DamagedError("part of the picture lies beyond the end of the file")
    if sum(counts) > 2 * len(source.data):
        raise DamagedError("its strips overlap")
    if int(page.compression) == _JPEG:
        for offset, count in zip(offsets, counts, strict=True):
            _check_jpeg(source.data[offset : offset + count], area)


def _check_jpeg(segment: bytes, area: int) -> None:
    height, width = jpeg.dimensions(segment) if segment else (0, 0)
    if height * width > area:
        raise DamagedError("a tile holds a larger picture than it should")


def _channels_last(page: Any, samples: NDArray[Any]) -> NDArray[Any]:
    height, width = page.imagelength, page.imagewidth
    if samples.size != height * width * page.samplesperpixel:
        raise DamagedError("its size and its samples don't agree")
    if int(page.planarconfig) == 2 and page.samplesperpixel > 1:
        return np.moveaxis(samples.reshape(-1, height, width), 0, -1)
    return samples.reshape(height, width, -1)


def _interpret(page: Any, samples: NDArray[Any]) -> Decoded:
    photometric = int(page.photometric)
    model, colours = _COLOURS[photometric]
    if samples.shape[2] < colours:
        raise DamagedError("it has too few colour channels")
    colour, extra = samples[..., :colours], samples[..., colours:]
    if photometric == _PALETTE:
        pixels = _palette(page)[:, colour[..., 0]].transpose(1, 2, 0)
    else:
        pixels = spread(colour, page.bitspersample)
    if photometric == _MIN_IS_WHITE:
        pixels = np.iinfo(pixels.dtype).max - pixels
    pixels = np.ascontiguousarray(pixels[..., 0] if model == "grey" else pixels)
    alpha, associated = _alpha(page, extra)
    if alpha is not None and associated:
        pixels = unpremultiplied(pixels, alpha)
    return Decoded(pixels, model, "TIFF", alpha=alpha)


def _alpha(page: Any, extra: NDArray[Any]) -> tuple[NDArray[Any] | None, bool]:
    """The first channel said to be alpha, else the first extra one; and if it is premultiplied."""
    if extra.shape[2] == 0 or int(page.photometric) == _PALETTE:
        return None, False
    kinds = [int(kind) for kind in page.extrasamples][: extra.shape[2]]
    index = next((i for i, kind in enumerate(kinds) if kind in (1, 2)), 0)
    associated = bool(kinds) and kinds[index] == _ASSOCIATED
    alpha = spread(extra[..., index], page.bitspersample)
    return np.ascontiguousarray(alpha), associated


def _palette(page: Any) -> NDArray[np.uint8]:
    """3×N colours of 8 bits."""
    colours = np.asarray(page.colormap).reshape(3, -1)
    if colours.shape[1] < 2**page.bitspersample:
        raise DamagedError("its palette is too short")
    if int(colours.max()) > 255:  # some programs store 8 bits where 16 belong
        colours = (colours.astype(np.uint32) + 128) // 257
    return colours.astype(np.uint8)


def _take_tags(decoded: Decoded, page: Any) -> None:
    decoded.icc = _bytes(page.tags.valueof(_ICC))
    decoded.xmp = _bytes(page.tags.valueof(_XMP))
    turn = page.tags.valueof(exif.ORIENTATION)
    decoded.orientation = int(turn) if isinstance(turn, int) and 1 <= turn <= 8 else 1
    unit = page.tags.valueof(exif.RESOLUTION_UNIT)
    across = _ratio(page.tags.valueof(exif.X_RESOLUTION))
    down = _ratio(page.tags.valueof(exif.Y_RESOLUTION))
    per_inch = {2: 1.0, 3: 2.54}.get(int(unit) if isinstance(unit, int) else 2)
    if across and down and per_inch:
        decoded.dpi = round(across * per_inch, 3), round(down * per_inch, 3)


def _bytes(value: Any) -> bytes | None:
    return bytes(value) if isinstance(value, bytes | bytearray) else None


def _ratio(value: Any) -> float | None:
    if not isinstance(value, tuple) or len(value) != 2 or not value[1]:
        return None
    return float(value[0] / value[1])
