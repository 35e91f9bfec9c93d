"""Bad files get a message that names them, the trouble and the remedy; nothing blows up."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from importlib.util import find_spec

import imagecodecs
import numpy as np
import pytest
import tifffile
from fuzz_seeds import seed_files
from PIL import Image as PilImage

from engine.errors import UserError
from engine.imaging import limits, read
from engine.imaging.read import install_hint, read_image, read_mask, read_trimap


def message(path, reader=read_image):
    with pytest.raises(UserError) as caught:
        reader(path)
    assert caught.value.path == path
    assert caught.value.remedy
    return caught.value.problem


def png_chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_file(width, height, *chunks, depth=8, colour=2):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [("IHDR", head), *chunks, ("IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(n.encode(), b) for n, b in parts)


@pytest.mark.parametrize(
    "reader", [read_image, lambda p: read_mask(p, (4, 4)), lambda p: read_trimap(p, (4, 4))]
)
def test_empty_file(tmp_path, reader):
    path = tmp_path / "empty.png"
    path.touch()
    assert "empty" in message(path, reader)


def test_missing_file_and_folder(tmp_path):
    assert "can't be read" in message(tmp_path / "missing.png")
    assert "can't be read" in message(tmp_path)


@pytest.mark.parametrize("data", [b"hello", b"BM, she said", bytes(5000), b"\xff" * 300])
def test_garbage_is_no_picture(tmp_path, data):
    path = tmp_path / "garbage.png"
    path.write_bytes(data)
    assert "not a picture" in message(path)


@pytest.mark.parametrize("name", sorted(seed_files()))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.93])
def test_truncated_file_of_every_format(tmp_path, name, share):
    if name.endswith((".dng", ".heic")) and find_spec("rawpy") is None:
        pytest.skip("needs the optional readers")
    data = seed_files()[name]
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * share)])
    assert "damaged" in message(path) or "not a picture" in message(path)


def test_picture_larger_than_the_limit_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_file(40000, 40000, ("IDAT", zlib.compress(bytes(99)))))
    assert "40000 × 40000" in message(path)
    assert "300 megapixels" in message(path)


@pytest.mark.parametrize("name", sorted(seed_files()))
def test_every_reader_asks_for_the_limit(tmp_path, monkeypatch, name):
    if name.endswith((".dng", ".heic")) and find_spec("rawpy") is None:
        pytest.skip("needs the optional readers")
    monkeypatch.setattr(limits, "MAX_PIXELS", 3000)
    path = tmp_path / name
    path.write_bytes(seed_files()[name])
    assert "megapixels" in message(path)


def test_file_longer_than_the_limit_is_not_read(tmp_path):
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.write(png_file(4, 4))
        file.truncate(limits.MAX_FILE_BYTES + 1)
    assert "GB long" in message(path)


def test_header_that_promises_more_than_the_file_can_hold(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png_file(15000, 15000, ("IDAT", zlib.compress(bytes(999)))))
    assert "promises" in message(path)


def test_picture_without_area(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png_file(0, 10, ("IDAT", zlib.compress(b""))))
    assert "no pixels" in message(path)


def test_packed_profile_that_explodes_is_left_out(tmp_path, caplog):
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 22)) for _ in range(16)) + packer.flush()
    rows = zlib.compress(bytes(4 * 13))
    path = tmp_path / "a.png"
    path.write_bytes(png_file(4, 4, ("iCCP", b"x\0\0" + bomb), ("IDAT", rows)))
    image = read_image(path)
    assert image.metadata.icc is None
    assert "left out" in caplog.text


@pytest.mark.parametrize("packing", ["zlib", "zstd", "lzma", "packbits"])
def test_tiff_strip_that_explodes(tmp_path, packing):
    strip = {
        "zlib": lambda: imagecodecs.zlib_encode(bytes(1 << 26)),
        "zstd": lambda: imagecodecs.zstd_encode(bytes(1 << 26)),
        "lzma": lambda: imagecodecs.lzma_encode(bytes(1 << 26)),
        "packbits": lambda: b"\x81\0" * (1 << 19),
    }[packing]()
    path = tmp_path / "a.tif"
    path.write_bytes(tiff_with_strip(packing, strip))
    try:
        assert read_image(path).size == (32, 32)
    except UserError as error:
        assert "damaged" in error.problem


def test_tiff_strip_with_a_larger_jpeg_inside(tmp_path):
    memory = io.BytesIO()
    PilImage.new("L", (6000, 6000)).save(memory, "JPEG")
    path = tmp_path / "a.tif"
    path.write_bytes(tiff_with_strip("jpeg", memory.getvalue()))
    assert "larger picture" in message(path)


def tiff_with_strip(packing, strip):
    """A 32 × 32 TIFF file whose only strip is replaced."""
    memory = io.BytesIO()
    tifffile.imwrite(memory, np.zeros((32, 32), np.uint8), compression=packing, metadata=None)
    data = bytearray(memory.getvalue())
    memory.seek(0)
    with tifffile.TiffFile(memory) as file:
        offset, count = (file.pages[0].tags[tag].valueoffset for tag in (273, 279))
    struct.pack_into("<I", data, offset, len(data))
    struct.pack_into("<I", data, count, len(strip))
    return bytes(data) + strip


def test_jpeg_with_endless_scans(tmp_path):
    memory = io.BytesIO()
    PilImage.new("L", (64, 64)).save(memory, "JPEG", progressive=True)
    data = memory.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:-2] + scan * 300 + data[-2:])
    assert "scans" in message(path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dtype": np.float32}, "32 bits"),
        ({"dtype": np.uint32}, "32 bits"),
        ({"dtype": np.uint8, "photometric": "cielab"}, "colours"),
    ],
)
def test_kinds_of_tiff_that_are_not_supported_say_so(tmp_path, options, words):
    options = dict(options)
    pixels = np.zeros((8, 8, 3), options.pop("dtype"))
    tifffile.imwrite(tmp_path / "a.tif", pixels, **{"photometric": "rgb", **options})
    assert words in message(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("suffix", "command"),
    [(".heic", 'pip install "matteapp[heif]"'), (".CR3", 'pip install "matteapp[raw]"')],
)
def test_missing_extra_gives_the_exact_command(tmp_path, monkeypatch, suffix, command):
    monkeypatch.setattr(read.importlib.util, "find_spec", lambda _name: None)
    assert install_hint(suffix) == command
    path = tmp_path / f"a{suffix}"
    brand = b"heic" if suffix == ".heic" else b"crx "
    path.write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(40))
    with pytest.raises(UserError) as caught:
        read_image(path)
    assert command in caught.value.remedy


def test_formats_without_extra_need_no_hint():
    assert install_hint(".png") is None
    assert install_hint(".xyz") is None


def test_importing_the_readers_is_light():
    code = (
        "import sys, engine.imaging.read, engine.imaging.write, engine.imaging.tensors;"
        "heavy = {'torch','numba','pymatting','scipy','psd_tools','OpenEXR','tifffile','rawpy',"
        "'pillow_heif','imagecodecs','PIL'} & set(sys.modules);"
        "sys.exit(','.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
