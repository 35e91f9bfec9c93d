"""EXIF blocks: reading, patching, rebuilding."""

from __future__ import annotations

import pytest
from PIL import Image as PilImage

from engine.imaging import exif, xmp
from engine.imaging.limits import DamagedError


def block_with(**main) -> bytes:
    made = PilImage.Exif()
    for name, value in main.items():
        made[int(name[1:], 16)] = value
    made.get_ifd(0x8769)[0xA002] = 640
    made.get_ifd(0x8769)[0xA003] = 480
    return made.tobytes()[6:]


def loaded(block: bytes) -> PilImage.Exif:
    read = PilImage.Exif()
    read.load(b"Exif\0\0" + block)
    return read


@pytest.mark.parametrize("wanted", range(1, 9))
def test_orientation_is_read_and_reset_in_place(wanted):
    block = block_with(x0112=wanted, x010F="Maker")
    assert exif.orientation(block) == wanted
    reset = exif.reset(block, turned=False)
    assert len(reset) == len(block)
    assert loaded(reset)[0x0112] == 1
    assert loaded(reset)[0x010F] == "Maker"


@pytest.mark.parametrize("value", [0, 9, 4711])
def test_impossible_orientation_counts_as_upright(value):
    assert exif.orientation(block_with(x0112=value)) == 1


def test_quarter_turn_swaps_width_and_height():
    details = loaded(exif.reset(block_with(x0112=6), turned=True)).get_ifd(0x8769)
    assert (details[0xA002], details[0xA003]) == (480, 640)


def test_link_to_the_thumbnail_is_cut():
    block = bytearray(block_with(x010F="Maker"))
    link = exif.parse(bytes(block)).next_link
    block[link : link + 4] = (8).to_bytes(4, "big")
    reset = exif.reset(bytes(block), turned=False)
    assert reset[link : link + 4] == bytes(4)


def test_resolution_in_centimetres_becomes_inches():
    block = block_with(x011A=100.0, x011B=50.0, x0128=3)
    assert exif.resolution(block) == (254.0, 127.0)


def test_with_resolution_adds_what_is_missing_and_keeps_the_rest():
    added = exif.with_resolution(block_with(x010F="Maker"), (300.0, 150.0))
    assert exif.resolution(added) == (300.0, 150.0)
    assert loaded(added)[0x010F] == "Maker"
    assert loaded(added).get_ifd(0x8769)[0xA002] == 640
    assert exif.with_resolution(added, (72.0, 72.0)) == added
    assert exif.resolution(exif.with_resolution(None, (72.0, 72.0))) == (72.0, 72.0)


def test_little_endian_rebuild_says_the_same():
    block = block_with(x010F="Maker", x0112=1)
    assert block.startswith(b"MM")
    rebuilt = exif.build(exif.little_endian(exif.parse(block)))
    assert rebuilt.startswith(b"II")
    assert dict(loaded(rebuilt).get_ifd(0x8769)) == dict(loaded(block).get_ifd(0x8769))


@pytest.mark.parametrize("block", [b"", b"MM\0*", b"II*\0" + b"\xff" * 40, b"hello" * 9])
def test_rubbish_is_refused_or_passed_over(block):
    with pytest.raises(DamagedError):
        exif.parse(block)
    assert exif.orientation(block) == 1
    assert exif.reset(block, turned=False) is None
    assert exif.resolution(block) is None


@pytest.mark.parametrize(
    "packet",
    [
        b'<rdf:Description tiff:Orientation="6" a="6"/>',
        b"<tiff:Orientation>6</tiff:Orientation><a>6</a>",
        b"<rdf:Description tiff:Orientation = '6' a='6'/>",
    ],
)
def test_xmp_orientation_alone_is_reset(packet):
    assert xmp.reset(packet) == packet.replace(b"6", b"1", 1)
