"""Colours for the display: converted where its profile was chosen, as they are elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColorSpace

from engine.errors import UserError
from matteapp.canvas.display import read_profile, transform_for
from matteapp.dialogs.file_choice import NONE, FileChoice
from matteapp.settings import DISPLAY, SETTINGS

WIDE = QColorSpace.NamedColorSpace.AdobeRgb


@pytest.fixture
def profile(tmp_path) -> Path:
    path = tmp_path / "display.icc"
    path.write_bytes(QColorSpace(WIDE).iccProfile().data())
    return path


def test_a_profile_is_read(profile) -> None:
    assert read_profile(profile).primaries() == QColorSpace.Primaries.AdobeRgb


@pytest.mark.parametrize("content", [b"", b"no profile at all", b"\0" * 400])
def test_what_is_no_profile_is_said(tmp_path, content) -> None:
    path = tmp_path / "wrong.icc"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not the colour profile"):
        read_profile(path)
    with pytest.raises(UserError, match="can't be read"):
        read_profile(tmp_path / "missing.icc")


def test_numbers_stay_where_nothing_is_to_be_changed() -> None:
    own = QColorSpace(WIDE).iccProfile().data()
    assert transform_for(None, own) is None
    assert transform_for(QColorSpace(WIDE), own) is None


def test_a_photographs_own_profile_counts() -> None:
    display = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    transform = transform_for(display, QColorSpace(WIDE).iccProfile().data())
    assert transform is not None


def _middle(studio) -> np.ndarray:
    frame = studio.canvas.grab().toImage()
    pixel = frame.pixelColor(frame.width() // 2, frame.height() // 2)
    return np.array([pixel.red(), pixel.green(), pixel.blue()])


def test_the_canvas_shows_the_displays_numbers(studio, qtbot, grey_document, profile) -> None:
    from dataclasses import replace

    from engine.imaging.types import Image

    pixels = np.full((48, 64, 3), (200, 60, 60), np.uint8)
    studio.session.open_state(replace(grey_document, image=Image(pixels)))
    studio.canvas.set_view("input")
    qtbot.waitUntil(lambda: studio.canvas.settled)
    assert _middle(studio) == pytest.approx([200, 60, 60], abs=1)
    studio.settings.set_value(DISPLAY, str(profile))
    qtbot.waitUntil(lambda: studio.canvas.settled)
    shown = _middle(studio)
    assert shown[0] < 190  # the same red needs less of the stronger primary
    studio.settings.set_value(DISPLAY, "")
    qtbot.waitUntil(lambda: studio.canvas.settled)
    assert _middle(studio) == pytest.approx([200, 60, 60], abs=1)


def test_a_wrong_profile_is_told_and_does_no_harm(studio, tmp_path) -> None:
    studio.settings.set_value(DISPLAY, str(tmp_path / "missing.icc"))
    assert "missing.icc" in studio.window.bar.text.text()


def test_the_control_shows_the_file_and_the_way_back(qtbot, studio, profile) -> None:
    spec = SETTINGS[DISPLAY]
    control = FileChoice(spec, spec.kind, studio.settings)
    qtbot.addWidget(control)
    assert control.button.text() == NONE
    control.choose(str(profile))
    assert control.button.text() == "display.icc"
    assert studio.settings.text(DISPLAY) == str(profile)
    control.cross.click()
    assert studio.settings.text(DISPLAY) == ""
