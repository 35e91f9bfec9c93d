"""Saving from the window and the command line give the same bytes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.delivery import Delivery
from engine.output_presets import Output, OutputPresets
from matteapp.dialogs.export import ExportDialog
from tests.called import exit_code

PRODUCTS = "cutout,alpha,trimap,foreground,composite"


@pytest.fixture
def photo(sample, tmp_path) -> Path:
    small = cv2.resize(cv2.imread(str(sample)), (128, 128), interpolation=cv2.INTER_AREA)
    path = tmp_path / "portrait.png"
    cv2.imwrite(str(path), small)
    return path


@pytest.fixture
def mask(tmp_path) -> Path:
    drawn = np.zeros((128, 128), np.uint8)
    cv2.ellipse(drawn, (58, 30), (18, 24), 0, 0, 360, 255, -1)
    cv2.ellipse(drawn, (58, 110), (50, 58), 0, 0, 360, 255, -1)
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), drawn)
    return path


def test_window_and_command_line_write_the_same_bytes(qtbot, studio, photo, mask, tmp_path) -> None:
    ours, theirs = tmp_path / "window", tmp_path / "command"
    ours.mkdir()
    with qtbot.waitSignal(studio.session.changed):
        studio.files.open_paths([photo])
    studio.guidance.load("mask", mask)
    _wait_for_colours(qtbot, studio)
    panel = studio.window.panels.settings["background"]
    panel.edited.emit("background.kind", "colour", True)
    panel.edited.emit("background.colour", (58 / 255, 110 / 255, 165 / 255), True)
    panel = studio.window.panels.settings["harmony"]
    for path, value in {"wrap": 0.4, "match": 0.3, "shadow": "drop"}.items():
        panel.edited.emit(f"harmony.{path}", value, True)
    panel = studio.window.panels.settings["foreground"]
    panel.edited.emit("foreground.despill", 0.8, True)
    panel.edited.emit("foreground.despill_colour", (0.0, 0.0, 1.0), True)
    names = PRODUCTS.split(",")
    studio.exports.export({name: ours / f"portrait_{name}.png" for name in names})
    qtbot.waitUntil(lambda: len(list(ours.glob("*.png"))) == len(names), timeout=60_000)
    qtbot.waitUntil(lambda: "Exported" in studio.window.bar.text.text())

    arguments = ["cut", photo, "-o", theirs, "--mask", mask]
    arguments += ["--save", PRODUCTS, "--background", "#3a6ea5"]
    arguments += ["--light-wrap", "40", "--match", "30", "--shadow", "drop", "--despill", "blue:80"]
    assert exit_code(main, *arguments) == 0
    for name in names:
        file = f"portrait_{name}.png"
        assert (ours / file).read_bytes() == (theirs / file).read_bytes(), name


FILES = ("cutout", "layer", "on_white", "onion", "composite")


def test_colours_names_views_and_sizes_are_the_same_from_both(
    qtbot, studio, photo, mask, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("MATTEAPP_PRESETS", str(tmp_path / "config"))
    output = Output(
        FILES,
        "tiff",
        "{counter} {name} {view} {size}",
        Delivery(16, scale=0.5, colour_space="adobe_rgb", metadata=False),
    )
    OutputPresets().put("Mine", output)
    ours, theirs = tmp_path / "window", tmp_path / "command"
    ours.mkdir()
    with qtbot.waitSignal(studio.session.changed):
        studio.files.open_paths([photo])
    studio.guidance.load("mask", mask)
    _wait_for_colours(qtbot, studio)
    studio.window.panels.settings["background"].edited.emit("background.kind", "colour", True)
    studio.exports.ask()
    dialog = studio.window.findChild(ExportDialog)
    combo = dialog.presets.combo
    combo.setCurrentIndex(combo.findData("Mine"))
    combo.activated.emit(combo.currentIndex())
    dialog.folder.setText(str(ours))
    dialog.go.click()
    qtbot.waitUntil(lambda: "Exported" in studio.window.bar.text.text(), timeout=60_000)

    background = studio.session.state.settings.background.colour
    colour = "#" + "".join(f"{round(255 * channel):02x}" for channel in background)
    arguments = ["cut", photo, "-o", theirs, "--mask", mask, "--background", colour]
    assert exit_code(main, *arguments, "--export-preset", "mine") == 0
    typed = ["--save", ",".join(FILES), "--format", "tiff", "--bits", 16, "--scale", 50]
    typed += ["--colour-space", "adobe_rgb", "--strip-metadata", "--name-template", output.template]
    assert exit_code(main, *arguments, *typed, "--overwrite") == 0
    names = sorted(path.name for path in ours.iterdir())
    assert names == sorted(path.name for path in theirs.iterdir())
    assert "001 portrait On white 64x64.tif" in names
    for name in names:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), name


def test_files_can_be_opened_beside_the_photograph(qtbot, studio, photo, mask, tmp_path) -> None:
    with qtbot.waitSignal(studio.session.changed):
        studio.files.open_paths([photo])
    studio.guidance.load("mask", mask)
    _wait_for_colours(qtbot, studio)
    path = tmp_path / "result.png"
    studio.exports.export({"cutout": path}, opens=True)
    opened = lambda: [one.name for one in studio.session.documents]  # noqa: E731
    qtbot.waitUntil(lambda: opened() == ["portrait.png", "result.png"], timeout=60_000)
    qtbot.waitUntil(lambda: studio.session.document.name == "result.png", timeout=60_000)


def _wait_for_colours(qtbot, studio) -> None:
    def done() -> bool:
        state = studio.session.state
        return not studio.live.busy and state.settings.guidance.source == "file"

    qtbot.waitUntil(done, timeout=60_000)
