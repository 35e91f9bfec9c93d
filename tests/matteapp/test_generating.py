"""Portraits that a network draws: shown, told apart by seed, saved with their mattes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.imaging.read import read_image
from engine.jobs.portraits import PortraitRequest
from engine.models.loaded import forget_networks
from matteapp.dialogs.portraits import NONE_HERE, PortraitDialog
from tests.made_networks import save_drawing

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    forget_networks()
    yield tmp_path / "weights"
    forget_networks()


@pytest.fixture
def dialog(qtbot, folder, studio) -> PortraitDialog:
    save_drawing(folder)
    studio.window.actions_by_name["file.generate"].trigger()
    shown = studio.window.findChild(PortraitDialog)
    qtbot.waitUntil(shown.save.isEnabled, timeout=60_000)
    return shown


def test_a_portrait_and_its_matte_are_shown_and_another_is_another(qtbot, dialog) -> None:
    first, matte = dialog.portrait.picture, dialog.matte.picture
    assert first.size() == matte.size()
    assert first.hasAlphaChannel()
    qtbot.mouseClick(dialog.another, LEFT)
    qtbot.waitUntil(lambda: dialog.portrait.picture != first, timeout=30_000)
    assert dialog.chosen.seed == 1


def test_several_are_saved_with_their_mattes(qtbot, studio, dialog, tmp_path) -> None:
    chosen, folder = dialog.chosen, tmp_path / "portraits"
    folder.mkdir()
    studio.generating.save_in(folder, chosen, 3)
    qtbot.waitUntil(lambda: len(list(folder.glob("*.png"))) == 3, timeout=30_000)
    qtbot.waitUntil(lambda: "3 portraits" in studio.window.bar.text.text(), timeout=30_000)
    drawn, read = PortraitRequest(chosen)(), read_image(folder / f"{chosen.stem}.png")
    assert np.array_equal(read.pixels, drawn.pixels)
    assert np.abs(read.alpha - drawn.alpha).max() < 0.003


def test_one_is_saved_and_opened_as_a_photograph(qtbot, studio, dialog, tmp_path) -> None:
    path = tmp_path / "one.png"
    studio.generating.save(dialog.chosen, [path], then_open=True)
    qtbot.waitUntil(lambda: studio.session.state is not None, timeout=30_000)
    assert studio.session.state.source.path == path
    assert studio.session.state.image.alpha is not None


def test_without_a_generator_it_is_said_how_to_get_one(folder, studio) -> None:
    studio.window.actions_by_name["file.generate"].trigger()
    shown = studio.window.findChild(PortraitDialog)
    assert shown.note.text() == NONE_HERE
    assert not shown.save.isEnabled()
    assert not shown.fields
