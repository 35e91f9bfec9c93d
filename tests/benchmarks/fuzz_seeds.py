"""Small valid files of every format, made in code, for the fuzz run to damage."""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import OpenEXR
import tifffile
from numpy.typing import NDArray
from PIL import Image as PilImage

from engine.imaging.types import Metadata
from engine.imaging.write import write_layers, write_picture

HEIGHT, WIDTH = 48, 64


@cache
def seed_files() -> dict[str, bytes]:
    """The files by name; the name's suffix is the format's."""
    return {**_pillow_files(), **_tiff_files(), **_own_files(), **_exr_files(), **_extra_files()}


def _picture(dtype: type = np.uint8) -> NDArray[np.generic]:
    rows, cols = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = np.stack([np.sin(rows / 7 + c) + np.cos(cols / (5 + c)) for c in range(3)], axis=-1)
    return ((waves + 2) / 4 * np.iinfo(dtype).max).astype(dtype)


def _matte() -> NDArray[np.float32]:
    return np.linspace(0, 1, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)


def _metadata() -> Metadata:
    exif = PilImage.Exif()
    exif[0x0112] = 1
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x829A] = (1, 100)
    icc = _srgb_profile()
    return Metadata(icc=icc, exif=exif.tobytes()[6:], xmp=b"<x:xmpmeta/>", dpi=(300.0, 300.0))


def _srgb_profile() -> bytes:
    import imagecodecs

    return bytes(imagecodecs.cms_profile("srgb"))


