"""Two people in a photograph, from opening it to keeping one of them, in a whole window."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document.state import SourceLink, new_document
from engine.imaging.types import Image
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings
from tests import made_networks

SIZE = (96, 128)
LEFT, RIGHT = (slice(20, 90), slice(15, 40)), (slice(20, 90), slice(80, 110))


@pytest.fixture
def two_people(monkeypatch, tmp_path):
    """Orange people before blue, and a network that finds what is orange."""
    made_networks.only_these(monkeypatch, tmp_path, matting="random")
    pixels = np.empty((*SIZE, 3), np.float64)
    pixels[:] = (40, 80, 170)
    for person in (LEFT, RIGHT):
        pixels[person] = (220, 120, 40)
    pixels += np.random.default_rng(1).normal(0, 3, pixels.shape)
    settings = CutSettings(
        guidance=GuidanceSettings(finder="person_small"),
        trimap=TrimapSettings(source="radius", radius=4),
    )
    link = SourceLink(None, "", embedded=False, name="two.png")
    return new_document(Image(np.clip(pixels, 0, 255).astype(np.uint8)), link, settings=settings)


def _found(studio):
    state = studio.session.state
    return not studio.live.busy and state.mask is not None and state.foreground is not None


def test_who_is_clicked_on_leaves_the_cut_and_comes_back_by_undo(qtbot, studio, two_people) -> None:
    studio.session.open_state(two_people)
    qtbot.waitUntil(lambda: _found(studio), timeout=60_000)
    both = studio.session.state.mask.read()
    assert both[LEFT].mean() > 0.9
    assert both[RIGHT].mean() > 0.9
    assert "2 people were found" in studio.window.bar.text.text()
    studio.canvas.easel.clicked.emit(50.0, 95.0)
    qtbot.waitUntil(lambda: _found(studio), timeout=60_000)
    one = studio.session.state
    assert one.mask.read()[LEFT].mean() > 0.9
    assert one.mask.read()[RIGHT].max() == 0
    assert one.alpha.read()[RIGHT].max() < 0.5
    studio.session.undo()
    qtbot.waitUntil(lambda: _found(studio), timeout=60_000)
    assert studio.session.state.mask.read()[RIGHT].mean() > 0.9
