"""The window with networks: offered, following strokes, and saving the command line's bytes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.document import edits
from engine.imaging.types import STROKE_FOREGROUND, Rect
from engine.matting.methods import METHODS
from tests import made_networks as made
from tests.called import exit_code

SIDE = 192
PRODUCTS = ("alpha", "trimap", "foreground")


@pytest.fixture
def weights(tmp_path, monkeypatch) -> Path:
    """$MATTE_HOME with networks of random weights and no other place; before the window is made."""
    folder = made.only_these(monkeypatch, tmp_path, matting="prn_small")
    made.save_red(folder, monkeypatch, name="alone")
    return folder


@pytest.fixture
def networked(weights, studio):
    return studio


@pytest.fixture
def photo(tmp_path) -> Path:
    rows, cols = np.mgrid[:SIDE, :SIDE]
    share = np.clip((60 - np.hypot(rows - 96, cols - 96)) / 5 + 0.5, 0, 1)[..., None]
    picture = share * (200, 150, 90) + (1 - share) * (40, 70, 120)
    picture += np.random.default_rng(2).normal(0, 5, picture.shape)
    path = tmp_path / "disc.png"
    cv2.imwrite(str(path), np.clip(picture, 0, 255).astype(np.uint8))
    return path


@pytest.fixture
def mask(tmp_path) -> Path:
    drawn = cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (96, 96), 58, 255, -1)
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), drawn)
    return path


def _open(qtbot, studio, photo: Path, mask: Path, **settings: str) -> None:
    with qtbot.waitSignal(studio.session.changed):
        studio.files.open_paths([photo])
    studio.guidance.load("mask", mask)
    qtbot.waitUntil(lambda: studio.session.state.settings.guidance.source == "file")
    for path, value in settings.items():
        panel = next(p for p in studio.window.panels.settings.values() if path in p.fields)
        panel.edited.emit(path, value, True)
    _settle(qtbot, studio)


def _settle(qtbot, studio) -> None:
    def done() -> bool:
        state = studio.session.state
        return not studio.live.busy and state.foreground is not None and state.alpha_stale is None

    qtbot.waitUntil(done, timeout=60_000)


def test_networks_are_offered(networked) -> None:
    fields = networked.window.panels.settings["matte"].fields
    offered = {name for name, _, _ in fields["method"].spec.kind.options}
    assert offered == {*METHODS, "mask_guided", "prn_small", "alone"}
    refiners = {name for name, _, _ in fields["refine"].spec.kind.options}
    assert refiners == {"", "prn_small"}


def test_an_imported_network_is_offered_at_once(networked, weights, monkeypatch) -> None:
    field = networked.window.panels.settings["matte"].fields["method"]
    assert field.combo.findData("later") < 0
    made.save_red(weights, monkeypatch, name="later")
    networked.enhancing.imported.emit()
    assert field.combo.findData("later") >= 0
    assert field.combo.currentData() == "closed_form"


CHOICES = [
    (
        {"method": "prn_small", "foreground.method": "network"},
        ["--method", "prn_small", "--decontaminate", "network"],
    ),
    (
        {"refine": "prn_small", "trimap.source": "network"},
        ["--refine", "prn_small", "--propose", "mask_small"],
    ),
]


@pytest.mark.parametrize(("settings", "options"), CHOICES, ids=("alone", "refining"))
def test_window_and_command_line_write_the_same_bytes(
    qtbot, networked, photo, mask, tmp_path, settings, options
) -> None:
    ours, theirs = tmp_path / "window", tmp_path / "command"
    ours.mkdir()
    _open(qtbot, networked, photo, mask, **settings)
    networked.exports.export({name: ours / f"disc_{name}.png" for name in PRODUCTS})
    qtbot.waitUntil(lambda: "Exported" in networked.window.bar.text.text(), timeout=60_000)
    arguments = ["cut", photo, "-o", theirs, "--mask", mask, "--save", ",".join(PRODUCTS)]
    assert exit_code(main, *arguments, *options) == 0
    for name in PRODUCTS:
        file = f"disc_{name}.png"
        assert (ours / file).read_bytes() == (theirs / file).read_bytes(), name


@pytest.mark.parametrize("method", ["prn_small", "mask_guided"])
def test_a_stroke_is_followed_around_it_alone(qtbot, networked, photo, mask, method) -> None:
    _open(qtbot, networked, photo, mask, method=method)
    before = networked.session.state.alpha.read()
    place = Rect(4, 90, 8, 100)
    labels = np.full((place.height, place.width), STROKE_FOREGROUND, np.uint8)
    networked.session.apply(lambda s: edits.paint(s, place, labels), label="Stroke", rect=place)
    _settle(qtbot, networked)
    after = networked.session.state.alpha.read()
    assert (after[place.slices] == 1).all()
    assert np.array_equal(after[150:], before[150:])


def test_a_method_that_needs_nobody_cuts_where_nobody_is_found(qtbot, networked, tmp_path) -> None:
    path = tmp_path / "sky.png"
    cv2.imwrite(str(path), np.full((SIDE, SIDE, 3), (200, 120, 40), np.uint8))
    with qtbot.waitSignal(networked.live.failed, timeout=60_000):
        networked.files.open_paths([path])
    assert networked.session.state.mask is None
    panel = networked.window.panels.settings["matte"]
    panel.edited.emit("method", "alone", True)
    _settle(qtbot, networked)
    state = networked.session.state
    assert state.mask is None
    assert state.alpha.read().max() < 0.01


def test_another_refinement_makes_another_matte(qtbot, networked, photo, mask) -> None:
    _open(qtbot, networked, photo, mask)
    before = networked.session.state.alpha
    networked.window.panels.settings["matte"].edited.emit("refine", "prn_small", True)
    qtbot.waitUntil(lambda: networked.session.state.alpha is not before, timeout=60_000)
    _settle(qtbot, networked)
    networked.setting_edits.reset("matte", title="Reset matte")
    assert networked.session.state.settings.refine == ""


def test_missing_weights_are_told_in_the_bar(qtbot, networked, photo, mask, weights) -> None:
    _open(qtbot, networked, photo, mask, **{"trimap.source": "radius"})
    (weights / "mask_small.safetensors").unlink()
    networked.window.panels.settings["trimap"].edited.emit("trimap.source", "network", True)
    qtbot.waitUntil(lambda: "mask_small" in networked.window.bar.text.text(), timeout=30_000)
    assert "matte models add" in networked.window.bar.text.text()