def cmyk_profile() -> bytes:
    """A press whose cyan ink is weak: an ICC 2 profile made of one small table."""
    corners = np.indices((2, 2, 2, 2)).reshape(4, -1).T  # cyan is the slowest, black the fastest
    ink = corners * (0.5, 1.0, 1.0, 1.0)
    light = 255 * np.prod(1 - ink * (0.4, 0.5, 0.2, 1.0), axis=1)
    a = 128 - 60 * ink[:, 0] + 70 * ink[:, 1]
    b = 128 - 50 * ink[:, 0] + 80 * ink[:, 2]
    grid = np.stack((light, a, b), axis=1).clip(0, 255).round().astype(np.uint8)
    identity = np.eye(3, dtype=">i4") * 65536
    line = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity.tobytes()
    table += line * 4 + grid.tobytes() + line * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    first = 128 + 4 + 2 * 12
    tags = struct.pack(">I4sII4sII", 2, b"A2B0", first, len(table), b"wtpt", 0, len(white))
    tags = tags[:20] + struct.pack(">II", first + len(table), len(white))
    body = tags + table + white
    head = struct.pack(
        ">I4sI4s4s4s", 128 + len(body), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + body


def _pillow_files() -> dict[str, bytes]:
    import imagecodecs

    colour = PilImage.fromarray(_picture())
    grey = colour.convert("L")
    curve = bytes(imagecodecs.cms_profile("gray", gamma=1.8))
    turned = PilImage.Exif()
    turned[0x0112] = 6
    kinds: dict[str, tuple[PilImage.Image, str, dict[str, object]]] = {
        "plain.jpg": (colour, "JPEG", {"exif": turned, "icc_profile": _srgb_profile()}),
        "progressive.jpg": (colour, "JPEG", {"progressive": True}),
        "cmyk.jpg": (colour.convert("CMYK"), "JPEG", {}),
        "press.jpg": (colour.convert("CMYK"), "JPEG", {"icc_profile": cmyk_profile()}),
        "grey.jpg": (grey, "JPEG", {"icc_profile": curve}),
        "grey.png": (grey, "PNG", {"icc_profile": curve}),
        "palette.png": (colour.quantize(16), "PNG", {"transparency": 3}),
        "interlaced.png": (colour.convert("1"), "PNG", {}),
        "lossy.webp": (colour, "WEBP", {"exif": turned, "xmp": b"<x/>"}),
        "moving.webp": (colour, "WEBP", {"save_all": True, "append_images": [grey]}),
        "plain.bmp": (colour, "BMP", {"dpi": (300, 300)}),
        "palette.bmp": (colour.quantize(16), "BMP", {}),
        "fax.tif": (colour.convert("1"), "TIFF", {"compression": "group4"}),
        "jpeg.tif": (colour, "TIFF", {"compression": "jpeg"}),
        "palette.tif": (colour.quantize(16), "TIFF", {}),
        "cmyk.tif": (colour.convert("CMYK"), "TIFF", {"compression": "tiff_lzw"}),
    }
    return {name: _saved(*kind) for name, kind in kinds.items()}


def _saved(image: PilImage.Image, kind: str, options: dict[str, object]) -> bytes:
    memory = io.BytesIO()
    image.save(memory, kind, **options)
    return memory.getvalue()


def _tiff_files() -> dict[str, bytes]:
    pixels = _picture(np.uint16)
    four = np.dstack((pixels, pixels[..., 0]))
    kinds: dict[str, tuple[NDArray[np.generic], bool, dict[str, object]]] = {
        "tiled_lzw.tif": (pixels, False, {"tile": (16, 32), "compression": "lzw"}),
        "zip.tif": (pixels, False, {"compression": "zlib", "predictor": True}),
        "packbits.tif": (_picture(), False, {"compression": "packbits", "rowsperstrip": 7}),
        "zstd.tif": (pixels, False, {"compression": "zstd"}),
        "big.tif": (four, True, {"extrasamples": ["assocalpha"]}),
        "planar.tif": (np.moveaxis(four, -1, 0), False, {"planarconfig": "separate"}),
    }
    return {name: _tiff(*kind) for name, kind in kinds.items()}


def _tiff(pixels: NDArray[np.generic], big: bool, options: dict[str, object]) -> bytes:
    memory = io.BytesIO()
    with tifffile.TiffWriter(memory, bigtiff=big) as file:
        file.write(pixels, photometric="rgb", metadata=None, **options)
    return memory.getvalue()


def _own_files() -> dict[str, bytes]:
    about, matte = _metadata(), _matte()
    eight, sixteen = _picture(), _picture(np.uint16)

    def layers(path: Path, bits: int) -> None:
        pixels = eight if bits == 8 else sixteen
        write_layers(
            path, background=pixels, foreground=pixels, alpha=matte, bits=bits, metadata=about
        )

    makers: dict[str, Callable[[Path], None]] = {
        "eight.png": lambda p: write_picture(p, eight, alpha=matte, metadata=about),
        "sixteen.png": lambda p: write_picture(p, sixteen, alpha=matte, bits=16, metadata=about),
        "sixteen.tif": lambda p: write_picture(p, sixteen, alpha=matte, bits=16, metadata=about),
        "lossless.webp": lambda p: write_picture(p, eight, alpha=matte, quality=100),
        "flat.psd": lambda p: write_picture(p, eight, metadata=about),
        "clear.psd": lambda p: write_picture(p, sixteen, alpha=matte, bits=16),
        "layers_8.psd": lambda p: layers(p, 8),
        "layers_16.psd": lambda p: layers(p, 16),
        "layers.exr": lambda p: layers(p, 16),
    }
    return _written(makers)


def _exr_files() -> dict[str, bytes]:
    packings = ("NO", "RLE", "ZIPS", "PIZ", "PXR24", "B44", "DWAA")
    half = (_picture() / np.float32(255)).astype(np.float16)
    planes = {name: half[..., i].copy() for i, name in enumerate("RGB")}

    def maker(packing: str, kind: object) -> Callable[[Path], None]:
        header = {"compression": getattr(OpenEXR, f"{packing}_COMPRESSION"), "type": kind}
        if kind == OpenEXR.tiledimage:
            header["tiles"] = OpenEXR.TileDescription()
        return lambda path: OpenEXR.File(header, planes).write(str(path))

    makers = {f"{p.lower()}.exr": maker(p, OpenEXR.scanlineimage) for p in packings}
    makers["tiled.exr"] = maker("ZIP", OpenEXR.tiledimage)
    return _written(makers)


def _written(makers: dict[str, Callable[[Path], None]]) -> dict[str, bytes]:
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers.items():
            path = Path(folder, name)
            make(path)
            files[name] = path.read_bytes()
    return files


def _extra_files() -> dict[str, bytes]:
    """What needs the optional readers; without them only their messages are tried."""
    files = {"plain.dng": dng_file(_picture(np.uint16)[..., 1] >> 4)}
    try:
        import pillow_heif
    except ModuleNotFoundError:
        return files
    memory = io.BytesIO()
    pillow_heif.from_pillow(PilImage.fromarray(_picture())).save(memory, quality=80)
    return {**files, "plain.heic": memory.getvalue()}


def dng_file(mosaic: NDArray[np.uint16], *, orientation: int = 1) -> bytes:
    """A raw file of 12 bits with a red-green / green-blue mosaic."""
    matrix = tuple(v for row in np.eye(3, dtype=int) for cell in row for v in (int(cell), 1))
    tags = [
        (50706, 1, 4, b"\1\4\0\0", True),
        (50707, 1, 4, b"\1\1\0\0", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, b"\0\1\1\2", True),
        (50708, 2, 0, "Made Camera", True),
        (271, 2, 0, "Made", True),
        (272, 2, 0, "Camera", True),
        (274, 3, 1, orientation, True),
        (50721, 10, 9, matrix, True),
        (50778, 3, 1, 21, True),
        (50717, 4, 1, 4095, True),
        (50728, 5, 3, (1, 2, 1, 1, 1, 2), True),
    ]
    memory = io.BytesIO()
    tifffile.imwrite(
        memory, mosaic, photometric=32803, metadata=None, software=False, extratags=tags
    )
    return memory.getvalue()
