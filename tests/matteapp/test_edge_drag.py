"""While a control of the edge is dragged, a large matte is shown roughly; then as it will be."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.compositing.edges import apply_edges
from engine.document import edits
from engine.document.state import SourceLink, new_document
from engine.imaging.types import Image
from engine.settings import CutSettings, EdgeSettings, ForegroundSettings, GuidanceSettings
from matteapp.bridge import Bridge
from matteapp.gesture import SettingEdits
from matteapp.live import Live
from matteapp.session import Session


class Room:
    """A session whose edge settings are dragged as the panel drags them."""

    def __init__(self, side: int) -> None:
        self.session, self.bridge = Session(), Bridge()
        self.live, self.edits = Live(self.session, self.bridge), SettingEdits(self.session)
        self.shown: list[np.ndarray] = []
        self.live.shown_changed.connect(self._on_shown)
        settings = CutSettings(
            guidance=GuidanceSettings("strokes"), foreground=ForegroundSettings(amount=0.0)
        )
        image = Image(np.full((side, side, 3), 90, np.uint8))
        link = SourceLink(None, "", embedded=False, name="disc.png")
        self.alpha = np.zeros((side, side), np.float32)
        cv2.circle(self.alpha, (side // 2, side // 2), side // 3, 1.0, -1)
        state = new_document(image, link, settings=settings)
        self.session.open_state(edits.set_alpha(state, self.alpha))

    def drag(self, value: float, *, ends: bool = False) -> None:
        self.live.drag_edges(not ends)
        self.edits.edit("edge.feather", value, ends, title="Feather")

    def seen(self) -> np.ndarray:
        return self.live.displayed().alpha.read()

    def _on_shown(self) -> None:
        self.shown.append(self.seen())


@pytest.fixture
def room(qapp, request):
    made = Room(request.param)
    yield made
    made.bridge.close()


@pytest.mark.parametrize("room", [1500], indirect=True)
def test_a_large_matte_is_rough_while_dragged_and_exact_on_release(qtbot, room) -> None:
    exact = [apply_edges(room.alpha, EdgeSettings(feather=value)) for value in (6.0, 12.0)]
    room.shown.clear()
    room.drag(6.0)
    qtbot.waitUntil(lambda: len(room.shown) > 0, timeout=60_000)
    assert 0 < np.abs(room.seen() - exact[0]).max() < 0.2
    room.drag(12.0)
    room.drag(12.0, ends=True)
    qtbot.waitUntil(lambda: np.array_equal(room.seen(), exact[1]), timeout=60_000)
    assert room.session.history.labels == ("Open", "Feather")


@pytest.mark.parametrize("room", [300], indirect=True)
def test_a_small_matte_is_exact_all_the_time(qtbot, room) -> None:
    exact = apply_edges(room.alpha, EdgeSettings(feather=6.0))
    room.drag(6.0)
    qtbot.waitUntil(lambda: np.array_equal(room.seen(), exact), timeout=60_000)


@pytest.mark.parametrize("room", [1500], indirect=True)
def test_dragged_back_to_nothing_it_is_the_matte_itself(qtbot, room) -> None:
    room.shown.clear()
    room.drag(6.0)
    qtbot.waitUntil(lambda: len(room.shown) > 0, timeout=60_000)
    room.drag(0.0)
    assert np.array_equal(room.seen(), room.alpha)
    room.drag(0.0, ends=True)
    assert np.array_equal(room.seen(), room.alpha)
