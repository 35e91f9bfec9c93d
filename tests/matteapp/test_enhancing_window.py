"""The window enhances with real networks of random weights: run, keep, stop, compare, import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.delivery import Delivery
from engine.document import edits
from engine.document.enhancement import Enhancement
from engine.document.project_file import load_project, save_project
from engine.document.state import DocumentState, SourceLink, new_document
from engine.enhance import settings as enhance_settings
from engine.enhance.descent import Descent, _Clock
from engine.enhance.settings import InversionSettings, Weights
from engine.imaging.read import read_image
from engine.imaging.types import Image, Rect
from engine.models.licences import NVIDIA
from engine.models.loaded import forget_networks
from engine.models.manifest import read_manifest
from engine.models.registry import MODELS
from engine.models.stylegan2 import Generator
from engine.models.weights import user_folder
from engine.settings import GuidanceSettings
from matteapp.dialogs.licence import LicenceDialog
from matteapp.gesture import with_value
from matteapp.panels.enhance_choices import offered
from matteapp.panels.step_words import short, step_words
from matteapp.requests import cut_request
from tests.made_networks import FACE_SIZE, face_discriminator, save_weights, seeded, tiny_trimap
from tests.made_pickles import snapshot, write_official

SIDE = 96
QUICK = replace(
    enhance_settings.DEFAULT,
    rate=0.02,
    working=32,
    inversion=InversionSettings(w_steps=3, noise_steps=2, samples=16, perceptual=0),
    weights=Weights(1, 1, 10, 0),
)


@pytest.fixture(scope="module")
def made() -> dict[str, torch.nn.Module]:
    return {"generator": seeded(Generator, FACE_SIZE), "trimap": seeded(tiny_trimap, seed=2)}


@pytest.fixture
def weights(tmp_path, monkeypatch, made) -> Path:
    """A tiny generator and a tiny trimap network, and settings for a second; before the window."""
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setattr(enhance_settings, "DEFAULT", QUICK)
    row = replace(MODELS["trimap_small"], builder="tests.made_networks:tiny_trimap")
    monkeypatch.setitem(MODELS, "trimap_small", row)
    save_weights(folder, "faces", made["generator"], network="stylegan2")
    save_weights(folder, "threes", made["trimap"], network="trimap_small")
    forget_networks()
    yield folder
    forget_networks()


def document() -> DocumentState:
    rows, cols = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    distance = np.hypot(rows - SIDE / 2, cols - SIDE / 2)
    alpha = np.clip((28 - distance) / 6 + 0.5, 0, 1)[..., None]
    noise = np.random.default_rng(3).normal(0, 4, (SIDE, SIDE, 3))
    pixels = alpha * (220, 180, 140) + (1 - alpha) * (30, 50, 70) + noise
    link = SourceLink(None, "", embedded=False, name="disc.png")
    state = new_document(Image(np.clip(pixels, 0, 255).astype(np.uint8)), link)
    settings = state.settings
    for path, value in {
        "guidance": GuidanceSettings("file"),
        "trimap.source": "radius",
        "trimap.radius": 6,
        "enhance.generator": "faces",
        "enhance.trimap": "threes",
        "enhance.reference": "closed_form",
        "enhance.steps": 4,
        "enhance.box": (16, 16, 80, 80),
    }.items():
        settings = with_value(settings, path, value)
    return edits.set_mask(edits.set_settings(state, settings), (distance < 28).astype(np.float32))


def settle(qtbot, studio) -> None:
    def done() -> bool:
        state = studio.session.state
        drawn = state.enhancement is None or state.enhanced is not None
        current = state.alpha_stale is None and state.foreground_stale is None
        return not studio.live.busy and state.foreground is not None and current and drawn

    qtbot.waitUntil(done, timeout=60_000)


def choose(studio, path: str, value: object, *, ends: bool = True) -> None:
    studio.setting_edits.edit(path, value, ends, title=path)


def ended(studio) -> bool:
    return not studio.window.panels.enhance.running


@pytest.fixture
def opened(qtbot, weights, studio):
    studio.session.open_state(document())
    settle(qtbot, studio)
    return studio


@pytest.fixture(scope="module")
def found() -> list[Enhancement]:
    """What the job found the first time; the tests of what can be done with it need no second."""
    return []


@pytest.fixture
def enhanced(qtbot, opened, found):
    if found:
        opened.session.apply(lambda state: edits.set_enhancement(state, found[0]), label="Enhance")
        opened.commands.show_view("enhanced")
    else:
        button = opened.window.panels.enhance.buttons["run"]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: ended(opened), timeout=60_000)
        assert opened.session.state.enhancement is not None, opened.window.bar.text.text()
        found.append(opened.session.state.enhancement)
    settle(qtbot, opened)
    return opened


def test_enhancing_is_a_step_that_shows_what_it_changed(qtbot, enhanced) -> None:
    state, panel = enhanced.session.state, enhanced.window.panels.enhance
    assert enhanced.session.history.labels == ("Open", "Enhance")
    assert enhanced.session.dirty
    assert enhanced.canvas.view == "enhanced"
    pixels = state.image.pixels
    assert not np.array_equal(state.enhanced.read(), pixels)
    assert np.array_equal(state.enhanced.read(Rect(0, 0, 10, SIDE)), pixels[:10])
    said = panel.report.text()
    assert "grey levels on average" in said and "faces (32 px)" in said and "your box" in said
    assert "composition, no gradients come through closed_form" in said
    assert panel.chip.text() == "enhanced"
    assert len(panel.curve.values) == 4
    enhanced.session.undo()
    assert enhanced.session.state.enhanced is None
    assert not panel.fields["enhance.strength"].isEnabled()
    enhanced.session.redo()
    assert enhanced.session.state.enhanced is not None


def test_the_strength_follows_the_slider_without_enhancing_again(qtbot, enhanced) -> None:
    panel, before = enhanced.window.panels.enhance, enhanced.session.state
    slider = panel.fields["enhance.strength"].slider
    slider.setSliderDown(True)
    for position in (120, 60, 0):
        slider.setValue(position)
    slider.setSliderDown(False)
    settle(qtbot, enhanced)
    qtbot.waitUntil(lambda: enhanced.session.state.amount.most == 0)
    state = enhanced.session.state
    assert np.array_equal(state.enhanced.read(), state.image.pixels)
    assert state.enhancement is before.enhancement
    assert state.alpha is before.alpha  # nothing else depends on it yet
    assert len(enhanced.session.history.labels) == 3
    assert "0.00 grey levels" in panel.report.text()
    enhanced.session.undo()
    settle(qtbot, enhanced)
    assert np.array_equal(enhanced.session.state.enhanced.read(), before.enhanced.read())


def test_both_mattes_are_there_to_be_compared(qtbot, enhanced) -> None:
    own, colours = enhanced.session.state.alpha, enhanced.session.state.foreground.read()
    choose(enhanced, "enhance.strength", 1.5)
    choose(enhanced, "enhance.matte", True)
    settle(qtbot, enhanced)
    other = enhanced.session.state.alpha
    assert not np.array_equal(other.read(), own.read())
    assert enhanced.live.displayed().alpha is other
    choose(enhanced, "enhance.matte", False)
    assert enhanced.session.state.alpha is own  # at once
    settle(qtbot, enhanced)
    assert enhanced.session.state.alpha is own  # and it is not solved again
    assert np.array_equal(enhanced.session.state.foreground.read(), colours)
    choose(enhanced, "enhance.matte", True)
    assert enhanced.session.state.alpha is other
    settle(qtbot, enhanced)
    assert enhanced.session.state.alpha is other


def test_a_cut_out_keeps_the_photographs_colours_unless_asked(qtbot, enhanced) -> None:
    choose(enhanced, "enhance.matte", True)
    settle(qtbot, enhanced)
    state = enhanced.session.state
    inside = Rect(46, 46, 50, 50)
    assert np.array_equal(state.foreground.read(inside), state.image.pixels[inside.slices])
    choose(enhanced, "enhance.colours", True)
    settle(qtbot, enhanced)
    state = enhanced.session.state
    assert np.array_equal(state.foreground.read(inside), state.enhanced.read(inside))
    request = cut_request(state)
    assert np.array_equal(request.solved_on.pixels, state.enhanced.read())
    result = request()
    assert np.abs(result.alpha - state.alpha.read()).max() < 0.02
    assert np.array_equal(result.foreground[inside.slices], state.foreground.read(inside))
    plain = cut_request(edits.set_enhancement(state, None))
    assert plain.solved_on is None and plain.coloured_by is None


def test_a_project_opens_with_its_enhancement_and_solves_nothing_again(
    qtbot, enhanced, tmp_path
) -> None:
    choose(enhanced, "enhance.matte", True)
    settle(qtbot, enhanced)
    before, path = enhanced.session.state, tmp_path / "a.matte"
    save_project(path, before)
    loaded = load_project(path)
    enhanced.session.open_state(loaded, path=path)
    settle(qtbot, enhanced)
    after = enhanced.session.state
    assert np.array_equal(after.enhanced.read(), before.enhanced.read())
    assert after.alpha is loaded.alpha
    assert not enhanced.session.dirty


def test_the_enhanced_photograph_is_exported_and_says_so(qtbot, enhanced, tmp_path) -> None:
    targets = {name: tmp_path / f"{name}.png" for name in ("enhanced", "change", "alpha")}
    enhanced.exports.export(targets)
    qtbot.waitUntil(lambda: "Exported 3" in enhanced.window.bar.text.text(), timeout=60_000)
    state = enhanced.session.state
    written = read_image(targets["enhanced"])
    assert np.array_equal(written.pixels, state.enhanced.read())
    assert b"compositeWithTrainedAlgorithmicMedia" in written.metadata.xmp
    shown = read_image(targets["change"]).pixels
    assert shown[16:80, 16:80].any() and not shown[:10].any()
    half = {"enhanced": tmp_path / "half.png"}
    enhanced.exports.export(half, Delivery(scale=0.5))
    qtbot.waitUntil(lambda: "half.png" in enhanced.window.bar.text.text(), timeout=60_000)
    assert read_image(half["enhanced"]).size == (SIDE // 2, SIDE // 2)


def wait_for_the_descent(qtbot, studio) -> None:
    keep = studio.window.panels.enhance.buttons["keep"]
    assert not keep.isEnabled()  # while the face is inverted there is nothing to keep
    qtbot.waitUntil(keep.isEnabled, timeout=60_000)


def test_cancelling_keeps_the_best_so_far(qtbot, opened) -> None:
    choose(opened, "enhance.steps", 2000)
    panel = opened.window.panels.enhance
    panel.header.setChecked(True)
    opened.window.actions_by_name["enhance.run"].trigger()
    wait_for_the_descent(qtbot, opened)
    qtbot.waitUntil(lambda: len(panel.curve.values) > 2, timeout=60_000)
    assert "of 2000" in panel.note.text() and "left" in panel.note.text()
    assert panel.curve.isVisible() and panel.bar.isVisible()
    qtbot.mouseClick(panel.buttons["keep"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ended(opened), timeout=60_000)
    note = opened.session.state.enhancement.note
    assert 0 < note.steps < 2000 and not note.complete
    assert panel.chip.text() == f"best of {note.steps} steps"
    assert "is kept" in opened.window.bar.text.text()
    settle(qtbot, opened)


def test_stopping_changes_nothing_and_the_matte_goes_on_meanwhile(qtbot, opened) -> None:
    choose(opened, "enhance.steps", 2000)
    opened.enhancing.run()
    wait_for_the_descent(qtbot, opened)
    choose(opened, "edge.feather", 1.0)
    settle(qtbot, opened)  # the long job runs on a thread of its own
    assert not ended(opened)
    qtbot.mouseClick(opened.window.panels.enhance.buttons["stop"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ended(opened), timeout=60_000)
    assert opened.session.state.enhancement is None
    assert "nothing has changed" in opened.window.bar.text.text()


def test_it_goes_on_while_another_photograph_is_shown(qtbot, opened) -> None:
    enhanced = opened.session.document
    choose(opened, "enhance.steps", 2000)
    opened.enhancing.run()
    wait_for_the_descent(qtbot, opened)
    opened.session.open_state(document())
    assert not ended(opened)
    opened.enhancing.keep()
    qtbot.waitUntil(lambda: ended(opened), timeout=60_000)
    assert enhanced.state.enhancement is not None and enhanced.dirty
    assert opened.session.state.enhancement is None
    assert "is enhanced" in opened.window.bar.text.text()
    opened.window.bar.action.click()
    assert opened.session.document is enhanced


def test_closing_the_photograph_ends_it(qtbot, opened) -> None:
    choose(opened, "enhance.steps", 2000)
    opened.enhancing.run()
    opened.session.open_state(document())
    opened.session.close_state(opened.session.documents[0])
    qtbot.waitUntil(lambda: ended(opened), timeout=60_000)
    assert opened.session.state.enhancement is None


def test_missing_networks_are_named_with_what_to_do(qtbot, opened) -> None:
    panel = opened.window.panels.enhance
    panel.header.setChecked(True)
    choose(opened, "enhance.generator", "nobodys")
    qtbot.waitUntil(lambda: "'nobodys'" in panel.advice.text(), timeout=30_000)
    said = panel.advice.text()
    assert NVIDIA.name in said and "ffhq.pkl" in said and "faces" in said
    assert not panel.buttons["run"].isEnabled()
    assert 'href="https://nvlabs-fi-cdn.nvidia.com' in said and "Import" in said
    assert "matte models add" not in said  # that is for the command line
    assert panel.bring.isVisible()
    choose(opened, "enhance.generator", "faces")
    qtbot.waitUntil(panel.buttons["run"].isEnabled, timeout=30_000)
    assert panel.advice.isHidden()


def test_what_is_installed_is_offered_with_its_size(weights, made) -> None:
    save_weights(weights, "drawn", made["generator"], network="stylegan3")
    rows = offered()
    generators = {value: title for value, title, _ in rows["enhance.generator"]}
    assert generators["faces"] == "faces, 32 px"
    assert "drawn" not in generators  # no photograph is found in it
    assert "portrait_small" in generators  # the usual one, whether it is here or not
    assert {"closed_form", "prn_small"} <= {value for value, _, _ in rows["enhance.reference"]}
    trimaps = {value: title for value, title, _ in rows["enhance.trimap"]}
    assert trimaps["threes"] == "threes"


def test_the_box_tool_gives_the_heads_box(qtbot, opened) -> None:
    panel = opened.window.panels.enhance
    qtbot.mouseClick(panel.clear_box, Qt.MouseButton.LeftButton)
    assert opened.session.state.settings.enhance.box is None
    assert panel.box.text() == "Head: looked for"
    guidance = opened.session.state.settings.guidance
    qtbot.mouseClick(panel.box, Qt.MouseButton.LeftButton)
    assert opened.canvas.tool == "box" and panel.box.isChecked()
    opened.canvas.easel.box_drawn.emit(Rect(10, 12, 70, 80))
    chosen = opened.session.state.settings
    assert chosen.enhance.box == (10, 12, 70, 80)
    assert chosen.guidance == guidance
    assert panel.box.text() == "Head: in your box" and not panel.box.isChecked()
    qtbot.mouseClick(panel.box, Qt.MouseButton.LeftButton)
    opened.commands.take_tool("hand")
    assert not opened.enhancing.wants_box  # another tool was wanted after all


@pytest.fixture
def official(tmp_path, made) -> Path:
    """An official file as it comes from its makers, of our tiny generator."""
    content = snapshot(made["generator"], face_discriminator())
    return write_official(tmp_path / "ffhq.pkl", content)


def licence_dialog(qtbot, studio) -> LicenceDialog:
    qtbot.waitUntil(lambda: studio.window.findChild(LicenceDialog) is not None, timeout=30_000)
    return studio.window.findChild(LicenceDialog)


def test_a_licence_is_shown_and_declining_brings_nothing(qtbot, opened, official) -> None:
    opened.enhancing.bring(official)
    dialog = licence_dialog(qtbot, opened)
    assert dialog.name.text() == NVIDIA.name
    assert all(one in dialog.words.text() for one in NVIDIA.words)
    assert NVIDIA.url in dialog.link.text()
    assert dialog.decline.isDefault()
    qtbot.mouseClick(dialog.decline, Qt.MouseButton.LeftButton)
    assert not list(user_folder().glob("ffhq*"))


def test_an_accepted_network_is_imported_and_chosen(qtbot, opened, official) -> None:
    opened.enhancing.bring(official)
    dialog = licence_dialog(qtbot, opened)
    qtbot.mouseClick(dialog.agree, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Imported" in opened.window.bar.text.text(), timeout=30_000)
    assert opened.session.state.settings.enhance.generator == "ffhq"
    combo = opened.window.panels.enhance.fields["enhance.generator"].combo
    assert combo.currentText() == "ffhq, 32 px"
    row = next(row for row in read_manifest(user_folder()) if row.model == "ffhq")
    assert row.accepted


def test_a_file_that_is_no_network_is_told_in_the_bar(qtbot, opened, tmp_path) -> None:
    wrong = tmp_path / "wrong.pkl"
    wrong.write_bytes(b"no pickle")
    opened.enhancing.bring(wrong)
    qtbot.waitUntil(lambda: "wrong.pkl" in opened.window.bar.text.text(), timeout=30_000)


def test_words_of_the_engine_are_understood() -> None:
    weight = torch.zeros(1, requires_grad=True)
    descent = Descent({"w": weight}, torch.optim.Adam([weight]))
    clock = _Clock(0)
    descent.once({"entropy": (weight - 1).square().sum()}, None)
    words = step_words(clock.message(descent, 500, "Enhancing:"))
    assert (words.what, words.step, words.steps, words.total) == ("Enhancing", 1, 500, 1.0)
    assert words.left.endswith((" s", " min"))
    assert step_words(clock.message(descent, 5, "Finding")).what == "Finding"
    assert step_words("Finding the head") is None
    told = short(clock.message(descent, 5, "Enhancing:"))
    assert told.startswith("Enhancing: step 1 of 5 · ") and "entropy" not in told
    assert short("Finding the head") == "Finding the head"


def test_every_control_has_a_name_and_a_tip_and_is_reached_by_keys(studio) -> None:
    panel = studio.window.panels.enhance
    controls: list[QWidget] = [*panel.body.findChildren(QAbstractButton), panel.curve, panel.bar]
    for control in controls:
        assert control.accessibleName() or control.text(), control
    for control in panel.body.findChildren(QAbstractButton):
        named = control.toolTip() or control.parentWidget().toolTip()
        assert named, control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()
