"""PSD files as other programs see them, and ones that come without a merged picture."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image as PilImage
from psd_tools import PSDImage
from psd_tools.composite import composite
from psd_tools.constants import BlendMode, Resource, Tag
from psd_tools.psd.tagged_blocks import TaggedBlock

from engine.errors import UserError
from engine.imaging.formats import psd_layers
from engine.imaging.read import read_image
from engine.imaging.write import write_layers, write_matte, write_picture

SIZE = (61, 47)


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)


@pytest.fixture
def alpha(rng):
    return (rng.integers(0, 256, SIZE) / 255).astype(np.float32)


@pytest.mark.parametrize("bits", [8, 16])
def test_layered_file_shows_its_merged_picture_elsewhere(tmp_path, pixels, alpha, bits):
    path = tmp_path / "a.psd"
    write_layers(path, background=pixels, foreground=pixels, alpha=alpha, bits=bits)
    document = PSDImage.open(path)
    assert document.has_preview()
    np.testing.assert_array_equal(np.asarray(document.topil()), pixels)
    redrawn, _, cover = composite(document, force=True)
    np.testing.assert_allclose(redrawn, pixels / 255, atol=1e-6)
    np.testing.assert_allclose(cover, 1, atol=1e-6)


def test_eight_bits_open_in_pillow_with_their_profile(tmp_path, pixels, alpha, rich_metadata):
    path = tmp_path / "a.psd"
    write_layers(path, background=pixels, foreground=pixels, alpha=alpha, metadata=rich_metadata)
    with PilImage.open(path) as image:
        assert image.info["icc_profile"] == rich_metadata.icc
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("bits", [8, 16])
def test_resolution_is_what_psd_tools_reads(tmp_path, pixels, rich_metadata, bits):
    path = tmp_path / "a.psd"
    write_picture(path, pixels, bits=bits, metadata=rich_metadata)
    block = PSDImage.open(path).image_resources.get_data(1005)
    found = block.horizontal / 65536, block.vertical / 65536
    assert found == rich_metadata.dpi


@pytest.mark.parametrize("bits", [8, 16])
def test_layers_of_float_pictures_are_rounded_to_nearest(tmp_path, rng, alpha, bits):
    path = tmp_path / "a.psd"
    pixels = rng.random((*SIZE, 3), dtype=np.float32)
    write_picture(path, pixels, alpha=alpha, bits=bits)
    (layer,) = PSDImage.open(path)
    assert np.abs(layer.numpy("color") - pixels).max() <= 0.501 / (2**bits - 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_matte_is_a_flat_grey_file(tmp_path, alpha, bits):
    path = tmp_path / "a.psd"
    write_matte(path, alpha, bits=bits)
    document = PSDImage.open(path)
    assert (document.pil_mode, document.depth, len(document)) == ("L", bits, 0)
    np.testing.assert_allclose(document.numpy()[..., 0], alpha, atol=1e-6)


def without_merged(path):
    """Take the merged picture away, and say so."""
    data = bytearray(path.read_bytes())
    at = data.index(b"8BIM" + struct.pack(">H", Resource.VERSION_INFO)) + 12
    data[at + 4] = 0
    end = 26
    for _ in ("palette", "resources", "layers"):
        end += 4 + struct.unpack_from(">I", data, end)[0]
    data[end:] = bytes(2)
    path.write_bytes(data)


def saved_without_merged(path, document):
    document.image_resources.get_data(Resource.VERSION_INFO).has_composite = False
    with path.open("wb") as file:
        document._record.write(file)  # save() would draw a merged picture


@pytest.mark.parametrize("bits", [8, 16])
def test_layers_are_drawn_where_the_merged_picture_is_missing(
    tmp_path, rng, alpha, rich_metadata, bits, monkeypatch
):
    monkeypatch.setattr(psd_layers, "_STRIP_PIXELS", 10 * SIZE[1])
    dtype = np.uint8 if bits == 8 else np.uint16
    back, front = (rng.integers(0, 2**bits, (*SIZE, 3), dtype=dtype) for _ in range(2))
    path = tmp_path / "a.psd"
    write_layers(
        path, background=back, foreground=front, alpha=alpha, bits=bits, metadata=rich_metadata
    )
    merged = read_image(path)
    without_merged(path)
    drawn = read_image(path)
    assert drawn.pixels.dtype == dtype
    assert np.abs(drawn.pixels.astype(int) - merged.pixels).max() <= 1
    assert drawn.alpha is None
    assert drawn.metadata == merged.metadata


def test_drawn_cut_out_keeps_straight_colours_and_its_alpha(tmp_path, pixels, alpha):
    path = tmp_path / "a.psd"
    write_picture(path, pixels, alpha=alpha)
    without_merged(path)
    drawn = read_image(path)
    np.testing.assert_allclose(drawn.alpha, alpha, atol=1e-6)
    np.testing.assert_array_equal(drawn.pixels[alpha > 0], pixels[alpha > 0])


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_ink_are_drawn_like_their_merged_picture(tmp_path, rng, mode):
    path = tmp_path / "a.psd"
    shape = (*SIZE, 4) if mode == "CMYK" else SIZE
    picture = PilImage.fromarray(rng.integers(0, 256, shape, dtype=np.uint8), mode)
    document = PSDImage.frompil(picture)
    document.create_pixel_layer(picture)
    document.save(path)
    merged = read_image(path)
    saved_without_merged(path, document)
    np.testing.assert_array_equal(read_image(path).pixels, merged.pixels)


def test_only_what_is_visible_is_drawn_with_its_opacity(tmp_path, pixels):
    path = tmp_path / "a.psd"
    document = PSDImage.new("RGB", SIZE[::-1])
    document.create_pixel_layer(PilImage.fromarray(pixels))
    above = document.create_pixel_layer(PilImage.fromarray(255 - pixels), opacity=51, top=20)
    hidden = document.create_pixel_layer(PilImage.fromarray(255 - pixels))
    hidden.visible = False
    document.create_group([above])
    saved_without_merged(path, document)
    wanted = pixels.astype(float)
    wanted[20:] = 0.8 * wanted[20:] + 0.2 * (255 - pixels[:-20])
    assert np.abs(read_image(path).pixels - wanted).max() <= 0.51


def refused(path):
    with pytest.raises(UserError, match="no merged picture") as caught:
        read_image(path)
    assert "maximum compatibility" in caught.value.remedy
    return caught.value.problem


def test_file_without_picture_and_layers_is_refused(tmp_path):
    saved_without_merged(tmp_path / "a.psd", PSDImage.new("RGB", (8, 8)))
    assert "no layers" in refused(tmp_path / "a.psd")


def descriptor(name, items):
    """A descriptor as in the file: no title, a class of four letters, and named values."""
    head = struct.pack(">II4sI", 0, 0, name, len(items))
    return head + b"".join(struct.pack(">I", 0) + key + value for key, value in items.items())


def shadow():
    """A layer's effects with a drop shadow switched on."""
    yes = b"bool\x01"
    drop = descriptor(b"DrSh", {b"enab": yes, b"pres": yes})
    items = {b"mast": yes, b"DrSh": b"Objc" + drop}
    whole = struct.pack(">II", 0, 16) + descriptor(b"null", items)
    for short, long in ((b"pres", b"present"), (b"mast", b"masterFXSwitch")):
        at = struct.pack(">I", 0) + short
        whole = whole.replace(at, struct.pack(">I", len(long)) + long)
    return whole + bytes(-len(whole) % 4)


