"""What is seen while a control of the edge is dragged is near what comes of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.compositing.edge_proxy import EdgeProxy, scaled
from engine.compositing.edges import apply_edges
from engine.compositing.matte_copies import small_matte
from engine.compositing.proxy_size import PIXELS, halvings_of
from engine.compositing.put_on import WholeMatte
from engine.compositing.pyramid import reduced
from engine.document.deferred import DeferredPlane
from engine.imaging.types import Rect
from engine.settings import EdgeSettings

SIZE = (1900, 2300)


@pytest.fixture(scope="module")
def alpha():
    matte = np.zeros(SIZE, np.float32)
    cv2.ellipse(matte, (1100, 1000), (500, 700), 20, 0, 360, 1.0, -1)
    cv2.circle(matte, (2100, 200), 12, 1.0, -1)
    return cv2.GaussianBlur(matte, (0, 0), 3)


@pytest.mark.parametrize(
    "settings",
    [
        EdgeSettings(feather=12.0),
        EdgeSettings(smooth=16.0, shift=-0.3),
        EdgeSettings(clean_black=0.2, clean_white=0.7),
        EdgeSettings(remove_specks=900),
    ],
    ids=str,
)
def test_it_is_near_the_whole(alpha, settings):
    proxy, whole = EdgeProxy(WholeMatte(alpha), SIZE, settings), apply_edges(alpha, settings)
    drawn = proxy.read(Rect(0, 0, *SIZE))
    assert drawn.shape == SIZE
    assert drawn.dtype == np.float32
    assert np.abs(drawn - whole).mean() < 0.002
    assert np.abs(drawn - whole).max() < 0.5


def test_any_rectangle_is_the_same_part_of_the_whole(alpha):
    proxy = EdgeProxy(WholeMatte(alpha), SIZE, EdgeSettings(feather=4.0))
    whole = proxy.read(Rect(0, 0, *SIZE))
    for rect in (Rect(0, 0, 256, 256), Rect(768, 512, 1024, 768), Rect(1792, 2048, 1900, 2300)):
        assert np.array_equal(proxy.read(rect), whole[rect.slices])


@pytest.mark.parametrize("size", [(1000, 2000), (1001, 2000), (5464, 8192), (10, 10)])
def test_the_copy_is_small_enough(size):
    halvings = halvings_of(size)
    assert size[0] * size[1] / 4**halvings <= PIXELS
    assert halvings == 0 or size[0] * size[1] / 4 ** (halvings - 1) > PIXELS


def test_what_is_off_stays_off():
    assert scaled(EdgeSettings(), 4) == EdgeSettings()


@pytest.mark.parametrize("level", [1, 2, 4])
def test_it_is_the_same_at_every_level(alpha, level):
    proxy = EdgeProxy(WholeMatte(alpha), SIZE, EdgeSettings(feather=12.0))
    whole = reduced(proxy.read(Rect(0, 0, *SIZE)), 1 << level)
    height, width = whole.shape
    rect = Rect(height // 4, width // 5, height - 3, width)
    found = proxy.at_level(rect, level)
    assert found.shape == (rect.height, rect.width)
    assert np.abs(found - whole[rect.slices]).max() < 0.02


def test_a_copy_of_the_proxy_reads_no_more_than_it_shows(alpha):
    proxy = EdgeProxy(WholeMatte(alpha), SIZE, EdgeSettings(feather=12.0))
    plane = DeferredPlane(SIZE, np.float32, proxy)
    found = small_matte(plane, SIZE, 3)
    assert np.abs(found - reduced(plane.read(), 8)).max() < 0.02
