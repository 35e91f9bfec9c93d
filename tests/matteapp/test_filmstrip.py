"""The window with several photographs: the strip, looks, pictures, recovery, and dragging out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest

from engine.document import edits
from engine.document.recovery import Slot, _recovery, recoverable
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import Image, Rect
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings

RECT = Rect(2, 3, 12, 23)


def _state(name: str = "", *, solved: bool = False) -> DocumentState:
    """Painted only, so that no job runs."""
    pixels = np.full((120, 160, 3), 90, np.uint8)
    settings = replace(CutSettings(), guidance=GuidanceSettings("strokes"))
    state = new_document(
        Image(pixels), SourceLink(None, "", embedded=False, name=name), settings=settings
    )
    if not solved:
        return state
    alpha = np.zeros(state.size, np.float32)
    alpha[:, 80:] = 1.0
    return edits.set_foreground(edits.set_alpha(state, alpha), pixels)


def _paint(studio) -> None:
    labels = np.full((RECT.height, RECT.width), 3, np.uint8)
    studio.session.apply(lambda state: edits.paint(state, RECT, labels), label="B", rect=RECT)


@pytest.fixture
def two(studio):
    for name in ("a.png", "b.png"):
        studio.session.open_state(_state(name))
    return studio


def test_one_photograph_needs_no_strip(studio) -> None:
    studio.session.open_state(_state("a.png"))
    assert not studio.window.film.isVisible()
    studio.session.open_state(_state("b.png"))
    assert studio.window.film.isVisible()
    studio.files.close()
    assert not studio.window.film.isVisible()
    assert "a.png" in studio.window.windowTitle()


def test_a_click_on_a_picture_shows_its_photograph(two) -> None:
    first, second = two.window.film.tabs
    assert second.button.isChecked() and not first.button.isChecked()
    QTest.mouseClick(first.button, Qt.MouseButton.LeftButton)
    assert two.session.document is two.session.documents[0]
    assert first.button.isChecked() and "a.png" in two.window.windowTitle()


def _names(studio) -> list[str]:
    return [document.name for document in studio.session.documents]


def _shown_names(studio) -> list[str]:
    tabs = sorted(studio.window.film.tabs, key=lambda tab: tab.x())
    return [tab.button.text() for tab in tabs]


@pytest.fixture
def three(two):
    two.session.open_state(_state("c.png"))
    return two


def _drag(tab, by: int) -> None:
    """Take a tab along the strip by so many pixels, and let go of it."""
    button, start = tab.button, tab.button.rect().center()
    from_there = button.mapToGlobal(start)
    QTest.mousePress(button, Qt.MouseButton.LeftButton, pos=start)
    there = QPointF(start.x() + by, start.y())
    where = QPointF(from_there.x() + by, from_there.y())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QEvent.Type.MouseMove
    QGuiApplication.sendEvent(
        button, QMouseEvent(move, there, where, Qt.MouseButton.NoButton, left, none)
    )
    QTest.mouseRelease(button, left, pos=start)


def test_a_picture_is_dragged_to_another_place(three) -> None:
    film, shown = three.window.film, three.session.document
    first = film.tabs[0]
    _drag(first, 2 * first.width() + 8)
    assert _names(three) == _shown_names(three) == ["b.png", "c.png", "a.png"]
    assert three.session.document is shown, "to drag is not to choose"
    _drag(first, -5000)
    assert _names(three) == _shown_names(three) == ["a.png", "b.png", "c.png"]
    QTest.mouseClick(first.button, Qt.MouseButton.LeftButton)
    assert three.session.document.name == "a.png"


def test_keys_move_the_shown_photograph_as_far_as_the_ends(three) -> None:
    left, right = (three.window.actions_by_name[f"file.move_{way}"] for way in ("left", "right"))
    right.trigger()
    assert _names(three) == ["a.png", "b.png", "c.png"]
    left.trigger()
    assert _names(three) == _shown_names(three) == ["a.png", "c.png", "b.png"]
    left.trigger()
    left.trigger()
    assert _names(three) == _shown_names(three) == ["c.png", "a.png", "b.png"]
    first, second, _ = three.window.film.tabs
    assert first.cross.nextInFocusChain() is second.button, "the Tab key follows the order"
    three.window.actions_by_name["file.next"].trigger()
    assert three.session.document.name == "a.png"


def test_the_order_is_recovered(qtbot, qapp, three, store, tmp_path) -> None:
    for document in three.session.documents:
        three.session.show(document)
        _paint(three)
    three.autosave.keep_now()
    folder = tmp_path / "recovery"
    qtbot.waitUntil(lambda: len(list(folder.glob("*.json"))) == 3, timeout=30_000)
    three.session.move(three.session.documents[2], 0)

    def kept() -> list[str]:
        notes = [json.loads(path.read_text()) for path in folder.glob("*.json")]
        return [note["name"] for note in sorted(notes, key=lambda note: note["place"])]

    qtbot.waitUntil(lambda: kept() == ["c.png", "a.png", "b.png"], timeout=30_000)
    left = tmp_path / "left behind"
    shutil.copytree(folder, left, ignore=shutil.ignore_patterns("*.lock"))
    three.window.bar.hide()  # what it says of these photographs was read
    three.recovering.offer(left)
    three.window.bar.action.click()
    assert _names(three)[3:] == ["c.png", "a.png", "b.png"]
    recovered = three.session.documents[3:]
    three.session.move(recovered[2], 3)
    notes = lambda: {one.place for one in map(_recovery, left.glob("*.matte"))}  # noqa: E731
    qtbot.waitUntil(lambda: notes() == {3, 4, 5}, timeout=30_000)


def test_unsaved_work_is_marked(two, tmp_path) -> None:
    first, second = two.window.film.tabs
    _paint(two)
    assert second.dot.isVisible() and not first.dot.isVisible()
    assert second.button.accessibleName() == "b.png, unsaved"
    two.session.mark_saved(tmp_path / "b.matte")
    assert not second.dot.isVisible() and second.button.accessibleName() == "b.matte"


def test_the_cross_closes_its_own_photograph(two) -> None:
    first, _ = two.window.film.tabs
    QTest.mouseClick(first.cross, Qt.MouseButton.LeftButton)
    assert [one.name for one in two.session.documents] == ["b.png"]


def test_a_photograph_is_shown_the_way_it_was_left(two) -> None:
    first, second = two.session.documents
    two.commands.show_view("alpha")
    two.canvas.zoom_to(3.0, at=(30.0, 40.0))
    two.canvas.pan(-25, 14)
    left = two.canvas.viewport
    two.session.show(first)
    assert two.canvas.viewport == two.canvas.viewport.fitted()
    two.commands.show_view("input")
    two.session.show(second)
    assert two.canvas.viewport == left and two.canvas.view == "alpha"
    assert two.window.actions_by_name["view.alpha"].isChecked()
    two.session.show(first)
    assert two.canvas.view == "input"


def test_every_photograph_gets_a_picture(qtbot, two, tmp_path) -> None:
    for name in ("photo.jpg", "deep.tif"):
        pixels = np.full((300, 500, 3), 200, np.uint16 if name == "deep.tif" else np.uint8)
        assert cv2.imwrite(str(tmp_path / name), pixels)
        two.session.add(file=tmp_path / name)
    tabs = two.window.film.tabs
    qtbot.waitUntil(lambda: all(tab.has_picture for tab in tabs), timeout=30_000)
    assert two.session.documents[2].state is None, "a picture is no reason to open a file"


def test_recent_files_have_pictures(qtbot, studio, tmp_path) -> None:
    path = tmp_path / "red & round.png"
    picture = QImage(90, 60, QImage.Format.Format_RGB32)
    picture.fill(QColor(200, 30, 30))
    assert picture.save(str(path))
    studio.recent.add(path)
    button = studio.window.welcome.recent.buttons[path]
    qtbot.waitUntil(button.isVisible)
    assert "red && round" in button.text()

    def painted() -> bool:
        shown = button.icon().pixmap(button.iconSize()).toImage()
        return shown.pixelColor(shown.rect().center()).red() == 200

    qtbot.waitUntil(painted, timeout=30_000)
    (entry,) = studio.window.recent_menu.actions()
    assert not entry.icon().isNull()
    with qtbot.waitSignal(studio.session.changed):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert studio.session.state.size == (60, 90)


def test_edge_tools_are_not_run_again_on_return(qtbot, studio) -> None:
    edged = _state("edged.png", solved=True)
    chosen = replace(edged.settings, edge=EdgeSettings(feather=4.0))
    with qtbot.waitSignal(studio.live.settled):
        studio.session.open_state(edits.set_settings(edged, chosen))
    qtbot.waitUntil(lambda: not studio.live.busy)
    shown = studio.live.displayed().alpha
    assert shown is not studio.session.state.alpha
    document = studio.session.document
    studio.session.open_state(_state("other.png"))
    studio.session.show(document)
    assert studio.live.displayed().alpha is shown and not studio.live.busy


def test_all_that_was_kept_is_recovered(qtbot, studio, tmp_path) -> None:
    folder = tmp_path / "left behind"
    for name in ("one.png", "two.png"):
        slot = Slot(folder)
        slot.write(_state(name), project_path=None)
        slot.path.with_suffix(".lock").unlink()  # as if its process had ended
    studio.recovering.offer(folder)
    assert "2 photographs" in studio.window.bar.text.text()
    with qtbot.waitSignal(studio.session.changed):
        studio.window.bar.action.click()
    shown, waiting = studio.session.documents
    assert shown.state is not None and waiting.state is None
    assert studio.session.unsaved == (shown, waiting)
    assert recoverable(folder) == [], "no other window may take them now"
    studio.session.close_state(waiting)
    assert len(list(folder.glob("*.matte"))) == 1


def test_the_history_panel_takes_names_and_drops_snapshots(two) -> None:
    panel = two.window.panels.history
    panel.header.setChecked(True)
    _paint(two)
    panel.keep.click()
    two.window.actions_by_name["edit.snapshot"].trigger()
    assert [panel.snapshots.item(row).text() for row in range(2)] == ["Snapshot 1", "Snapshot 2"]
    panel.snapshots.item(0).setText("Painted")
    assert two.session.history.snapshots[0].name == "Painted"
    two.session.undo()
    panel.snapshots.setCurrentRow(0)
    panel.back.click()
    assert two.session.state.strokes.read(RECT).min() == 3
    panel.drop.click()
    assert [kept.name for kept in two.session.history.snapshots] == ["Snapshot 2"]
    two.session.show(two.session.documents[0])
    assert panel.snapshots.count() == 0 and not panel.back.isEnabled()


def test_the_cut_out_is_copied_as_a_file(qtbot, studio) -> None:
    studio.session.open_state(_state("half.png", solved=True))
    studio.window.drag_out.click()
    qtbot.waitUntil(lambda: "clipboard" in studio.window.bar.text.text())
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    path = Path(url.toLocalFile())
    assert path.name == "half-cut-out.png"
    samples = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert samples.shape == (120, 160, 4)
    assert samples[:, :80, 3].max() == 0 and samples[:, 80:, 3].min() == 255
    studio.dragging.close()
    assert not path.exists()


def test_letting_go_too_early_offers_the_file(qtbot, studio) -> None:
    studio.session.open_state(_state("half.png", solved=True))
    handle = studio.window.drag_out
    start, clicks = handle.rect().center(), []
    handle.clicked.connect(lambda: clicks.append(1))
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    there = QPointF(start.x() - 60.0, start.y() + 0.0)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        there,
        handle.mapToGlobal(there),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QGuiApplication.sendEvent(handle, move)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start)
    qtbot.waitUntil(lambda: "ready now" in studio.window.bar.text.text())
    assert clicks == []


def test_without_a_matte_there_is_nothing_to_drag(studio) -> None:
    studio.session.open_state(_state("bare.png"))
    studio.window.drag_out.click()
    assert "nothing to take" in studio.window.bar.text.text()
