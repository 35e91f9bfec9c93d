"""Opening, saving and closing lose nothing and say what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from engine.document import edits
from engine.settings import CutSettings
from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.gesture import with_value
from matteapp.recent import KEPT


@pytest.fixture
def idle(studio, monkeypatch):
    """A studio whose live matte stays still: these tests are about files."""
    studio.session.changed.disconnect(studio.live._on_changed)
    return studio


@pytest.fixture
def photo(sample, tmp_path) -> Path:
    path = tmp_path / "portrait.png"
    shutil.copy(sample, path)
    return path


def _open(qtbot, studio, path: Path) -> None:
    with qtbot.waitSignal(studio.session.changed):
        studio.files.open_paths([path])


def _change(studio) -> None:
    settings = with_value(studio.session.state.settings, "edge.smooth", 3.0)
    studio.session.apply(lambda state: edits.set_settings(state, settings), label="Smooth")


def _save(qtbot, studio, path: Path) -> None:
    saved = []
    studio.files.saving.save_to(path, lambda: saved.append(path))
    qtbot.waitUntil(lambda: bool(saved))


def _question(qtbot, studio) -> UnsavedDialog:
    qtbot.waitUntil(lambda: studio.window.findChild(UnsavedDialog) is not None)
    return studio.window.findChild(UnsavedDialog)


def _press(dialog: UnsavedDialog, button: str) -> None:
    dialog.button(getattr(dialog.StandardButton, button)).click()


def test_an_opened_photograph_is_shown_and_remembered(qtbot, idle, photo) -> None:
    assert idle.window.stage.currentWidget() is idle.window.welcome
    _open(qtbot, idle, photo)
    assert idle.window.stage.currentWidget() is idle.canvas
    assert "portrait.png" in idle.window.windowTitle()
    assert idle.window.status.facts.text().startswith("512 × 512")
    assert idle.recent.paths() == [photo]
    assert not idle.session.dirty


def test_the_sample_opens_and_is_no_recent_file(qtbot, idle) -> None:
    with qtbot.waitSignal(idle.session.changed):
        idle.window.actions_by_name["file.sample"].trigger()
    assert idle.session.state.size == (512, 512)
    assert idle.recent.paths() == []


def test_a_broken_file_changes_nothing(qtbot, idle, photo, tmp_path) -> None:
    _open(qtbot, idle, photo)
    before = idle.session.state
    broken = tmp_path / "broken.png"
    broken.write_bytes(photo.read_bytes()[:2000])
    idle.files.open_paths([broken])
    qtbot.waitUntil(idle.window.bar.isVisible)
    assert "broken.png" in idle.window.bar.text.text()
    assert idle.session.state is before


def test_a_file_that_is_gone_leaves_the_recent_ones(qtbot, idle, tmp_path) -> None:
    gone = tmp_path / "gone.png"
    idle.recent.add(gone)
    idle.files.open_paths([gone])
    qtbot.waitUntil(idle.window.bar.isVisible)
    assert idle.recent.paths() == []


def test_several_files_open_and_only_the_shown_one_is_read(qtbot, idle, photo, tmp_path) -> None:
    second = tmp_path / "second.png"
    shutil.copy(photo, second)
    with qtbot.waitSignal(idle.session.changed):
        idle.files.open_paths([photo, second])
    first, waiting = idle.session.documents
    assert idle.files.name == "portrait.png"
    assert waiting.state is None and waiting.name == "second.png"
    with qtbot.waitSignal(idle.session.changed):
        idle.window.actions_by_name["file.next"].trigger()
    assert idle.files.name == "second.png" and first.state is not None
    idle.window.actions_by_name["file.previous"].trigger()
    assert idle.session.document is first


def test_a_file_that_is_open_is_not_opened_again(qtbot, idle, photo, tmp_path) -> None:
    second = tmp_path / "second.png"
    shutil.copy(photo, second)
    _open(qtbot, idle, photo)
    _open(qtbot, idle, second)
    idle.files.open_paths([photo])
    assert len(idle.session.documents) == 2 and idle.files.name == "portrait.png"


def test_dropped_files_open(qtbot, idle, photo) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    drop = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(idle.session.changed):
        idle.window.dropEvent(drop)
    assert idle.files.name == "portrait.png"


def test_a_pasted_picture_is_unsaved_work(qtbot, idle) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB888)
    picture.fill(QColor(10, 20, 30))
    QGuiApplication.clipboard().setImage(picture)
    idle.files.paste()
    assert idle.session.state.size == (30, 40)
    assert idle.session.dirty


def test_an_empty_clipboard_is_told(qtbot, idle) -> None:
    QGuiApplication.clipboard().clear()
    idle.files.paste()
    assert idle.session.state is None
    assert idle.window.bar.isVisible()


def test_saving_and_opening_a_project_gives_the_work_back(qtbot, idle, photo, tmp_path) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    assert idle.window.isWindowModified()
    project = tmp_path / "work.matte"
    _save(qtbot, idle, project)
    assert not idle.session.dirty
    assert not idle.window.isWindowModified()
    idle.files.close()
    assert idle.session.state is None
    _open(qtbot, idle, project)
    assert idle.session.state.settings.edge.smooth == 3.0
    assert idle.session.project_path == project
    assert not idle.session.dirty


def test_an_unwritable_target_keeps_the_work_unsaved(qtbot, idle, photo, tmp_path) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    idle.files.saving.save_to(tmp_path / "no" / "such" / "folder.matte")
    qtbot.waitUntil(idle.window.bar.isVisible)
    assert idle.session.dirty


def test_a_moved_photograph_is_asked_for(qtbot, idle, photo, tmp_path) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    project = tmp_path / "work.matte"
    _save(qtbot, idle, project)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    found = photo.rename(moved / photo.name)
    idle.files.close()
    idle.files.open_paths([project])
    qtbot.waitUntil(idle.window.bar.isVisible)
    idle.window.bar.action.click()
    dialog = idle.window.findChild(QFileDialog)
    with qtbot.waitSignal(idle.session.changed):
        dialog.fileSelected.emit(str(found))
    dialog.close()
    assert idle.session.state.settings.edge.smooth == 3.0
    assert idle.session.dirty  # the project file does not know the new place yet


def test_closing_asks_once_and_cancel_keeps_everything(qtbot, idle, photo) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    idle.window.close()
    _press(_question(qtbot, idle), "Cancel")
    assert idle.window.isVisible()
    assert idle.session.dirty


def test_closing_without_saving_closes(qtbot, idle, photo) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    idle.window.close()
    _press(_question(qtbot, idle), "Discard")
    assert not idle.window.isVisible()


def test_closing_after_saving_saves_first(qtbot, idle, photo, tmp_path) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    project = tmp_path / "work.matte"
    _save(qtbot, idle, project)
    settings = CutSettings()
    idle.session.apply(lambda state: edits.set_settings(state, settings), label="Back")
    before = project.read_bytes()
    idle.window.close()
    _press(_question(qtbot, idle), "Save")
    qtbot.waitUntil(lambda: not idle.window.isVisible())
    assert project.read_bytes() != before


def test_what_is_done_while_saving_is_asked_about_before_closing(
    qtbot, idle, photo, tmp_path
) -> None:
    _open(qtbot, idle, photo)
    document = idle.session.document
    _change(idle)
    _save(qtbot, idle, tmp_path / "work.matte")
    idle.session.undo()
    idle.files.close()
    first = _question(qtbot, idle)
    _press(first, "Save")
    idle.session.redo()  # the file is still being written
    qtbot.waitUntil(lambda: _asked(idle) not in (None, first))
    assert document in idle.session.documents and document.dirty
    _press(_asked(idle), "Discard")
    assert document not in idle.session.documents


def _asked(studio) -> UnsavedDialog | None:
    shown = [one for one in studio.window.findChildren(UnsavedDialog) if one.isVisible()]
    return shown[0] if shown else None


def test_a_clean_window_closes_at_once(qtbot, idle, photo) -> None:
    _open(qtbot, idle, photo)
    idle.window.close()
    assert not idle.window.isVisible()


def test_opening_another_keeps_unsaved_work_open(qtbot, idle, photo) -> None:
    _open(qtbot, idle, photo)
    _change(idle)
    worked_on = idle.session.document
    with qtbot.waitSignal(idle.session.changed):
        idle.files.open_sample()
    assert not idle.session.dirty and not idle.window.isWindowModified()
    assert idle.session.unsaved == (worked_on,)
    idle.session.show(worked_on)
    assert idle.session.dirty and idle.window.isWindowModified()
    assert idle.session.state.settings.edge.smooth == 3.0


def _two_unsaved(qtbot, studio, photo: Path) -> None:
    second = photo.with_name("second.png")
    shutil.copy(photo, second)
    for path in (photo, second):
        _open(qtbot, studio, path)
        _change(studio)


def test_closing_the_window_asks_once_for_everything(qtbot, idle, photo) -> None:
    _two_unsaved(qtbot, idle, photo)
    idle.window.close()
    question = _question(qtbot, idle)
    assert "portrait.png" in question.informativeText()
    assert "second.png" in question.informativeText()
    _press(question, "Discard")
    assert not idle.window.isVisible()


def test_saving_all_before_closing_asks_for_each_name(qtbot, idle, photo, tmp_path) -> None:
    _two_unsaved(qtbot, idle, photo)
    idle.window.close()
    _press(_question(qtbot, idle), "Save")
    for name in ("one.matte", "two.matte"):
        qtbot.waitUntil(lambda: bool(_shown_dialogs(idle)))
        (dialog,) = _shown_dialogs(idle)
        dialog.close()
        dialog.fileSelected.emit(str(tmp_path / name))
    qtbot.waitUntil(lambda: not idle.window.isVisible())
    assert (tmp_path / "one.matte").exists() and (tmp_path / "two.matte").exists()


def _shown_dialogs(studio) -> list[QFileDialog]:
    return [one for one in studio.window.findChildren(QFileDialog) if one.isVisible()]


def test_only_the_newest_files_are_remembered(idle, tmp_path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(KEPT + 3)]
    for path in (*paths, paths[5]):
        idle.recent.add(path)
    assert len(idle.recent.paths()) == KEPT
    assert idle.recent.paths()[0] == paths[5]
    assert len(idle.window.recent_menu.actions()) == KEPT