@pytest.mark.parametrize("trouble", ["effects", "an adjustment", "a blend mode"])
def test_what_can_not_be_drawn_is_named(tmp_path, pixels, trouble):
    path = tmp_path / "a.psd"
    document = PSDImage.new("RGB", SIZE[::-1])
    layer = document.create_pixel_layer(PilImage.fromarray(pixels), name="Figure")
    if trouble == "a blend mode":
        layer.blend_mode = BlendMode.DISSOLVE
    elif trouble == "an adjustment":
        layer.tagged_blocks[Tag.SELECTIVE_COLOR] = TaggedBlock(
            key=Tag.SELECTIVE_COLOR, data=struct.pack(">HH", 1, 0) + bytes(80)
        )
    else:
        key = Tag.OBJECT_BASED_EFFECTS_LAYER_INFO
        layer.tagged_blocks[key] = TaggedBlock(key=key, data=shadow())
    saved_without_merged(path, document)
    problem = refused(path)
    assert "Figure" in problem
    assert trouble in problem


@pytest.mark.parametrize(
    ("limit", "words"),
    [("MOST_PIXELS", "too large"), ("MOST_LAYER_PIXELS", "too many"), ("DEEPEST", "too deep")],
)
def test_more_than_can_be_drawn_is_refused(tmp_path, pixels, monkeypatch, limit, words):
    path = tmp_path / "a.psd"
    document = PSDImage.new("RGB", SIZE[::-1])
    document.create_group([document.create_pixel_layer(PilImage.fromarray(pixels))])
    saved_without_merged(path, document)
    monkeypatch.setattr(psd_layers, limit, 0)
    assert words in refused(path)


@pytest.mark.parametrize("bits", [8, 16])
def test_damaged_layers_give_a_message_or_a_picture(tmp_path, pixels, alpha, rng, bits):
    path = tmp_path / "a.psd"
    write_layers(path, background=pixels, foreground=pixels, alpha=alpha, bits=bits)
    without_merged(path)
    data = np.frombuffer(path.read_bytes(), np.uint8)
    for _ in range(40):
        damaged = data.copy()
        places = rng.integers(26, len(data), 3)
        damaged[places] = rng.integers(0, 256, 3)
        damaged[rng.integers(26, 600)] ^= 255
        path.write_bytes(damaged.tobytes())
        try:
            image = read_image(path)
        except UserError as error:
            assert error.path == path
        else:
            assert image.size == SIZE
