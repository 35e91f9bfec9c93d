"""Trimaps by a network: real code around one that calls orange foreground and blue background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import Cancelled, UserError
from engine.guidance.network_trimap import confidence_map, network_trimap
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image
from engine.models.loaded import forget_networks
from engine.models.registry import MODELS
from tests import made_networks
from tests.contexts import Listener

ORANGE, GREY, BLUE = (220, 120, 40), (128, 128, 128), (40, 80, 170)


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only weights there are."""
    folder = made_networks.only_these(monkeypatch, tmp_path, matting="random")
    row = made_networks.spec("trimap_small", "Thirds", "trimap")
    monkeypatch.setitem(MODELS, "trimap_small", row)
    made_networks.save_weights(folder, "trimap_small", made_networks.Thirds())
    forget_networks()
    return folder


def thirds(size: tuple[int, int], dtype: type = np.uint8) -> Image:
    """Blue at the left, grey in the middle, orange at the right."""
    row = np.repeat(np.array([BLUE, GREY, ORANGE], np.uint8), -(-size[1] // 3), axis=0)[: size[1]]
    pixels = np.broadcast_to(row, (*size, 3))
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    return Image((pixels.astype(np.float64) * scale).astype(dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("size", [(30, 45), (240, 360), (1300, 2100)])
def test_any_size_and_depth_will_do(size: tuple[int, int], dtype: type) -> None:
    trimap = network_trimap(thirds(size, dtype))
    assert (trimap.shape, trimap.dtype) == (size, np.uint8)
    third = np.arange(size[1]) // -(-size[1] // 3)
    wanted = np.array([BACKGROUND, UNKNOWN, FOREGROUND], np.uint8)[third]
    away = np.abs(np.subtract.outer(np.arange(size[1]), np.flatnonzero(np.diff(third)))).min(1)
    clear = away > 1 + size[1] / 64
    assert (trimap[:, clear] == wanted[clear]).all()
    assert clear.sum() > 0.7 * size[1]


def test_the_confidence_map_is_of_the_networks_size_and_adds_up_to_one() -> None:
    found = confidence_map(thirds((600, 900)))
    assert found.shape == (128, 192, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(2), 1, atol=1e-5)
    assert list(found[64, [20, 96, 170]].argmax(1)) == [0, 1, 2]


def test_another_kind_of_network_is_refused() -> None:
    with pytest.raises(UserError, match="cannot be used for trimap"):
        network_trimap(thirds((60, 90)), model="person_small")
    with pytest.raises(UserError, match="no_such"):
        network_trimap(thirds((60, 90)), model="no_such")


class StoppedAbove(Listener):
    """Stops once it has been told of more than this fraction."""

    def __init__(self, most: float) -> None:
        super().__init__()
        self._most = most

    def check(self) -> None:
        if any(fraction > self._most for fraction in self.fractions):
            raise Cancelled


def test_it_says_how_far_it_is_and_can_be_stopped() -> None:
    listener = Listener()
    network_trimap(thirds((90, 60)), ctx=listener)
    assert listener.fractions == sorted(listener.fractions)
    assert listener.fractions[-1] == 1
    for most in (0.1, 0.6):
        with pytest.raises(Cancelled):
            network_trimap(thirds((1300, 60)), ctx=StoppedAbove(most))
