"""The table of products, and that each is written as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import Cancelled, UserError
from engine.imaging.read import read_image, read_mask
from engine.imaging.types import Image, Metadata
from engine.imaging.write import WRITERS
from engine.jobs.requests import CutRequest, CutResult
from engine.products import PRODUCTS, Delivery, check_targets, product_paths, write_products
from engine.settings import BackgroundSettings, CutSettings
from tests.contexts import StoppedAfter

SIZE = (40, 60)


@pytest.fixture
def image():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (*SIZE, 3)).astype(np.uint8)
    return Image(pixels, metadata=Metadata(dpi=(300.0, 300.0)))


@pytest.fixture
def result(image):
    ramp = np.linspace(0, 1, SIZE[1], dtype=np.float32)
    alpha = np.ascontiguousarray(np.broadcast_to(ramp, SIZE))
    trimap = np.full(SIZE, 128, np.uint8)
    trimap[:, 0], trimap[:, -1] = 0, 255
    mask = (alpha > 0.5).astype(np.float32)
    return CutResult(mask=mask, trimap=trimap, alpha=alpha, foreground=image.pixels.copy())


def request_for(image, **background):
    return CutRequest(image, CutSettings(background=BackgroundSettings(**background)))


def test_every_product_has_a_name_of_its_own_and_is_written(image, result, tmp_path):
    targets = product_paths("face", folder=tmp_path, products=list(PRODUCTS))
    write_products(
        request_for(image, kind="colour", colour=(1.0, 0.0, 0.0)), result, targets=targets
    )
    assert len(set(targets.values())) == len(PRODUCTS)
    for name, path in targets.items():
        assert path.name == f"face_{name}.png"
        assert read_image(path).size == SIZE


def test_what_is_written_is_what_came_of_the_cut(image, result, tmp_path):
    targets = product_paths("a", folder=tmp_path, products=list(PRODUCTS))
    request = request_for(image, kind="colour", colour=(0.0, 0.0, 0.0))
    write_products(request, result, targets=targets, delivery=Delivery(bits=16))
    assert np.allclose(read_mask(targets["alpha"], SIZE), result.alpha, atol=1e-4)
    assert np.array_equal(read_mask(targets["mask"], SIZE), result.mask)
    assert np.array_equal(read_image(targets["trimap"]).pixels[..., 0], result.trimap)
    assert np.array_equal(read_image(targets["foreground"]).pixels // 257, image.pixels)
    composite = read_image(targets["composite"]).pixels
    assert np.array_equal(composite[:, 0], np.zeros_like(composite[:, 0]))
    assert np.array_equal(composite[:, -1] // 257, image.pixels[:, -1])


@pytest.mark.parametrize("bits", [None, 8, 16])
def test_the_depth_is_the_photographs_unless_another_is_asked_for(image, result, tmp_path, bits):
    path = tmp_path / "a.png"
    write_products(
        request_for(image), result, targets={"cutout": path}, delivery=Delivery(bits=bits)
    )
    assert read_image(path).bits == (bits or 8)
    assert read_image(path).metadata.dpi == pytest.approx((300.0, 300.0), rel=1e-3)


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.layers])
def test_formats_with_layers_keep_the_photograph_below(image, result, tmp_path, name):
    path = tmp_path / f"a{WRITERS[name].suffix}"
    write_products(request_for(image), result, targets={"cutout": path})
    assert path.stat().st_size > image.pixels.nbytes // 2
    assert read_image(path).size == SIZE


@pytest.mark.parametrize("name", list(WRITERS))
def test_every_format_takes_a_foreground_or_says_why_not(image, result, tmp_path, name):
    targets = product_paths("a", folder=tmp_path, products=["foreground"], format_name=name)
    write_products(request_for(image), result, targets=targets)
    assert read_image(targets["foreground"]).size == SIZE


def test_a_background_image_is_read_and_fills_the_frame(image, result, tmp_path):
    from engine.imaging.write import write_picture

    backdrop = tmp_path / "wall.png"
    write_picture(backdrop, np.full((10, 10, 3), 77, np.uint8))
    path = tmp_path / "a.png"
    request = request_for(image, kind="image", path=str(backdrop))
    write_products(request, result, targets={"composite": path})
    assert tuple(read_image(path).pixels[5, 0]) == (77, 77, 77)


@pytest.mark.parametrize(
    ("targets", "more", "said"),
    [
        ({"cutout": "a.jpg"}, {}, "no transparency"),
        ({"alpha": "a.webp"}, {}, "PNG or TIFF"),
        ({"composite": "a.png"}, {"transparent": True}, "Choose a background"),
        ({"foreground": "a.jpg"}, {"bits": 16}, "16 bits"),
        ({"cutout": "a.docx"}, {}, "docx"),
    ],
)
def test_what_no_file_could_hold_is_refused(targets, more, said):
    with pytest.raises(UserError, match=said):
        check_targets({name: Path(path) for name, path in targets.items()}, **more)


def test_nothing_is_written_if_one_of_the_targets_is_impossible(image, result, tmp_path):
    targets = {"alpha": tmp_path / "a.png", "composite": tmp_path / "b.png"}
    with pytest.raises(UserError):
        write_products(request_for(image), result, targets=targets)
    assert list(tmp_path.iterdir()) == []


def test_writing_can_be_cancelled_between_files(image, result, tmp_path):
    with pytest.raises(Cancelled):
        write_products(
            request_for(image), result, targets={"alpha": tmp_path / "a.png"}, ctx=StoppedAfter(0)
        )
    assert list(tmp_path.iterdir()) == []
